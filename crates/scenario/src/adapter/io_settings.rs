//! How one talks with a program: its terminal, its prompts, what it asks, what it tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml_language::Node;
use toml_language::shape::{Key, ValueKind, may};

use super::capture::{self, CAPTURE, Capture};
use super::check::Checker;
use super::dialogue::{self, ITEM, Item};
use super::terminal::{self, TERMINALS, Terminal};

/// How one talks with a program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IoSettings {
    /// The terminal that it runs on; pipes where there is none.
    pub terminal: Option<Terminal>,
    /// A regular expression: what stands before a line without being a part of it.
    pub prompt: Option<String>,
    /// What it asks before it is ready, in order.
    pub dialogue: Vec<Item>,
    /// What others need of it, by the names that templates use.
    pub captures: BTreeMap<String, Capture>,
}

const DIALOGUE: ValueKind = ValueKind::Array(&ValueKind::Table(&ITEM), 0);
const CAPTURES: ValueKind = ValueKind::Map(&ValueKind::Table(&CAPTURE));

/// What `[relay]` and `[client]` have in common.
pub(super) const IO_SETTINGS: [Key; 4] = [
    may(
        "terminal",
        TERMINALS,
        "run it on a pseudo-terminal instead of pipes",
    ),
    may(
        "prompt",
        ValueKind::Text,
        "a regular expression for a prompt, which is stripped from the beginning of lines",
    ),
    may(
        "dialogue",
        DIALOGUE,
        "questions it asks before it is ready, in order, and their answers",
    ),
    may(
        "captures",
        CAPTURES,
        "values that others need from it, by the names that templates use",
    ),
];

/// Reads what `[relay]` and `[client]` have in common; templates may use what is `known`.
pub(super) fn read(node: &Node<'_, '_>, known: &[&str], checker: &mut Checker<'_>) -> IoSettings {
    let prompt = node.text("prompt");
    if let Some(prompt) = &prompt {
        checker.pattern(prompt, &[]);
    }
    IoSettings {
        terminal: terminal::read(node),
        prompt: prompt.map(|prompt| prompt.text.to_owned()),
        dialogue: dialogue::read(node, known, checker),
        captures: capture::read(node, checker),
    }
}
