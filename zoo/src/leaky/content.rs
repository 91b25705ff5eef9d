//! What clients say to each other, which the relay is not to know.

use super::frame::{Fields, fields};
use crate::wire::{FileFacts, Part};

/// What is in an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Got(FileFacts),
    Msg(String),
    Part(Part),
    Say(String),
}

impl Content {
    /// As bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
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
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
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
    pub(super) fn told(&self) -> String {
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
