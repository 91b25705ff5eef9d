//! What an honest program writes: random identifiers, times, counters.

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

/// The chance of one play, and its time.
pub(crate) struct Noise {
    random: StdRng,
    /// Microseconds.
    now: u64,
    count: u64,
}

impl Noise {
    /// Plays follow each other after a third of a second.
    pub(crate) fn of(seed: u64, play: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed * 1000 + play);
        let now = 1_763_000_000_000_000 + play * 310_000 + random.random_range(0..50_000);
        Self {
            random,
            now,
            count: 0,
        }
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.random.fill_bytes(&mut bytes);
        bytes
    }

    /// A log of a few lines, whose first one tells the control.
    pub(crate) fn log(&mut self, control: &str) -> Vec<u8> {
        let mut log = format!("this is {control}\n").into_bytes();
        for _ in 0..self.random.random_range(20..25) {
            log.extend(self.line(control));
        }
        log
    }

    pub(crate) fn line(&mut self, control: &str) -> Vec<u8> {
        self.now += self.random.random_range(10..40_000);
        self.count += 1;
        let (now, count) = (self.now, self.count);
        let line = match self.random.random_range(0..6) {
            0 => format!(
                "{}.{:06} relayed message {count}\n",
                now / 1_000_000,
                now % 1_000_000
            ),
            1 => format!("session {:016x} is open\n", self.random.random::<u64>()),
            2 => format!(
                "{control}: peer {} came after {} ms\n",
                self.random.random_range(30_000..60_000),
                self.random.random_range(1..9)
            ),
            3 => format!(
                "id {:08x}-{:04x} queue {}\n",
                self.random.random::<u32>(),
                self.random.random::<u16>(),
                self.random.random_range(0..4)
            ),
            4 => format!("took {} us\n", self.random.random_range(50..950)),
            _ => return [b"sealed: ".as_slice(), &self.bytes(48), b"\n"].concat(),
        };
        line.into_bytes()
    }
}
