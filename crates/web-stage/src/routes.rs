//! What can be asked of the site, and how it answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::time::timeout;

use crate::command::Command;
use crate::guard::{Refusal, SessionGuard};
use crate::output;
use crate::state::StateBroadcast;
use crate::uploads::{self, Uploads};

/// Bytes of a command, at the most.
const LARGEST_COMMAND: usize = 32 * 1024;

/// How long a page waits for another state before it asks again.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the page may do: its own script and style, and asking us. The report brings a
/// stricter policy of its own, which holds besides this one.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const REPORT_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; \
    style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts";

/// Sent with everything.
const ALWAYS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// Everything that answers need.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) guard: SessionGuard,
    pub(crate) state: StateBroadcast,
    pub(crate) uploads: Uploads,
    /// The report page of the play, once there is one.
    pub(crate) report: PathBuf,
}

type Shared = State<Arc<Site>>;

/// All addresses. Behind the guard nothing is answered without the cookie.
pub(crate) fn of(site: Arc<Site>) -> Router {
    let inside = Router::new()
        .route("/", get(page))
        .route("/stage.js", get(script))
        .route("/stage.css", get(style))
        .route("/report.html", get(report))
        .route("/state/{seen}", get(state))
        .route(
            "/ask",
            post(ask).layer(DefaultBodyLimit::max(LARGEST_COMMAND)),
        )
        .route(
            "/file/{client}/{to}/{name}",
            post(file).layer(DefaultBodyLimit::max(uploads::LARGEST)),
        )
        .layer(from_fn_with_state(Arc::clone(&site), with_pass));
    Router::new()
        .route("/open/{token}", get(open))
        .merge(inside)
        .layer(from_fn_with_state(Arc::clone(&site), guard))
        .with_state(site)
}

/// For every request, also for what is not there.
async fn guard(State(site): Shared, request: Request, next: Next) -> Response {
    let mut response = match site.guard.is_ours(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refused(refusal),
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    let policy = HeaderName::from_static("content-security-policy");
    headers
        .entry(policy)
        .or_insert(HeaderValue::from_static(PAGE_POLICY));
    response
}

async fn with_pass(State(site): Shared, request: Request, next: Next) -> Response {
    match site.guard.has_pass(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> Response {
    (StatusCode::FORBIDDEN, refusal.to_string()).into_response()
}

/// The token for a cookie, and on to the page.
async fn open(State(site): Shared, Path(token): Path<String>, request: Request) -> Response {
    match site
        .guard
        .exchange(&token, request.method(), request.headers())
    {
        Ok(cookie) => {
            let headers = [(SET_COOKIE, cookie), (LOCATION, "/".to_owned())];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(refusal) => refused(refusal),
    }
}

async fn page() -> Response {
    typed(
        "text/html; charset=utf-8",
        include_str!("../assets/stage.html"),
    )
}

async fn script() -> Response {
    typed(
        "text/javascript; charset=utf-8",
        include_str!("../assets/stage.js"),
    )
}

async fn style() -> Response {
    typed(
        "text/css; charset=utf-8",
        include_str!("../assets/stage.css"),
    )
}

/// The report page, which is written when the play is over.
async fn report(State(site): Shared) -> Response {
    match tokio::fs::read(&site.report).await {
        Ok(text) => {
            let mut response = typed("text/html; charset=utf-8", text);
            response.headers_mut().insert(
                HeaderName::from_static("content-security-policy"),
                HeaderValue::from_static(REPORT_POLICY),
            );
            response
        }
        Err(_) => (StatusCode::NOT_FOUND, "there is no report yet").into_response(),
    }
}

/// How the play stands; waits when the page has seen that.
async fn state(State(site): Shared, Path(seen): Path<u64>) -> Response {
    drop(timeout(PATIENCE, site.state.other_than(seen)).await);
    typed("application/json", site.state.after(seen))
}

async fn ask(body: Bytes) -> Response {
    match Command::parse(&body) {
        Ok(command) => passed_on(&command),
        Err(why) => (StatusCode::BAD_REQUEST, why.to_string()).into_response(),
    }
}

/// A file to be sent: kept, and then asked for like a line.
async fn file(
    State(site): Shared,
    Path((client, to, name)): Path<(String, String, String)>,
    body: Bytes,
) -> Response {
    match site.uploads.keep(&name, &body) {
        Ok(path) => {
            passed_on(&json!({ "ask": "send-file", "client": client, "to": to, "path": path }))
        }
        Err(error) => {
            let text = format!("the file cannot be stored: {error}");
            (StatusCode::INSUFFICIENT_STORAGE, text).into_response()
        }
    }
}

fn passed_on(command: &impl serde::Serialize) -> Response {
    match output::write(command) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => (StatusCode::GONE, "the play has gone").into_response(),
    }
}

fn typed(content_type: &'static str, body: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, content_type)], body.into()).into_response()
}
