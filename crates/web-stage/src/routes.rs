//! What can be asked of the site, and how it answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::json;
use session_guard::{SessionGuard, guarded};
use tokio::time::timeout;

use crate::command::Command;
use crate::output;
use crate::state::StateBroadcast;
use crate::uploads::{self, Uploads};

/// Bytes of a command, at most.
const LARGEST_COMMAND: usize = 32 * 1024;

/// How long a page waits for another state before it asks again.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the report may do: it has its script and style in it.
const REPORT_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; \
    style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts";

/// Everything that answers need.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) state: StateBroadcast,
    pub(crate) uploads: Uploads,
    /// The report page of the play, once there is one.
    pub(crate) report: PathBuf,
}

type Shared = State<Arc<Site>>;

/// All addresses, behind the guard.
pub(crate) fn of(site: Arc<Site>, guard: SessionGuard) -> Router {
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
        .with_state(site);
    guarded(inside, Arc::new(guard))
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
                CONTENT_SECURITY_POLICY,
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
