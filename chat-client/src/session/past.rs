//! What was said before, for the one who asks.

use std::collections::BTreeSet;

use chat_protocol::{MessageId, Name, RoomName};
use serde::{Deserialize, Serialize};

use super::{Effect, Session};

/// How many entries are shown when nobody says how many.
pub(super) const SHOWN: usize = 20;

/// What is looked for in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Only what was said with this person.
    pub with: Option<Name>,
    /// Nothing that was said with these people.
    pub without: BTreeSet<Name>,
    /// Only texts with these words in them, in small letters or capitals.
    pub words: Option<String>,
    /// How many texts at most: the last ones.
    pub count: usize,
}

impl Sought {
    /// The last texts, whatever stands in them.
    pub fn last(count: usize) -> Self {
        Self {
            with: None,
            without: BTreeSet::new(),
            words: None,
            count,
        }
    }

    /// Whether this is one of them.
    pub fn fits(&self, past: &Past) -> bool {
        let with = self.with.as_ref();
        let words = self.words.as_ref();
        with.is_none_or(|name| past.is_with(name))
            && !self.without.iter().any(|name| past.is_with(name))
            && words.is_none_or(|words| past.text.to_lowercase().contains(&words.to_lowercase()))
    }
}

/// A text of an earlier time, ours or to us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// When it was written or came, Unix time in seconds.
    pub at: u64,
    /// Who wrote it.
    pub from: Name,
    /// To whom; `None` for everyone, and in a room.
    pub to: Option<Name>,
    /// In which room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// What was written.
    pub text: String,
    /// Which message it is, of those of others: a client that was killed may have noted it twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Whether its sender's identity had changed and was not trusted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flagged: bool,
}

impl Past {
    /// Whether it was said with this person.
    fn is_with(&self, name: &Name) -> bool {
        self.from == *name || self.to.as_ref() == Some(name)
    }
}

impl Session {
    /// Takes note of a text of ours for the history.
    pub(super) fn remember(&mut self, to: Option<Name>, text: &str) {
        self.remember_ours(to, None, text);
    }

    /// The same, of one in a room.
    pub(super) fn remember_in_room(&mut self, room: &RoomName, text: &str) {
        self.remember_ours(None, Some(room.clone()), text);
    }

    fn remember_ours(&mut self, to: Option<Name>, room: Option<RoomName>, text: &str) {
        self.past.push(Past {
            at: self.now,
            from: self.people.me.clone(),
            to,
            room,
            text: text.to_owned(),
            id: None,
            flagged: false,
        });
    }

    pub(super) fn recall(&mut self, sought: Sought) {
        self.effects.push(Effect::Recall(sought));
    }
}
