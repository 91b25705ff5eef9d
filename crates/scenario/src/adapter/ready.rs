//! When a relay can serve.

use serde::{Deserialize, Serialize};
use toml_language::Node;
use toml_language::shape::{Table, ValueKind, may};

use super::check::Checker;

/// When a relay can serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadyWhen {
    /// A line of standard output matches; its group `port` is the port.
    Line(String),
    /// A socket of it listens on this port; asked of the kernel, never by connecting.
    Listens(u16),
    /// The last thing that its dialogue awaits has come; it serves on this port.
    AfterDialogue(u16),
}

impl ReadyWhen {
    /// What is awaited of the relay, in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Line(pattern) => format!(
                "the relay gets ready, by a line that matches /{pattern}/ and gives its port"
            ),
            Self::Listens(port) => format!("the relay gets ready, by listening on port {port}"),
            Self::AfterDialogue(port) => {
                format!("the relay gets ready for port {port}, at the end of its dialogue")
            }
        }
    }
}

/// The table, described.
pub(super) static READY: Table = Table::new(
    "ready",
    "When the relay accepts clients.",
    &[
        may(
            "line",
            ValueKind::Text,
            "a regular expression for a line; its group `port` is the port",
        ),
        may(
            "listens",
            ValueKind::Integer(1, 65_535),
            "the port it listens on, if hard-coded",
        ),
        may(
            "after_dialogue",
            ValueKind::Integer(1, 65_535),
            "its port, if it is ready at the end of the dialogue",
        ),
    ],
)
.exactly_one(&["line", "listens", "after_dialogue"], "sign");

/// Reads `ready`.
pub(super) fn read(
    node: &Node<'_, '_>,
    has_dialogue: bool,
    checker: &mut Checker<'_>,
) -> Option<ReadyWhen> {
    if let Some(line) = node.text("line") {
        checker.pattern(&line, &["port"]);
        if !line.text.contains("(?<port>") && !line.text.contains("(?P<port>") {
            checker.no_port(&line);
        }
        return Some(ReadyWhen::Line(line.text.to_owned()));
    }
    let port = |key| node.integer(key).and_then(|port| u16::try_from(port).ok());
    if node.has("after_dialogue") && !has_dialogue {
        checker.no_dialogue(&node.key_span("after_dialogue"));
    }
    port("listens")
        .map(ReadyWhen::Listens)
        .or_else(|| port("after_dialogue").map(ReadyWhen::AfterDialogue))
}
