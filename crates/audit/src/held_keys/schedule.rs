//! AES key schedules (FIPS 197): whoever encrypts expands the key first, and the expanded key stands
//! in memory for as long as it is used. Random bytes do not satisfy its equations.

use std::io::{self, Read};

/// Bytes of the shortest schedule and of the longest.
const SHORTEST: usize = 176;
const LONGEST: usize = 240;

/// Bytes that are scanned at once.
const CHUNK: usize = 256 * 1024;

/// A word of a schedule.
type Word = [u8; 4];

static SBOX: [u8; 256] = sbox();

/// Each byte's inverse in the field of 256 elements, and an affine map over it.
#[expect(clippy::indexing_slicing, reason = "a byte is a place in it")]
const fn sbox() -> [u8; 256] {
    let mut boxed = [0x63; 256];
    let (mut power, mut inverse) = (1_u8, 1_u8);
    loop {
        // Three generates the field: one is multiplied by it, the other divided.
        power ^= doubled(power);
        inverse ^= inverse << 1;
        inverse ^= inverse << 2;
        inverse ^= inverse << 4;
        if inverse & 0x80 != 0 {
            inverse ^= 0x09;
        }
        boxed[power as usize] = 0x63
            ^ inverse
            ^ inverse.rotate_left(1)
            ^ inverse.rotate_left(2)
            ^ inverse.rotate_left(3)
            ^ inverse.rotate_left(4);
        if power == 1 {
            return boxed;
        }
    }
}

const fn doubled(byte: u8) -> u8 {
    (byte << 1) ^ (if byte & 0x80 == 0 { 0 } else { 0x1b })
}

#[inline]
fn substituted(byte: u8) -> u8 {
    SBOX.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The schedule of a key of 4, 6 or 8 words.
fn expanded(key: &[Word]) -> Vec<Word> {
    let length = key.len();
    let mut words = key.to_vec();
    let mut round = 1;
    for nth in length..4 * (length + 7) {
        let [mut a, b, c, d] = words.last().copied().unwrap_or_default();
        let mixed = if nth.is_multiple_of(length) {
            a = substituted(a);
            let [first, second, third] = [b, c, d].map(substituted);
            let mixed = [first ^ round, second, third, a];
            round = doubled(round);
            mixed
        } else if length > 6 && nth % length == 4 {
            [a, b, c, d].map(substituted)
        } else {
            [a, b, c, d]
        };
        let old = words.get(nth - length).copied().unwrap_or_default();
        let new = u32::from_ne_bytes(old) ^ u32::from_ne_bytes(mixed);
        words.push(new.to_ne_bytes());
    }
    words
}

/// How the words of a schedule are in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// As the standard writes them.
    Bytes,
    /// As numbers of 32 bits, the least significant byte first: so programs that do without a
    /// processor's instructions for AES.
    Numbers,
}

/// The keys whose schedules begin in these bytes, and where.
pub fn schedules(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let windows = bytes.windows(SHORTEST).enumerate();
    let found = windows.filter_map(|(at, window)| {
        let order = begun(window.first_chunk()?)?;
        let rest = bytes.get(at..)?;
        let key = key::<4>(rest, order)
            .or_else(|| key::<6>(rest, order))
            .or_else(|| key::<8>(rest, order))?;
        Some((at, key))
    });
    found.collect()
}

/// What one byte tells: the first of the first word that is mixed, of a key of any length. Of
/// other bytes, one in forty passes.
#[inline]
fn begun(begin: &[u8; 36]) -> Option<Order> {
    let at = |n: usize| begin.get(n).copied().unwrap_or_default();
    let is_mixed = |first, turned, new| at(first) ^ 1 ^ substituted(at(turned)) == at(new);
    if is_mixed(0, 13, 16) || is_mixed(0, 21, 24) || is_mixed(0, 29, 32) {
        Some(Order::Bytes)
    } else if is_mixed(3, 14, 19) || is_mixed(3, 22, 27) || is_mixed(3, 30, 35) {
        Some(Order::Numbers)
    } else {
        None
    }
}

/// The key of so many words that these bytes begin with, if its schedule goes on behind it.
fn key<const WORDS: usize>(bytes: &[u8], order: Order) -> Option<Vec<u8>> {
    let schedule = bytes.as_chunks::<4>().0.get(..4 * (WORDS + 7))?;
    let read = |word: &Word| match order {
        Order::Bytes => *word,
        Order::Numbers => u32::from_be_bytes(*word).to_le_bytes(),
    };
    let key: Vec<Word> = schedule.iter().take(WORDS).map(read).collect();
    let is_expanded =
        expanded(&key)
            .iter()
            .eq(schedule.iter().map(read).collect::<Vec<_>>().iter());
    is_expanded.then(|| key.concat())
}

