//! Envelopes that the relay has not answered for yet.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chat_protocol::limits::MAX_UNACKNOWLEDGED;
use chat_protocol::{FileId, MessageId, Name, RoomId, RoomName};

/// Envelopes to one person that are on their way at the same time, at most: a sixteenth of what
/// the relay keeps for everybody who sends to that person.
const WINDOW: usize = MAX_UNACKNOWLEDGED / 16;

/// What is on its way altogether, in bytes, before the sender waits: texts of the greatest length to many would take
/// much memory.
const BYTES: usize = 16 * 1024 * 1024;

/// What an envelope was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One of a message to many.
    Say {
        /// Which message.
        group: u64,
    },
    /// A message to one.
    Private,
    /// The list of a room.
    List {
        /// Which room.
        room: RoomId,
    },
    /// Announces a file.
    Offer {
        /// Which file.
        file: FileId,
    },
    /// Answers a file.
    Receipt,
    /// A message of an earlier connection, sent again.
    Again,
    /// The same, of one that the relay has said to have delivered: nothing more is shown of its answer.
    Unconfirmed,
}

/// An envelope on its way.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) to: Name,
    pub(super) purpose: Purpose,
    /// Which message it is, of those that are kept.
    pub(super) message: Option<MessageId>,
    bytes: usize,
}

/// Numbers envelopes and remembers what each was for.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    last_id: u64,
    last_group: u64,
    pending: BTreeMap<u64, Pending>,
    /// How many of them are for whom; nobody has none.
    unanswered: BTreeMap<Name, usize>,
    says: BTreeMap<u64, Say>,
    /// Of all pending envelopes.
    bytes: usize,
}

/// A message to many: what its envelopes have come to.
#[derive(Debug, Default)]
struct Say {
    /// Where it was said; `None` for everyone.
    room: Option<RoomName>,
    waiting: usize,
    accepted: usize,
}

impl Outbox {
    /// A number for a message to everyone, or to the members of a room.
    pub(super) fn new_group(&mut self, room: Option<RoomName>) -> u64 {
        self.last_group += 1;
        let say = Say {
            room,
            ..Say::default()
        };
        self.says.insert(self.last_group, say);
        self.last_group
    }

    /// Remembers an envelope of this length; the result is its number.
    pub(super) fn add(
        &mut self,
        to: Name,
        purpose: Purpose,
        (message, bytes): (Option<MessageId>, usize),
    ) -> u64 {
        if let Purpose::Say { group } = purpose {
            self.says.entry(group).or_default().waiting += 1;
        }
        self.last_id += 1;
        *self.unanswered.entry(to.clone()).or_default() += 1;
        let pending = Pending {
            to,
            purpose,
            message,
            bytes,
        };
        self.bytes += bytes;
        self.pending.insert(self.last_id, pending);
        self.last_id
    }

    /// The relay has answered for an envelope. `None` when it never had it, or twice.
    pub(super) fn settle(&mut self, id: u64, accepted: bool) -> Option<Pending> {
        let pending = self.pending.remove(&id)?;
        self.bytes -= pending.bytes;
        if let Entry::Occupied(mut count) = self.unanswered.entry(pending.to.clone()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        if let Purpose::Say { group } = pending.purpose
            && let Some(say) = self.says.get_mut(&group)
        {
            say.waiting -= 1;
            say.accepted += usize::from(accepted);
        }
        Some(pending)
    }

    /// Where the message was said, and how many recipients have it, once nothing of it is on its way.
    pub(super) fn close(&mut self, group: u64) -> Option<(Option<RoomName>, usize)> {
        let is_over = self.says.get(&group)?.waiting == 0;
        let say = is_over.then(|| self.says.remove(&group))??;
        Some((say.room, say.accepted))
    }

    /// Whether this message is on its way.
    pub(super) fn has(&self, message: &MessageId) -> bool {
        let is_it = |pending: &Pending| pending.message.as_ref() == Some(message);
        self.pending.values().any(is_it)
    }

    /// Whether somebody has a window of envelopes that nobody has answered for: a sender waits
    /// then, or the relay would refuse what comes next.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= BYTES || self.unanswered.values().any(|count| *count >= WINDOW)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }
}
