//! What was said before, for the one who asks.

use chat_protocol::Name;
use serde::{Deserialize, Serialize};

use super::{Effect, Session};

/// How many entries are shown when nobody says how many.
pub(super) const SHOWN: usize = 20;

/// A text of an earlier time, ours or to us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// When it was written or came, Unix time in seconds.
    pub at: u64,
    /// Who wrote it.
    pub from: Name,
    /// To whom; `None` for everyone.
    pub to: Option<Name>,
    /// What was written.
    pub text: String,
}

impl Past {
    /// Whether it was said with this person.
    pub fn is_with(&self, name: &Name) -> bool {
        self.from == *name || self.to.as_ref() == Some(name)
    }
}

impl Session {
    /// Takes note of a text for the history.
    pub(super) fn remember(&mut self, from: Name, to: Option<Name>, text: &str) {
        self.past.push(Past {
            at: self.now,
            from,
            to,
            text: text.to_owned(),
        });
    }

    pub(super) fn recall(&mut self, with: Option<Name>, count: usize) {
        self.effects.push(Effect::Recall { with, count });
    }
}
