//! The words of events and of what they capture.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray, VariantNames};

/// An event that an implementation can show, in words that all of them share. Of two patterns
/// that fit one line, that of the first event counts.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// the connection to the relay is gone
    Disconnected,
    /// a file that it sent has arrived
    FileDelivered,
    /// a file transfer, in either direction, has failed
    FileFailed,
    /// somebody is sending a file to this client
    FileOffered,
    /// a file has arrived, complete and verified
    FileReceived,
    /// somebody joined
    Joined,
    /// somebody has another identity than before
    KeyChanged,
    /// somebody left
    Left,
    /// a text to everyone
    Message,
    /// a text to this client only
    Private,
    /// the client is logged in
    Ready,
    /// the connection to the relay is back
    Reconnected,
    /// the program or the relay refused a request
    Refused,
    /// the client rejected something that arrived
    Rejected,
    /// a text that it sent was accepted
    Sent,
    /// a text that it sent did not arrive
    Undelivered,
}

impl EventKind {
    /// Every kind, in alphabetical order.
    pub const ALL: [Self; <Self as VariantArray>::VARIANTS.len()] =
        match <Self as VariantArray>::VARIANTS.first_chunk() {
            Some(all) => *all,
            None => panic!("as many as there are"),
        };

    /// As it is written in scenarios and adapters.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Whether a capture of it names somebody.
    pub fn names_somebody(self, capture: &str) -> bool {
        matches!(capture, "from" | "who" | "to" | "with")
            || (self == Self::Ready && capture == "name")
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
    fn a_plan_writes_each_event_with_its_word() {
        for kind in EventKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
            assert_eq!(kind.word().parse(), Ok(kind));
        }
    }

    #[test]
    fn events_come_in_the_order_of_the_alphabet() {
        let words: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.word()).collect();
        assert!(words.is_sorted(), "{words:?}");
    }
}
