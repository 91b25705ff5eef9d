//! The words of events and of what they capture.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An event that an implementation can show, in words that all of them share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    pub const ALL: [Self; 16] = [
        Self::Disconnected,
        Self::FileDelivered,
        Self::FileFailed,
        Self::FileOffered,
        Self::FileReceived,
        Self::Joined,
        Self::KeyChanged,
        Self::Left,
        Self::Message,
        Self::Private,
        Self::Ready,
        Self::Reconnected,
        Self::Refused,
        Self::Rejected,
        Self::Sent,
        Self::Undelivered,
    ];

    /// As it is written in scenarios and adapters.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::FileDelivered => "file_delivered",
            Self::FileFailed => "file_failed",
            Self::FileOffered => "file_offered",
            Self::FileReceived => "file_received",
            Self::Joined => "joined",
            Self::KeyChanged => "key_changed",
            Self::Left => "left",
            Self::Message => "message",
            Self::Private => "private",
            Self::Ready => "ready",
            Self::Reconnected => "reconnected",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::Sent => "sent",
            Self::Undelivered => "undelivered",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
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
