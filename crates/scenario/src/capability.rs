//! What an implementation may be unable to do.

use serde::{Deserialize, Serialize};

/// Something that an implementation may be unable to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as verbs and their arguments")]
pub enum Capability {
    File,
    Msg,
    MultilineText,
    Receipts,
    Say,
}

impl Capability {
    /// As it is written in files.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "file" => Some(Self::File),
            "msg" => Some(Self::Msg),
            "multiline-text" => Some(Self::MultilineText),
            "receipts" => Some(Self::Receipts),
            "say" => Some(Self::Say),
            _ => None,
        }
    }

    /// As it is written in files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Msg => "msg",
            Self::MultilineText => "multiline-text",
            Self::Receipts => "receipts",
            Self::Say => "say",
        }
    }
}
