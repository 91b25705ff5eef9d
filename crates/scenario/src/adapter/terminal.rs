//! The pseudo-terminal that a program runs on.

use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};
use toml_language::shape::{Table, ValueKind, may};
use toml_language::{Node, closed};

/// A pseudo-terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// Characters in a row.
    pub columns: NonZeroU16,
    /// Rows of the screen.
    pub rows: NonZeroU16,
    /// What ends a typed line.
    pub enter: Enter,
}

impl Default for Terminal {
    fn default() -> Self {
        Self {
            columns: NonZeroU16::MIN.saturating_add(199),
            rows: NonZeroU16::MIN.saturating_add(49),
            enter: Enter::Cr,
        }
    }
}

closed_list! {
    /// What the Enter key sends.
    pub enum Enter {
        /// a carriage return, as the key does
        Cr,
        /// a line feed
        Lf,
    }
}

/// `true`, or a table.
pub(super) const TERMINALS: ValueKind =
    ValueKind::Either(&[ValueKind::Bool, ValueKind::Table(&TERMINAL)]);

static TERMINAL: Table = Table::new(
    "terminal",
    "The terminal that it runs on.",
    &[
        may(
            "columns",
            ValueKind::Integer(20, 1_000),
            "columns (default: 200)",
        ),
        may("rows", ValueKind::Integer(5, 500), "rows (default: 50)"),
        may(
            "enter",
            ValueKind::Word(closed::words::<Enter>),
            "what Enter sends (default: `cr`)",
        ),
    ],
);

/// Reads `terminal`.
pub(super) fn read(node: &Node<'_, '_>) -> Option<Terminal> {
    let usual = Terminal::default();
    let Some(table) = node.node("terminal") else {
        return node.bool("terminal").unwrap_or(false).then_some(usual);
    };
    let size = |key, usual| {
        let size = table.integer(key).and_then(|size| u16::try_from(size).ok());
        size.and_then(NonZeroU16::new).unwrap_or(usual)
    };
    Some(Terminal {
        columns: size("columns", usual.columns),
        rows: size("rows", usual.rows),
        enter: table.word("enter").unwrap_or(usual.enter),
    })
}
