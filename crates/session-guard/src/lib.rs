//! A page of this machine for one browser: whoever opened the address that the program printed, and nobody else.
//!
//! [`guarded`] puts a [`SessionGuard`] before routes. Nothing behind it is answered without the cookie, and
//! everything that is answered says what a page may do.

mod guard;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

pub use guard::{GuardRefusal, SessionGuard};

/// What a page may do where its answer says nothing else: its own script and style, and asking its own program.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Sent with everything.
const ALWAYS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// The routes, for whoever the guard lets in. All stand below the guard's place, where
/// `open/TOKEN` exchanges the token for the cookie and leads to the page.
pub fn guarded(inside: Router, guard: Arc<SessionGuard>) -> Router {
    let inside = inside.layer(from_fn_with_state(Arc::clone(&guard), with_pass));
    let all = Router::new()
        .route("/open/{token}", get(open))
        .with_state(Arc::clone(&guard))
        .merge(inside);
    Router::new()
        .nest(guard.place(), all)
        .layer(from_fn_with_state(guard, ours))
}

/// For every request, also for what is not there.
async fn ours(State(guard): State<Arc<SessionGuard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.is_ours(request.method(), request.headers()) {
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
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(PAGE_POLICY));
    response
}

async fn with_pass(
    State(guard): State<Arc<SessionGuard>>,
    request: Request,
    next: Next,
) -> Response {
    match guard.has_pass(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refused(refusal),
    }
}

/// The token for a cookie, and on to the page.
async fn open(
    State(guard): State<Arc<SessionGuard>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    match guard.exchange(&token, request.method(), request.headers()) {
        Ok(cookie) => {
            let headers = [(SET_COOKIE, cookie), (LOCATION, guard.place().to_owned())];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: GuardRefusal) -> Response {
    (StatusCode::FORBIDDEN, refusal.to_string()).into_response()
}
