//! The words of events and of what they capture.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// An event that an implementation can show, in words that all of them share.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    EnumString,
    IntoStaticStr,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "DESIGN's words; docs/scenarios.md says each in a sentence"
)]
pub enum EventKind {
    Disconnected,
    FileDelivered,
    FileFailed,
    FileOffered,
    FileReceived,
    Joined,
    KeyChanged,
    Left,
    Message,
    Private,
    Ready,
    Reconnected,
    Refused,
    Rejected,
    Sent,
    Undelivered,
}

impl EventKind {
    /// Every kind, in alphabetical order.
    pub const ALL: [Self; Self::VARIANTS.len()] = match Self::VARIANTS.as_array() {
        Some(all) => *all,
        // As long as itself: the compiler has seen it.
        None => unreachable!(),
    };

    /// As it is written in scenarios and adapters.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }

    /// The captures that an implementation may have for it.
    pub fn captures(self) -> &'static [&'static str] {
        match self {
            Self::Disconnected | Self::Refused => &["reason"],
            Self::FileDelivered => &["to", "name"],
            Self::FileFailed => &["with", "reason"],
            Self::FileOffered => &["from", "name", "size"],
            Self::FileReceived => &["from", "name", "size", "sha256"],
            Self::Joined | Self::KeyChanged => &["who"],
            Self::Left => &["who", "reason"],
            Self::Message | Self::Private => &["from", "text"],
            Self::Ready => &["name"],
            Self::Reconnected => &[],
            Self::Rejected => &["from"],
            Self::Sent => &["to"],
            Self::Undelivered => &["to", "reason"],
        }
    }
}

/// An event that an adapter's pattern recognised in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub event: EventKind,
    /// Its captures, unescaped.
    pub captures: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::EventKind;

    #[test]
    fn the_word_of_each_kind_is_the_one_in_files_and_reads_back() {
        for kind in EventKind::ALL {
            let written = serde_json::to_value(kind).unwrap();
            assert_eq!(written, kind.word());
            assert_eq!(EventKind::from_word(kind.word()), Some(kind));
        }
    }

    #[test]
    fn kinds_stand_in_alphabetical_order() {
        assert!(EventKind::ALL.is_sorted_by_key(|kind| kind.word()));
    }
}
