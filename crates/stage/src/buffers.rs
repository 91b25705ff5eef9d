//! What links and outputs are read into: buffers that come back when nobody holds what was read
//! any more. New memory for each read would take longer than the read, so those that have come
//! back stay for all plays to come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// For links. A plain copy is fastest with a quarter of such a buffer; here each read is one input
/// of the play, and fewer of them cost less.
pub(crate) static OF_LINKS: Pool = Pool::of(256 * 1024);

/// For outputs: a pipe holds no more.
pub(crate) static OF_OUTPUTS: Pool = Pool::of(64 * 1024);

/// Less is copied out of the buffer, which is read into again; and so large is a buffer until it
/// was full once, for most never have more.
const SHORT: usize = 16 * 1024;

/// Buffers of a pool that wait to be used again, at most: as many as a link has under way
/// where the driver is far behind.
const IDLE: usize = 64;

/// Buffers of one size that nobody uses.
#[derive(Debug)]
pub(crate) struct Pool {
    size: usize,
    idle: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    const fn of(size: usize) -> Self {
        Self {
            size,
            idle: Mutex::new(Vec::new()),
        }
    }

    fn buffer(&self) -> Vec<u8> {
        let idle = self.idle().pop();
        idle.unwrap_or_else(|| vec![0; self.size])
    }

    fn take_back(&self, buffer: Vec<u8>) {
        let mut idle = self.idle();
        if idle.len() < IDLE && buffer.len() == self.size {
            idle.push(buffer);
        }
    }

    /// Nobody panics while holding it.
    fn idle(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The buffers of one direction of a link, or of one stream of output.
#[derive(Debug)]
pub(crate) struct Buffers {
    pool: &'static Pool,
    /// What is read into; empty where that was lent.
    current: Vec<u8>,
    /// A buffer was full.
    is_much: bool,
}

impl Buffers {
    /// Those of a pool, once there is much to be read.
    pub(crate) fn of(pool: &'static Pool) -> Self {
        Self {
            pool,
            current: Vec::new(),
            is_much: false,
        }
    }

    /// Room for what is read next.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.current.is_empty() {
            self.current = if self.is_much {
                self.pool.buffer()
            } else {
                vec![0; SHORT]
            };
        }
        &mut self.current
    }

    /// So many bytes at the front of the room, which were read.
    pub(crate) fn take(&mut self, read: usize) -> Bytes {
        // What is lent is away as a whole, however little was read.
        if read < SHORT.max(self.current.len() / 4) {
            return Bytes::copy_from_slice(self.current.get(..read).unwrap_or_default());
        }
        self.is_much |= read == self.current.len();
        Bytes::from_owner(Lent {
            buffer: std::mem::take(&mut self.current),
            read,
            pool: self.pool,
        })
    }
}

/// What is read into goes back too.
impl Drop for Buffers {
    fn drop(&mut self) {
        self.pool.take_back(std::mem::take(&mut self.current));
    }
}

/// A buffer with what was read into it.
struct Lent {
    buffer: Vec<u8>,
    read: usize,
    pool: &'static Pool,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.read).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.pool.take_back(std::mem::take(&mut self.buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffers, IDLE, Pool, SHORT};

    const LARGE: usize = 64 * 1024;

    #[test]
    fn what_was_read_stays_as_it_was_and_its_buffer_comes_back() {
        static POOL: Pool = Pool::of(LARGE);
        let idle = || POOL.idle().len();
        let mut buffers = Buffers::of(&POOL);
        assert_eq!(buffers.room().len(), SHORT);
        drop(buffers.take(SHORT));
        assert_eq!(idle(), 0, "a small one is not kept");
        let mut read = |byte: u8, length: usize| {
            let room = buffers.room();
            assert_eq!(room.len(), LARGE, "there is much to be read");
            room[..length].fill(byte);
            buffers.take(length)
        };
        let held: Vec<_> = (0..=u8::try_from(IDLE).unwrap())
            .map(|n| (n, read(n, SHORT + usize::from(n))))
            .collect();
        let short = read(99, 3);
        for (n, bytes) in &held {
            assert_eq!(bytes.len(), SHORT + usize::from(*n));
            assert!(bytes.iter().all(|byte| byte == n));
        }
        assert_eq!(&short[..], [99; 3]);
        drop(held);
        assert_eq!(idle(), IDLE, "and no more than that");
        drop(buffers);
        let mut others = Buffers::of(&POOL);
        others.room();
        drop(others.take(SHORT));
        others.room();
        assert_eq!(idle(), IDLE - 1, "another link uses them again");
        others.take(LARGE);
        assert_eq!(idle(), IDLE, "the one that was lent is back");
    }
}
