//! What can be asked of the page's server, and how it answers.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State as Extracted};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use chat_protocol::Name;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use session_guard::{SessionGuard, guarded};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::ChatPage;
use super::ask::Ask;
use super::seat::Unmet;
use super::state::State;
use crate::clock::unix_now;
use crate::file_name::SafeName;

/// A request with the longest text, every byte of it escaped, fits in.
const LARGEST_ASK: usize = 512 * 1024;

/// Bytes of a file that are read at once.
const PART: usize = 64 * 1024;

/// All addresses, behind the guard.
pub(super) fn of(page: ChatPage, guard: Arc<SessionGuard>) -> Router {
    let html = || {
        file(
            "text/html; charset=utf-8",
            include_str!("../assets/chat.html"),
        )
    };
    let script = || {
        file(
            "text/javascript; charset=utf-8",
            include_str!("../assets/chat.js"),
        )
    };
    let style = || {
        file(
            "text/css; charset=utf-8",
            include_str!("../assets/chat.css"),
        )
    };
    let inside = Router::new()
        .route("/", get(async move || html()))
        .route("/chat.js", get(async move || script()))
        .route("/chat.css", get(async move || style()))
        .route("/words", get(words))
        .route("/events", get(events))
        .route("/ask", post(ask).layer(DefaultBodyLimit::max(LARGEST_ASK)))
        .route(
            "/file/{to}/{name}",
            post(send_file).layer(DefaultBodyLimit::disable()),
        )
        .route("/received/{name}", get(received))
        .with_state(page);
    guarded(inside, guard)
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type)], text).into_response()
}

/// What stands on the page, and in which language.
async fn words(Extracted(page): Extracted<ChatPage>) -> Response {
    let locale = page.seat().view.locale();
    let words = locale.page().map(|(key, text)| (key, Value::from(text)));
    let lang = ("lang", Value::from(locale.tag()));
    let words: BTreeMap<&str, Value> = words.chain([lang]).collect();
    let headers = [(CONTENT_TYPE, "application/json")];
    (headers, json!(words).to_string()).into_response()
}

/// The state, whole, whenever it has changed; it ends after the last. A page that is slow gets the latest.
async fn events(Extracted(page): Extracted<ChatPage>) -> Response {
    let mut published = page.0.published.subscribe();
    // The first comes at once.
    published.mark_changed();
    let states = stream::unfold(Some((page, published)), async |begun| {
        let (page, mut published) = begun?;
        published.changed().await.ok()?;
        let (state, has_ended) = page.state();
        let event = Bytes::from(format!("data: {state}\n\n"));
        let next = (!has_ended).then_some((page, published));
        Some((Ok::<_, std::convert::Infallible>(event), next))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(states)).into_response()
}

async fn ask(Extracted(page): Extracted<ChatPage>, body: Bytes) -> Response {
    match Ask::parse(&body) {
        Ok(ask) => match page.ask(ask) {
            Ok(()) => StatusCode::NO_CONTENT.into_response(),
            Err(unmet) => refused(&unmet),
        },
        Err(why) => (StatusCode::BAD_REQUEST, why.to_string()).into_response(),
    }
}

/// A file to be sent: kept, and then asked for like a line.
async fn send_file(
    Extracted(page): Extracted<ChatPage>,
    Path((to, name)): Path<(Name, String)>,
    body: Body,
) -> Response {
    match receive(&page, to, &name, body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(unmet) => refused(&unmet),
    }
}

async fn receive(page: &ChatPage, to: Name, name: &str, body: Body) -> Result<(), Unmet> {
    let failed = |error: io::Error| page.seat().unsent(&error);
    let begun = page.seat().outgoing.begin(&SafeName::of(name));
    let mut incoming = begun.map_err(failed)?;
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| page.seat().unmet("page_file_broken"))?;
        incoming.append(&part).map_err(failed)?;
    }
    page.send_file(incoming, to)
}

/// A file that has come, to be saved once more: whatever it is, a browser shows none of it.
async fn received(
    Extracted(page): Extracted<ChatPage>,
    Path(name): Path<String>,
) -> Result<Response, StatusCode> {
    if !page.seat().has_received(&name) {
        return Err(StatusCode::NOT_FOUND);
    }
    let file = File::open(page.0.downloads.join(&name)).await;
    let file = file.map_err(|_| StatusCode::GONE)?;
    let parts = stream::try_unfold(file, async |mut file| {
        let mut part = vec![0; PART];
        let length = file.read(&mut part).await?;
        part.truncate(length);
        Ok::<_, io::Error>((length > 0).then(|| (Bytes::from(part), file)))
    });
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn refused(unmet: &Unmet) -> Response {
    let Unmet { why, left } = unmet;
    let headers = [(CONTENT_TYPE, "application/json")];
    let answer = json!({ "why": why, "left": left }).to_string();
    (StatusCode::CONFLICT, headers, answer).into_response()
}

impl ChatPage {
    /// The state as JSON, and whether it is the last.
    fn state(&self) -> (String, bool) {
        let seat = self.seat();
        let state = serde_json::to_string(&State::of(&seat));
        (state.expect("a state has string keys"), seat.has_ended())
    }

    fn ask(&self, ask: Ask) -> Result<(), Unmet> {
        if !self.has_room() {
            return Err(Unmet {
                left: match ask {
                    Ask::Say { line, .. } => line,
                    _ => String::new(),
                },
                ..self.seat().unmet("page_too_much")
            });
        }
        let wants = self.seat().ask(ask, unix_now());
        // What could not be done may have left a line that says why.
        let (wants, done) = match wants {
            Ok(wants) => (wants, Ok(())),
            Err(unmet) => (Vec::new(), Err(unmet)),
        };
        self.carry_out(wants);
        done
    }

    fn send_file(&self, incoming: super::outgoing::Incoming, to: Name) -> Result<(), Unmet> {
        if !self.has_room() {
            return Err(self.seat().unmet("page_too_much"));
        }
        let wants = self.seat().send_file(incoming, to)?;
        self.carry_out(wants);
        Ok(())
    }
}
