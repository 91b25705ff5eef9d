//! Letters for those who are away: envelopes that wait on the disk until their recipients come.
//!
//! ```text
//! router ──► jobs ──► keeper (one commit for all that wait) ──► store: redb, one file
//!   ▲                   │
//!   └── stored, read ◄──┘
//! ```

mod boxes;
mod keeper;
mod redb_store;

use std::io;

use bytes::Bytes;
use chat_protocol::{Name, ReturnReason};

pub(crate) use boxes::{Boxes, NoRoom};
#[cfg(test)]
pub(crate) use keeper::Jobs;
pub(crate) use keeper::{Desk, Job, run};
pub(crate) use redb_store::RedbStore;

/// An envelope that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) label: Label,
    /// As it came: sealed.
    pub(crate) envelope: Bytes,
}

/// What is known of a letter without its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) key: Key,
    pub(crate) from: Name,
    pub(crate) kind: Kind,
    /// The day on which it came, counted from 1970.
    pub(crate) day: u32,
    /// Of its envelope.
    pub(crate) bytes: usize,
}

/// What a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An envelope of whoever it is from.
    Envelope,
    /// It is to the sender of an envelope, and from the one whom that did not reach. Its own envelope is empty.
    Returned(ReturnReason),
}

/// Which letter: numbers grow, in all boxes together, in the order in which letters came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) to: Name,
    pub(crate) number: u64,
}

/// Where letters lie.
pub(crate) trait Store: Send + 'static {
    /// All labels.
    fn labels(&mut self) -> io::Result<Vec<Label>>;

    /// Adds, and then removes, all or nothing. What this has returned for is there after a crash.
    fn write(&mut self, put: &[Letter], remove: &[Key]) -> io::Result<()>;

    /// The letters after this one in its box, in their order: as many as fit into so many bytes, and one at
    /// the least.
    fn read(&mut self, after: &Key, bytes: usize) -> io::Result<Vec<Letter>>;
}
