//! Placeholders in braces.

use std::ops::Range;

use super::node::Place;

/// A part of a text with braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// As it stands; a doubled brace is one brace by now.
    Plain(&'a str),
    /// What stands between two braces.
    Placeholder(&'a str),
    /// A brace without its partner.
    Stray,
}

/// Cuts a text at its braces; each part with its bytes in the text.
pub fn scan(text: &str) -> Vec<(Range<usize>, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, token) = first_token(rest);
        tokens.push((at..at + length, token));
        at += length;
    }
    tokens
}

fn first_token(rest: &str) -> (usize, Token<'_>) {
    for (doubled, single) in [("{{", "{"), ("}}", "}")] {
        if rest.starts_with(doubled) {
            return (2, Token::Plain(single));
        }
    }
    if let Some(inner) = rest.strip_prefix('{') {
        return match inner.find(['{', '}']) {
            Some(end) if inner.get(end..).is_some_and(|tail| tail.starts_with('}')) => (
                end + 2,
                Token::Placeholder(inner.get(..end).unwrap_or_default()),
            ),
            Some(_) | None => (1, Token::Stray),
        };
    }
    match rest.find(['{', '}']) {
        Some(0) => (1, Token::Stray),
        Some(end) => (end, Token::Plain(rest.get(..end).unwrap_or_default())),
        None => (rest.len(), Token::Plain(rest)),
    }
}

/// Where a part of a text is in the file: exactly, when the text is written without
/// escapes; else the whole text.
pub fn part_of(place: &Place<'_>, source: &str, part: &Range<usize>) -> Range<usize> {
    let inside = place.span.start + 1..place.span.end.saturating_sub(1);
    if source.get(inside.clone()) == Some(place.text) {
        inside.start + part.start..inside.start + part.end
    } else {
        place.span.clone()
    }
}
