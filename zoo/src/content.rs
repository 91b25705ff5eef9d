//! What clients say to each other. If it is sealed, the relay must not learn it.

use std::fmt;

use crate::frame::{Fields, Wants, fields};
use crate::line::escape;

/// The plain bytes in one part of a file.
const PART: usize = 48 * 1024;

/// A complete file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileFacts {
    pub(crate) size: usize,
    /// Lower-case hexadecimal.
    pub(crate) sha256: String,
    pub(crate) name: String,
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) file: String,
    pub(crate) last: bool,
    pub(crate) data: Vec<u8>,
}

/// What is in an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Got(FileFacts),
    Msg(String),
    Part(Part),
    Say(String),
}

impl fmt::Display for FileFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.size, self.sha256, escape(&self.name))
    }
}

/// A file in pieces; one without content is one piece.
pub(crate) fn parts_of(name: &str, content: &[u8]) -> Vec<Part> {
    let part = |data: &[u8]| Part {
        file: name.to_owned(),
        last: false,
        data: data.to_vec(),
    };
    let mut parts: Vec<Part> = content.chunks(PART).map(part).collect();
    if parts.is_empty() {
        parts.push(part(&[]));
    }
    if let Some(part) = parts.last_mut() {
        part.last = true;
    }
    parts
}

impl Content {
    /// What the sender wants to be told.
    pub(crate) fn wants(&self) -> Wants {
        match self {
            Self::Msg(_) | Self::Say(_) => Wants::Acceptance,
            Self::Part(part) if part.last => Wants::Failure,
            Self::Part(_) | Self::Got(_) => Wants::Nothing,
        }
    }

    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Got(file) => {
                let size = file.size.to_string();
                let facts = [
                    size.as_bytes(),
                    file.sha256.as_bytes(),
                    file.name.as_bytes(),
                ];
                fields(b'g', &facts)
            }
            Self::Msg(text) => fields(b'm', &[text.as_bytes()]),
            Self::Part(part) => {
                let kind = if part.last { b'l' } else { b'p' };
                fields(kind, &[part.file.as_bytes(), &part.data])
            }
            Self::Say(text) => fields(b's', &[text.as_bytes()]),
        }
    }

    /// `None` when they say nothing that a client knows.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, mut fields) = Fields::begin(bytes)?;
        Some(match kind {
            b'g' => Self::Got(FileFacts {
                size: fields.text()?.parse().ok()?,
                sha256: fields.text()?,
                name: fields.text()?,
            }),
            b'm' => Self::Msg(fields.text()?),
            b'l' | b'p' => Self::Part(Part {
                file: fields.text()?,
                last: kind == b'l',
                data: fields.bytes()?,
            }),
            b's' => Self::Say(fields.text()?),
            _ => return None,
        })
    }

    /// What a relay that can open it may say of it.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Got(file) => format!("has the file {}", file.name),
            Self::Msg(text) | Self::Say(text) => text.clone(),
            Self::Part(part) => format!("{} bytes of the file {}", part.data.len(), part.file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_content_reads_back() {
        for content in [
            Content::Msg("a\nb".to_owned()),
            Content::Say(String::new()),
            Content::Got(FileFacts {
                size: 3,
                sha256: "00ff".to_owned(),
                name: "a b".to_owned(),
            }),
            Content::Part(Part {
                file: "plan.pdf".to_owned(),
                last: true,
                data: vec![0, 255],
            }),
        ] {
            assert_eq!(Content::decode(&content.encode()), Some(content));
        }
        assert_eq!(Content::decode(b"m\0\0\0\x05a"), None);
    }
}
