//! Copying what processes have in memory, for as long as they stand still.

use std::io::Read as _;

use super::pages::page_size;
use super::walk::{Places, Walk};

/// Bytes that are copied at once.
const BLOCK: u64 = 1 << 20;

/// Copied memory of several processes. Its buffer is used again.
#[derive(Debug, Default)]
pub(in crate::stage) struct Copied {
    /// May be longer than what was copied.
    buffer: Vec<u8>,
    length: usize,
}

impl Copied {
    /// What was copied, one piece behind the other.
    pub(in crate::stage) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// Makes room, so that none has to be made while processes stand still.
    pub(super) fn reserve(&mut self, bytes: u64) {
        let wanted = usize::try_from(bytes).unwrap_or(usize::MAX);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
    }

    /// Copies all of it, in the place of what was copied before; where it was, and why it is not
    /// all.
    pub(super) fn fill(&mut self, mut walk: Walk) -> (Places, Option<String>) {
        self.length = 0;
        loop {
            let next = walk.next_length().clamp(page_size(), BLOCK);
            self.reserve(self.length as u64 + next);
            let room = self.buffer.get_mut(self.length..).unwrap_or_default();
            match walk.read(room) {
                Ok(read) if read > 0 => self.length += read,
                _ => return walk.end(),
            }
        }
    }
}
