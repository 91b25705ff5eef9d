//! `expect`, `never`: something in a client's output.

use std::collections::BTreeMap;

use timeline::EventKind;
use toml_language::shape::{Key, Table, ValueKind, Word, join, may, must};
use toml_language::suggest::one_of;
use toml_language::{Node, Problem, closed};

use super::Verb;
use super::described::Described;
use crate::check::Checker;
use crate::codes::scenario as code;
use crate::model::{Want, What};
use crate::pattern;
use crate::text::{Piece, Text};

pub(super) static EXPECT: Described = Described::new(
    "require some output before the deadline",
    ValueKind::Table(&EXPECT_TABLE),
    |site, checker| want(&site.node()?, checker).map(Verb::Expect),
)
.clients(&["client"]);

static EXPECT_TABLE: Table = Table::new(
    "expect",
    "It appears before the deadline, or has appeared since the last acting step began.",
    &EXPECT_KEYS,
)
.exactly_one(WHAT, "");

pub(super) static NEVER: Described = Described::new(
    "forbid some output",
    ValueKind::Table(&NEVER_TABLE),
    |site, checker| want(&site.node()?, checker).map(Verb::Never),
)
.clients(&["client"]);

static NEVER_TABLE: Table = Table::new(
    "never",
    "It does not appear between this step and the end of the play.",
    &NEVER_KEYS,
)
.exactly_one(WHAT, "");

static EXPECT_KEYS: [Key; OWN.len() + 1 + CAPTURES.len()] = join(&[&OWN, &[WITHIN], &CAPTURES]);
static NEVER_KEYS: [Key; OWN.len() + CAPTURES.len()] = join(&[&OWN, &CAPTURES]);

const WHAT: &[&str] = &["event", "line", "pattern", "contains"];

const OWN: [Key; 5] = [
    must(
        "client",
        ValueKind::Text,
        "the client whose output is checked",
    ),
    may(
        "event",
        ValueKind::Word(events),
        "an event; its captures may be added as further keys",
    ),
    may("line", ValueKind::Text, "a whole line, exactly as printed"),
    may(
        "pattern",
        ValueKind::Text,
        "a regular expression that matches a line",
    ),
    may("contains", ValueKind::Text, "text contained in a line"),
];

const WITHIN: Key = may(
    "within",
    ValueKind::Duration,
    "the deadline; an alternative to `within` of the step",
);

const CAPTURES: [Key; 9] = [
    may("from", ValueKind::Text, "capture: the sender"),
    may(
        "name",
        ValueKind::Text,
        "capture: the name of a file or client",
    ),
    may("reason", ValueKind::Text, "capture: the reason"),
    may("sha256", ValueKind::Text, "capture: the digest of a file"),
    may(
        "size",
        ValueKind::Text,
        "capture: the size of a file in bytes",
    ),
    may(
        "text",
        ValueKind::Text,
        "capture: the text; may contain placeholders",
    ),
    may(
        "to",
        ValueKind::Text,
        "capture: the recipient; `all` for everyone",
    ),
    may("who", ValueKind::Text, "capture: who it is about"),
    may(
        "with",
        ValueKind::Text,
        "capture: the other side of a transfer",
    ),
];

/// Every event, with what it means.
pub(crate) fn events() -> Vec<Word> {
    closed::words::<EventKind>()
}

impl Want {
    /// The same of clients with other names.
    pub(super) fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let what = match &self.what {
            What::Event(event, captures) => {
                let captures = captures.iter().map(|(capture, text)| {
                    let text = if event.names_somebody(capture) {
                        text.renamed(&name)
                    } else {
                        text.clone()
                    };
                    (capture.clone(), text)
                });
                What::Event(*event, captures.collect())
            }
            other => other.clone(),
        };
        Self {
            client: name(&self.client),
            what,
        }
    }
}

impl Text {
    fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Plain(text) => Piece::Plain(name(text)),
            other => other.clone(),
        });
        Self(pieces.collect())
    }
}

fn want(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Want> {
    let client = node.text("client");
    if let Some(client) = &client {
        checker.shows(client);
    }
    let event = node.word("event");
    let captures = captures(node, event, checker);
    let what = if let Some(event) = event {
        What::Event(event, captures)
    } else if let Some(line) = node.text("line") {
        What::Line(checker.wanted_text(&line))
    } else if let Some(text) = node.text("contains") {
        What::Contains(checker.wanted_text(&text))
    } else {
        let pattern = node.text("pattern")?;
        if let Err(problem) = pattern::compile(&pattern, pattern.text, code::BAD_PATTERN) {
            checker.report(*problem);
        }
        What::Pattern(pattern.text.to_owned())
    };
    Some(Want {
        client: client?.text.to_owned(),
        what,
    })
}

/// The captures of an expected event.
fn captures(
    node: &Node<'_, '_>,
    event: Option<EventKind>,
    checker: &mut Checker<'_>,
) -> BTreeMap<String, Text> {
    let mut found = BTreeMap::new();
    for key in CAPTURES.iter().map(|key| key.name) {
        let Some(value) = node.text(key) else {
            continue;
        };
        match event {
            Some(event) if event.captures().contains(&key) => {
                checker.person(event, key, &value);
                found.insert(key.to_owned(), checker.wanted_text(&value));
            }
            Some(event) => {
                let title = format!("`{}` has no capture `{key}`", event.word());
                let problem = Problem::new(code::NO_CAPTURE, &node.key_span(key), title);
                checker.report(problem.help(match event.captures() {
                    [] => "it has none".to_owned(),
                    captures => format!("it has {}", one_of(captures.iter().copied())),
                }));
            }
            // An event that is misspelt has been reported.
            None if node.has("event") => {}
            None => {
                let title = format!("`{key}` needs an `event`");
                let problem = Problem::new(code::NO_CAPTURE, &node.key_span(key), title);
                checker.report(problem.help("captures belong to an event"));
            }
        }
    }
    found
}
