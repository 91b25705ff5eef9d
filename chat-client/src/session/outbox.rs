//! Envelopes that the relay has not answered for yet.

use std::collections::BTreeMap;

use chat_protocol::{FileId, Name};

/// What an envelope was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One of a message to everyone.
    Say {
        /// Which message.
        group: u64,
    },
    /// A message to one.
    Private,
    /// Announces a file.
    Offer {
        /// Which file.
        file: FileId,
    },
    /// Answers a file.
    Receipt,
}

/// An envelope on its way.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) to: Name,
    pub(super) purpose: Purpose,
}

/// Numbers envelopes and remembers what each was for.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    last_id: u64,
    last_group: u64,
    pending: BTreeMap<u64, Pending>,
    says: BTreeMap<u64, Say>,
}

/// A message to everyone: what its envelopes have come to.
#[derive(Debug, Default)]
struct Say {
    waiting: usize,
    accepted: usize,
}

impl Outbox {
    /// A number for a message to everyone.
    pub(super) fn new_group(&mut self) -> u64 {
        self.last_group += 1;
        self.last_group
    }

    /// Remembers an envelope; the result is its number.
    pub(super) fn add(&mut self, to: Name, purpose: Purpose) -> u64 {
        if let Purpose::Say { group } = purpose {
            self.says.entry(group).or_default().waiting += 1;
        }
        self.last_id += 1;
        self.pending.insert(self.last_id, Pending { to, purpose });
        self.last_id
    }

    /// The relay has answered for an envelope. `None` when it never had it, or twice.
    pub(super) fn settle(&mut self, id: u64, accepted: bool) -> Option<Pending> {
        let pending = self.pending.remove(&id)?;
        if let Purpose::Say { group } = pending.purpose
            && let Some(say) = self.says.get_mut(&group)
        {
            say.waiting -= 1;
            say.accepted += usize::from(accepted);
        }
        Some(pending)
    }

    /// How many recipients have the message, once nothing of it is on its way.
    pub(super) fn close(&mut self, group: u64) -> Option<usize> {
        match self.says.get(&group) {
            Some(say) if say.waiting > 0 => None,
            Some(_) => self.says.remove(&group).map(|say| say.accepted),
            None => Some(0),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }
}
