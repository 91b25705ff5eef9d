//! What links and outputs are read into: buffers that come back when nobody holds what was read
//! any more. New memory for each read would take longer than the read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes read at once of a link, where there are so many. A plain copy is fastest with a quarter of
/// it; here whoever writes what was read has the more time to do it.
pub(super) const OF_LINK: usize = 256 * 1024;

/// The same of an output: a pipe holds no more.
pub(super) const OF_OUTPUT: usize = 64 * 1024;

/// Less is copied out of the buffer, which is read into again; and so large is a buffer until it
/// was full once, for most never have more.
const SHORT: usize = 16 * 1024;

/// Buffers that wait to be used again, at the most.
const IDLE: usize = 16;

type Idle = Arc<Mutex<Vec<Vec<u8>>>>;

/// The buffers of one direction of a link, or of one stream of output.
#[derive(Debug)]
pub(super) struct Buffers {
    /// Bytes of a large one.
    large: usize,
    /// What is read into; empty where that was lent.
    current: Vec<u8>,
    /// A buffer was full.
    is_much: bool,
    /// Large ones.
    idle: Idle,
}

impl Buffers {
    /// Of so many bytes at the most.
    pub(super) fn of(large: usize) -> Self {
        Self {
            large,
            current: Vec::new(),
            is_much: false,
            idle: Idle::default(),
        }
    }

    /// Room for what is read next.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.current.is_empty() {
            let idle = lock(&self.idle).pop();
            let size = if self.is_much { self.large } else { SHORT };
            self.current = idle.unwrap_or_else(|| vec![0; size]);
        }
        &mut self.current
    }

    /// So many bytes at the front of the room, which were read.
    pub(super) fn take(&mut self, read: usize) -> Bytes {
        // What is lent is away as a whole, however little was read.
        if read < SHORT.max(self.current.len() / 4) {
            return Bytes::copy_from_slice(self.current.get(..read).unwrap_or_default());
        }
        self.is_much |= read == self.current.len();
        Bytes::from_owner(Lent {
            buffer: std::mem::take(&mut self.current),
            read,
            large: self.large,
            idle: Arc::clone(&self.idle),
        })
    }
}

/// A buffer with what was read into it.
struct Lent {
    buffer: Vec<u8>,
    read: usize,
    large: usize,
    idle: Idle,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.read).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE && self.buffer.len() == self.large {
            idle.push(std::mem::take(&mut self.buffer));
        }
    }
}

/// Nobody panics while holding it.
fn lock(idle: &Idle) -> MutexGuard<'_, Vec<Vec<u8>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Buffers, IDLE, OF_OUTPUT as LARGE, SHORT, lock};

    #[test]
    fn what_was_read_stays_as_it_was_and_its_buffer_comes_back() {
        let mut buffers = Buffers::of(LARGE);
        assert_eq!(buffers.room().len(), SHORT);
        drop(buffers.take(SHORT));
        let mut read = |byte: u8, length: usize| {
            let room = buffers.room();
            assert_eq!(room.len(), LARGE, "there is much to be read");
            room[..length].fill(byte);
            buffers.take(length)
        };
        let held: Vec<_> = (0..20)
            .map(|n| (n, read(n, SHORT + usize::from(n))))
            .collect();
        let short = read(99, 3);
        for (n, bytes) in &held {
            assert_eq!(bytes.len(), SHORT + usize::from(*n));
            assert!(bytes.iter().all(|byte| byte == n));
        }
        assert_eq!(&short[..], [99; 3]);
        drop(held);
        assert_eq!(lock(&buffers.idle).len(), IDLE);
        buffers.room();
        buffers.take(LARGE);
        assert_eq!(
            lock(&buffers.idle).len(),
            IDLE,
            "the one that was lent is back"
        );
        buffers.room();
        assert_eq!(lock(&buffers.idle).len(), IDLE - 1, "and used again");
    }
}
