//! Texts with placeholders in braces.

use std::ops::Range;

use super::model::{Piece, Text};
use super::name::bad_name;
use toml_language::braces::{Token, scan};

/// The longest text of one message, in bytes.
pub(crate) const MAX_TEXT: usize = 64 * 1024;

/// The longest text that can be tried at all, in bytes.
pub(crate) const MAX_TRIED: usize = 1024 * 1024;

/// Every canary has this many bytes.
pub const CANARY_LENGTH: usize = 26;

/// So many bytes stand in front of a canary, in a text as in a file: allocators write their own
/// notes over the first 16 bytes of what has been freed, and would hide it from the audit.
pub const CANARY_LEAD: usize = 16;

/// Something in a text that is no placeholder: its bytes in the text, and why.
pub(crate) type Fault = (Range<usize>, String);

/// Reads a text; what is wrong stays out of it and comes in the list.
pub(crate) fn parse(text: &str) -> (Text, Vec<Fault>) {
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
                faults.push((
                    span,
                    "a brace without its partner; `{{` and `}}` are braces".to_owned(),
                ));
            }
        }
    }
    (Text(pieces), faults)
}

fn piece(inner: &str) -> Result<Piece, String> {
    let (word, argument) = match inner.split_once(':') {
        Some((word, argument)) => (word, Some(argument)),
        None => (inner, None),
    };
    match (word, argument) {
        ("canary", None) => Ok(Piece::Canary(None)),
        ("canary", Some(name)) => match bad_name(name) {
            None => Ok(Piece::Canary(Some(name.to_owned()))),
            Some(why) => Err(format!("a bad name for a canary: {why}")),
        },
        ("n", None) => Ok(Piece::Count),
        ("fill", Some(number)) => match number.parse() {
            Ok(bytes) if bytes <= MAX_TRIED => Ok(Piece::Fill(bytes)),
            Ok(_) | Err(_) => Err(format!("must be a number of bytes up to {MAX_TRIED}")),
        },
        _ => {
            let known = ["canary", "n", "fill:1000", "canary:name"];
            Err(match toml_language::suggest::nearest(inner, known) {
                Some(meant) => format!("unknown placeholder, did you mean `{{{meant}}}`?"),
                None => "unknown placeholder; `{{` and `}}` are braces".to_owned(),
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

    /// The bytes that stand in front of its first canary, when it has one.
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
