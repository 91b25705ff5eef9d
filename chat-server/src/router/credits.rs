//! Which chunks of which files a client takes: nobody gets what was not asked for.

use std::collections::BTreeMap;

use chat_protocol::FileId;

use super::ConnectionId;
use crate::limits::MAX_FILES;

/// The credit that one client has given to others, by sender and file.
#[derive(Debug, Default)]
pub(super) struct Credits {
    files: BTreeMap<(ConnectionId, FileId), Credit>,
}

/// Chunks from `next` up to, and without, `until`.
#[derive(Clone, Copy, Debug, Default)]
struct Credit {
    next: u32,
    until: u32,
}

impl Credits {
    /// Chunks below this one may come from this sender. Where there is no room for another file,
    /// those go that have used up what they had.
    pub(super) fn give(&mut self, file: (ConnectionId, FileId), until: u32) {
        if self.files.len() >= MAX_FILES && !self.files.contains_key(&file) {
            self.files.retain(|_, credit| credit.next < credit.until);
        }
        if self.files.len() < MAX_FILES || self.files.contains_key(&file) {
            self.files.entry(file).or_default().until = until;
        }
    }

    /// Whether this chunk may pass. None passes twice, and none after a later one.
    pub(super) fn take(&mut self, file: (ConnectionId, FileId), index: u32) -> bool {
        let Some(credit) = self.files.get_mut(&file) else {
            return false;
        };
        let may_pass = (credit.next..credit.until).contains(&index);
        if may_pass {
            credit.next = index + 1;
        }
        may_pass
    }

    /// The sender has gone.
    pub(super) fn forget(&mut self, gone: ConnectionId) {
        self.files.retain(|(sender, _), _| *sender != gone);
    }

    /// The file is given up. Whether it was asked for.
    pub(super) fn end(&mut self, file: (ConnectionId, FileId)) -> bool {
        self.files.remove(&file).is_some()
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::FileId;

    use super::{ConnectionId, Credits};
    use crate::limits::MAX_FILES;

    fn file(number: usize) -> (ConnectionId, FileId) {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        (ConnectionId(1), FileId(id))
    }

    #[test]
    fn a_chunk_passes_within_the_credit_and_once() {
        let mut credits = Credits::default();
        assert!(!credits.take(file(1), 0), "nobody has asked for it");
        credits.give(file(1), 2);
        let passed = [0, 0, 1, 2].map(|index| credits.take(file(1), index));
        assert_eq!(passed, [true, false, true, false]);
        assert!(!credits.take(file(2), 0), "of another file");
        credits.give(file(1), 4);
        let passed = [1, 3, 2].map(|index| credits.take(file(1), index));
        assert_eq!(passed, [false, true, false]);
        credits.end(file(1));
        assert!(!credits.take(file(1), 4));
    }

    #[test]
    fn files_that_are_over_make_room_for_others() {
        let mut credits = Credits::default();
        for number in 0..MAX_FILES {
            credits.give(file(number), 1);
        }
        credits.give(file(MAX_FILES), 1);
        assert!(!credits.take(file(MAX_FILES), 0), "all others still come");
        assert!(credits.take(file(0), 0));
        credits.give(file(MAX_FILES), 1);
        assert!(credits.take(file(MAX_FILES), 0));
        credits.forget(ConnectionId(1));
        assert!(!credits.take(file(1), 0), "its sender has gone");
    }
}
