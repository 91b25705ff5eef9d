//! When a client can be driven.

use std::time::Duration;

use toml_language::shape::{Key, ValueKind, may};
use toml_language::{Node, Problem, closed};

use super::check::Checker;
use crate::codes::adapter as code;

/// How long a program may take to get ready, unless its adapter says otherwise.
pub const READY_WITHIN: Duration = Duration::from_secs(10);

closed_list! {
    /// What shows that a client can be driven.
    #[derive(Default)]
    pub enum ClientReady {
        /// it shows its event `ready`
        #[default]
        Event,
        /// its dialogue has ended
        AfterDialogue,
        /// it has connected to the relay
        Connected,
        /// it shows its event `joined`, once another client is there; no client waits for another to start
        Joined,
    }
}

impl ClientReady {
    /// As it is written.
    fn word(self) -> &'static str {
        self.into()
    }
}

pub(super) const CLIENT_READY: [Key; 3] = [
    may(
        "ready",
        ValueKind::Word(closed::words::<ClientReady>),
        "how to tell that it is ready (default: `event`)",
    ),
    WITHIN,
    may(
        "settle",
        ValueKind::Duration,
        "how long to leave it alone after that; sufficient as its only sign (default: not at all)",
    ),
];

/// What `[relay]` and `[client]` have in common.
pub(super) const WITHIN: Key = may(
    "ready_within",
    ValueKind::Duration,
    "how long it may take to get ready (default: `10s`)",
);

/// Reads `ready_within`.
pub(super) fn within(node: &Node<'_, '_>) -> Duration {
    node.duration("ready_within").unwrap_or(READY_WITHIN)
}

/// As older plans mean it.
pub(super) fn usual() -> Duration {
    READY_WITHIN
}

/// Reads `ready`. A client has one sign that it is ready.
pub(super) fn read(
    client: &Node<'_, '_>,
    has_dialogue: bool,
    checker: &mut Checker<'_>,
) -> ClientReady {
    let sign: ClientReady = client.word("ready").unwrap_or_default();
    let events = client.node("events");
    let has = |event| events.as_ref().is_some_and(|events| events.has(event));
    if sign == ClientReady::AfterDialogue
        && !has_dialogue
        && !has("ready")
        && let Some(written) = client.text("ready")
    {
        checker.no_dialogue(&written.span);
        return sign;
    }
    let Some(events) = &events else {
        return sign;
    };
    if sign != ClientReady::Event && has("ready") {
        let title = "this client has two signs of readiness";
        let problem = Problem::new(code::READY, &events.key_span("ready"), title);
        let help = format!("remove `ready = \"{}\"`, or the event", sign.word());
        checker.problems.push(problem.help(help));
    }
    if sign == ClientReady::Event && !has("ready") && !client.has("settle") {
        let title = "nothing shows when this client is ready";
        let problem = Problem::new(code::READY, &client.key_span("events"), title);
        let help = "add the event `ready = '…'`; or, to `[client]`, `ready = \"after-dialogue\"`, \
                    `ready = \"connected\"` or, where it gives no sign at all, `settle = \"1s\"`";
        checker.problems.push(problem.help(help));
    }
    if sign == ClientReady::Joined && !has("joined") {
        let title = "this client is ready when it shows its event `joined`, which is not there";
        let problem = Problem::new(code::READY, &client.key_span("ready"), title);
        let help = "add `joined = '…'` to `[client.events]`, or use another sign of readiness";
        checker.problems.push(problem.help(help));
    }
    sign
}
