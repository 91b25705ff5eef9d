//! How one talks with a program: its terminal, its prompts, what it asks, what it tells.

use std::num::NonZeroU16;

use super::check::Checker;
use super::model::{Console, Enter, Terminal};
use super::{capture, dialogue};
use toml_language::walk::Node;

/// Reads what `[relay]` and `[client]` have in common; templates may use what is `known`.
pub(super) fn read(node: &Node<'_, '_>, known: &[&str], checker: &mut Checker<'_>) -> Console {
    let prompt = node.text("prompt");
    if let Some(prompt) = &prompt {
        checker.pattern(prompt, &[]);
    }
    Console {
        terminal: terminal(node),
        prompt: prompt.map(|prompt| prompt.text.to_owned()),
        dialogue: dialogue::read(node, known, checker),
        captures: capture::read(node, checker),
    }
}

fn terminal(node: &Node<'_, '_>) -> Option<Terminal> {
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
        enter: match table.text("enter").map(|word| word.text) {
            Some("lf") => Enter::Lf,
            Some(_) | None => usual.enter,
        },
    })
}
