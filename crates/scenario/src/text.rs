//! Texts with placeholders in braces.

use std::ops::Range;

use super::name::bad_name;
use toml_language::braces::{Token, scan};

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub Vec<Piece>);

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `{canary}` is a fresh one each time, `{canary:name}` the same one again.
    Canary(Option<String>),
    /// `{n}`: the turn of the innermost `repeat`.
    Count,
    /// `{fill:N}`: so many bytes of harmless text.
    Fill(usize),
    /// As it stands.
    Plain(String),
}

/// The longest text of one message, in bytes.
pub(crate) const MAX_TEXT: usize = 64 * 1024;

/// The longest text that can be tried at all, in bytes.
pub(crate) const MAX_TRIED: usize = 1024 * 1024;

/// Every canary has this many bytes.
pub const CANARY_LENGTH: usize = 26;

/// So many bytes are in front of a canary, in a text as in a file: allocators write their own
/// notes over the first 16 bytes of what has been freed, and would hide it from the audit.
pub const CANARY_LEAD: usize = 16;

/// Why something in braces is no placeholder; always a slip of the file's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlaceholder {
    #[error("write `{{{{` or `}}}}` for a literal brace")]
    StrayBrace,
    #[error("not a valid canary name: {0}")]
    CanaryName(&'static str),
    #[error("must be a number of bytes up to {MAX_TRIED}")]
    Fill,
    #[error("unknown placeholder, did you mean `{{{0}}}`?")]
    Suggestion(&'static str),
    #[error("unknown placeholder; write `{{{{` or `}}}}` for a literal brace")]
    Unknown,
}

/// Reads a text. What is wrong stays out of it and comes in the list, with its bytes in the text.
pub(crate) fn parse(text: &str) -> (Text, Vec<(Range<usize>, NoPlaceholder)>) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut faults = Vec::new();
    for (span, token) in scan(text) {
        match token {
            Token::Plain(plain) => match pieces.last_mut() {
                Some(Piece::Plain(before)) => before.push_str(plain),
                Some(Piece::Canary(_) | Piece::Count | Piece::Fill(_)) | None => {
                    pieces.push(Piece::Plain(plain.to_owned()));
                }
            },
            Token::Placeholder(inner) => match piece(inner) {
                Ok(piece) => pieces.push(piece),
                Err(why) => faults.push((span, why)),
            },
            Token::Stray => {
                faults.push((span, NoPlaceholder::StrayBrace));
            }
        }
    }
    (Text(pieces), faults)
}

fn piece(inner: &str) -> Result<Piece, NoPlaceholder> {
    let (word, argument) = match inner.split_once(':') {
        Some((word, argument)) => (word, Some(argument)),
        None => (inner, None),
    };
    match (word, argument) {
        ("canary", None) => Ok(Piece::Canary(None)),
        ("canary", Some(name)) => match bad_name(name) {
            None => Ok(Piece::Canary(Some(name.to_owned()))),
            Some(why) => Err(NoPlaceholder::CanaryName(why)),
        },
        ("n", None) => Ok(Piece::Count),
        ("fill", Some(number)) => match number.parse() {
            Ok(bytes) if bytes <= MAX_TRIED => Ok(Piece::Fill(bytes)),
            Ok(_) | Err(_) => Err(NoPlaceholder::Fill),
        },
        _ => {
            let known = ["canary", "n", "fill:1000", "canary:name"];
            Err(match toml_language::suggest::nearest(inner, known) {
                Some(suggestion) => NoPlaceholder::Suggestion(suggestion),
                None => NoPlaceholder::Unknown,
            })
        }
    }
}

impl Text {
    /// A text without placeholders.
    pub fn plain(text: &str) -> Self {
        Self(vec![Piece::Plain(text.to_owned())])
    }

    /// The bytes that it has when its placeholders are filled in.
    pub fn filled_length(&self) -> usize {
        filled(&self.0)
    }

    /// The bytes that are in front of its first canary, when it has one.
    pub fn lead(&self) -> Option<usize> {
        let is_canary = |piece: &Piece| matches!(piece, Piece::Canary(_));
        let first = self.0.iter().position(is_canary)?;
        self.0.get(..first).map(filled)
    }
}

fn filled(pieces: &[Piece]) -> usize {
    let lengths = pieces.iter().map(|piece| match piece {
        Piece::Canary(_) => CANARY_LENGTH,
        Piece::Count => 1,
        Piece::Fill(bytes) => *bytes,
        Piece::Plain(text) => text.len(),
    });
    lengths.fold(0, usize::saturating_add)
}
