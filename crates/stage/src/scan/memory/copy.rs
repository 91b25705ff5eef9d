//! Copying what processes have in memory, for as long as they stand still.

use std::io::{self, Read as _};

use memmap2::{Advice, MmapMut};

use super::UnreadMemory;
use super::pages::page_size;
use super::walk::{Places, Walk};

/// Bytes that are copied at once.
const BLOCK: u64 = 1 << 20;

/// This part of it is made as room beside what is wanted.
const MORE: usize = 8;

/// Copied memory of several processes. Its buffer is used again.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    /// May be longer than what was copied.
    buffer: Option<MmapMut>,
    length: usize,
}

impl Copied {
    /// What was copied, one piece behind the other.
    pub(crate) fn bytes(&self) -> &[u8] {
        let buffer = self.buffer.as_deref().unwrap_or_default();
        buffer.get(..self.length).unwrap_or_default()
    }

    /// What was copied is not needed any more.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// Makes room, so that none has to be made while processes stand still. In large pages:
    /// writing to small ones that nobody has used lately takes three times as long.
    ///
    /// # Errors
    ///
    /// When there is not so much memory.
    pub(super) fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        let wanted = usize::try_from(bytes).map_err(io::Error::other)?;
        let there = self.buffer.as_ref().map_or(0, |room| room.len());
        if there >= wanted {
            return Ok(());
        }
        if self.length == 0 {
            // Nothing is to be kept: both at once need not fit.
            self.buffer = None;
        }
        // A little more, so that what grows from scan to scan is not reallocated each time.
        let mut room = MmapMut::map_anon(wanted.saturating_add(wanted / MORE))?;
        // A system without large pages does without.
        drop(room.advise(Advice::HugePage));
        let (copied, new) = room.split_at_mut(self.length);
        copied.copy_from_slice(self.bytes());
        let page = usize::try_from(page_size()).map_err(io::Error::other)?;
        for byte in new.iter_mut().step_by(page) {
            *byte = 0;
        }
        self.buffer = Some(room);
        Ok(())
    }

    /// Copies all of it, in the place of what was copied before; where it was, and why it is not
    /// all.
    pub(super) fn fill(&mut self, mut walk: Walk) -> (Places, Option<UnreadMemory>) {
        self.clear();
        loop {
            let next = walk.next_length().clamp(page_size(), BLOCK);
            if let Err(error) = self.reserve(self.length as u64 + next) {
                walk.miss(UnreadMemory::NoRoom(error));
                return walk.end();
            }
            let buffer = self.buffer.as_deref_mut().unwrap_or_default();
            let room = buffer.get_mut(self.length..).unwrap_or_default();
            match walk.read(room) {
                Ok(read) if read > 0 => self.length += read,
                _ => return walk.end(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Copied;

    #[test]
    fn what_was_copied_stays_when_more_room_is_needed() {
        let mut copied = Copied::default();
        copied.reserve(8).unwrap();
        let buffer = copied.buffer.as_deref_mut().unwrap();
        buffer.get_mut(..3).unwrap().copy_from_slice(b"abc");
        copied.length = 3;
        copied.reserve(1 << 20).unwrap();
        assert_eq!(copied.bytes(), b"abc");
        assert!(copied.buffer.is_some_and(|room| room.len() >= 1 << 20));
    }

    #[test]
    fn room_for_a_little_more_is_not_twice_as_large() {
        let (first, more) = (8 << 20, (9 << 20) + 1);
        let mut copied = Copied::default();
        copied.reserve(first).unwrap();
        copied.reserve(more).unwrap();
        let room = copied.buffer.map_or(0, |room| room.len() as u64);
        assert!((more..first * 3 / 2).contains(&room), "{room}");
    }

    #[test]
    fn room_that_no_machine_has_is_an_error() {
        let mut copied = Copied::default();
        copied.reserve(u64::MAX / 2).unwrap_err();
        assert!(copied.bytes().is_empty());
    }
}