/// A reader that passes on what it reads, and notes the keys whose schedules are there.
#[derive(Debug)]
pub struct ScheduleReader<R> {
    inner: R,
    /// What was read and not yet scanned.
    window: Vec<u8>,
    /// Of its first byte.
    at: u64,
    found: Vec<(u64, Vec<u8>)>,
}

impl<R: Read> ScheduleReader<R> {
    /// Nothing read yet.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            window: Vec::new(),
            at: 0,
            found: Vec::new(),
        }
    }

    fn scan(&mut self, is_last: bool) {
        let found = schedules(&self.window).into_iter();
        let kept = if is_last { 0 } else { LONGEST - 1 };
        let done = self.window.len().saturating_sub(kept);
        // What begins behind it is scanned again, in full.
        let found = found.filter(|(at, _)| *at < done);
        let at = self.at;
        self.found
            .extend(found.map(|(near, key)| (at + near as u64, key)));
        self.window.drain(..done);
        self.at += done as u64;
    }

    /// The keys, and where their schedules begin among all that was read.
    pub fn keys(mut self) -> Vec<(u64, Vec<u8>)> {
        self.scan(true);
        self.found
    }
}

impl<R: Read> Read for ScheduleReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.window
            .extend_from_slice(into.get(..read).unwrap_or_default());
        if self.window.len() >= CHUNK {
            self.scan(false);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::{ScheduleReader, expanded, schedules, substituted};

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pairs = digits
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).unwrap());
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    }

    fn schedule(key: &[u8]) -> Vec<u8> {
        expanded(key.as_chunks::<4>().0).concat()
    }

    /// FIPS 197, appendix A.1 to A.3.
    const SHORT: &str = "2b7e151628aed2a6abf7158809cf4f3c";
    const MIDDLE: &str = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
    const LONG: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

    #[test]
    fn keys_are_expanded_as_the_standard_shows_it() {
        assert_eq!(substituted(0x53), 0xed);
        let short = schedule(&bytes(SHORT));
        assert_eq!(short.len(), 176);
        assert_eq!(short[16..32], bytes("a0fafe17 88542cb1 23a33939 2a6c7605"));
        assert_eq!(short[160..], bytes("d014f9a8 c9ee2589 e13f0cc8 b6630ca6"));
        let middle = schedule(&bytes(MIDDLE));
        assert_eq!(middle.len(), 208);
        assert_eq!(middle[24..40], bytes("fe0c91f7 2402f5a5 ec12068e 6c827f6b"));
        assert_eq!(middle[192..], bytes("e98ba06f 448c773c 8ecc7204 01002202"));
        let long = schedule(&bytes(LONG));
        assert_eq!(long.len(), 240);
        assert_eq!(long[32..48], bytes("9ba35411 8e6925af a51a8b5f 2067fcde"));
        assert_eq!(long[224..], bytes("fe4890d1 e6188d0b 046df344 706c631e"));
    }

    #[test]
    fn a_schedule_is_found_in_either_order_wherever_it_begins() {
        for key in [bytes(SHORT), bytes(MIDDLE), bytes(LONG)] {
            let natural = schedule(&key);
            let numbers = natural.as_chunks::<4>().0.iter();
            let numbers: Vec<u8> = numbers.flat_map(|[a, b, c, d]| [*d, *c, *b, *a]).collect();
            for there in [natural, numbers] {
                let around = [&[7; 13][..], &there, b"and what follows"].concat();
                assert_eq!(schedules(&around), [(13, key.clone())]);
                let mut broken = around;
                broken[13 + 100] ^= 1;
                assert_eq!(schedules(&broken), []);
            }
        }
    }

    #[test]
    fn it_is_found_however_the_bytes_arrive() {
        let key = bytes(LONG);
        for before in [
            0,
            100,
            super::CHUNK - 17,
            super::CHUNK,
            3 * super::CHUNK - 239,
        ] {
            let there = [vec![1; before], schedule(&key), vec![2; 50]].concat();
            let mut reader = ScheduleReader::new(&there[..]);
            let mut buffer = [0; 1000];
            while reader.read(&mut buffer).unwrap() > 0 {}
            assert_eq!(reader.keys(), [(before as u64, key.clone())]);
        }
    }

    proptest! {
        #[test]
        fn no_other_bytes_are_a_schedule(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(schedules(&bytes), []);
        }
    }
}
