//! `say`, `msg`, `send`, `file`: something for others.

use toml_language::Node;
use toml_language::closed;
use toml_language::shape::{Key, Table, ValueKind, may, must};

use super::Verb;
use super::described::{Described, Site};
use crate::check::Checker;
use crate::model::Outcome;

/// The largest file that is made for a play, in bytes.
const MAX_MADE: i64 = 256 * 1024 * 1024;

const FROM: Key = must("from", ValueKind::Text, "the client that sends");
const TO: Key = must(
    "to",
    ValueKind::Text,
    "the recipient: a client, or any name if the outcome is not `delivered`",
);
const TEXT: Key = must(
    "text",
    ValueKind::Text,
    "the text; may contain placeholders",
);
const OUTCOME: Key = may(
    "outcome",
    ValueKind::Word(Outcome::of_texts),
    "the required outcome",
);

pub(super) static SAY: Described = Described::new(
    "send a message to everyone",
    ValueKind::Table(&SAY_TABLE),
    say,
)
.clients(&["from"]);

static SAY_TABLE: Table = Table::new(
    "say",
    "Every connected client shows it exactly once, with the right sender.",
    &[FROM, TEXT, OUTCOME],
);

pub(super) static MSG: Described =
    Described::new("send a private message", ValueKind::Table(&MSG_TABLE), msg)
        .clients(&["from"])
        .recipients(&["to"]);

static MSG_TABLE: Table = Table::new(
    "msg",
    "The recipient shows it exactly once; no other client ever does.",
    &[FROM, TO, TEXT, OUTCOME],
);

pub(super) static SEND: Described = Described::new(
    "send a message: privately if the program can, otherwise to everyone",
    ValueKind::Table(&SEND_TABLE),
    send,
)
.clients(&["from", "to"]);

static SEND_TABLE: Table = Table::new(
    "send",
    "`msg` if the sender's program has private messages, otherwise `say`, with the expectations of \
     either. Write it unless a scenario is about who must not receive a text, so that chats with \
     either kind of message can play it.",
    &[
        FROM,
        must("to", ValueKind::Text, "the client that must receive it"),
        TEXT,
    ],
);

pub(super) static FILE: Described =
    Described::new("send a file", ValueKind::Table(&FILE_TABLE), file)
        .clients(&["from"])
        .recipients(&["to"]);

static FILE_TABLE: Table = Table::new(
    "file",
    "The recipient's copy has the same SHA-256, and both sides say so.",
    &[
        FROM,
        TO,
        may(
            "path",
            ValueKind::Text,
            "a file in `scenarios/`, usually in `fixtures/`",
        ),
        may(
            "size",
            ValueKind::Either(&[ValueKind::Size, ValueKind::Integer(0, MAX_MADE)]),
            "the size of a generated file, full of canaries",
        ),
        may("as", ValueKind::Text, "its name in the sender's outbox"),
        may(
            "outcome",
            ValueKind::Word(closed::words::<Outcome>),
            "the required outcome",
        ),
    ],
)
.exactly_one(&["path", "size"], "source");

fn say(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let (from, outcome) = (node.text("from"), outcome(&node));
    if let Some(from) = &from {
        checker.acts(from);
    }
    if outcome == Outcome::Delivered {
        checker.answers(&node.span());
    }
    let text = checker.message(&node.text("text")?, outcome);
    Some(Verb::Say {
        from: from?.text.to_owned(),
        text,
        outcome,
    })
}

fn msg(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let (from, to) = addressed(&node, checker);
    let outcome = outcome(&node);
    let text = checker.message(&node.text("text")?, outcome);
    Some(Verb::Msg {
        from: from?,
        to: to?,
        text,
        outcome,
    })
}

fn send(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let (from, to) = addressed(&node, checker);
    let text = checker.message(&node.text("text")?, Outcome::Delivered);
    Some(Verb::Send {
        from: from?,
        to: to?,
        text,
    })
}

fn file(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let (from, to) = addressed(&node, checker);
    let outcome = outcome(&node);
    let (source, name) = checker.file(&node, outcome, site.line)?;
    Some(Verb::File {
        from: from?,
        to: to?,
        source,
        name,
        outcome,
    })
}

fn addressed(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> (Option<String>, Option<String>) {
    let (from, to, outcome) = (node.text("from"), node.text("to"), outcome(node));
    if let Some(from) = &from {
        checker.acts(from);
    }
    if let Some(to) = &to {
        checker.receives(from.as_ref().map_or("", |from| from.text), to, outcome);
    }
    if outcome == Outcome::Delivered {
        checker.answers(&node.span());
    }
    (
        from.map(|from| from.text.to_owned()),
        to.map(|to| to.text.to_owned()),
    )
}

fn outcome(node: &Node<'_, '_>) -> Outcome {
    node.word("outcome").unwrap_or_default()
}
