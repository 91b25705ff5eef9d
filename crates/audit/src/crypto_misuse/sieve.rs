//! A set that forgets nothing and sometimes remembers what never was there (a Bloom filter):
//! many numbers, of which nearly none comes twice, are seen through without sorting them.

/// Bits of a place in the table.
const PLACE: u32 = 22;

/// Odd, with as many ones as zeros.
const MIX: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f];

#[derive(Debug)]
pub(super) struct Sieve {
    words: Vec<u64>,
}

impl Sieve {
    /// Half a mebibyte: of 100 000 numbers, one in 10 000 is remembered wrongly.
    pub(super) fn new() -> Self {
        Self {
            words: vec![0; 1 << (PLACE - 6)],
        }
    }

    pub(super) fn add(&mut self, number: u128) {
        for (word, bit) in places(number) {
            if let Some(word) = self.words.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// True for each that was added.
    pub(super) fn may_have(&self, number: u128) -> bool {
        let mut places = places(number).into_iter();
        places.all(|(word, bit)| self.words.get(word).is_some_and(|word| word & bit != 0))
    }
}

/// Four places, each a word and a bit in it.
fn places(number: u128) -> [(usize, u64); 4] {
    let [a, b, c, d, e, f, g, h, high @ ..] = number.to_le_bytes();
    let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let mixed = u64::from_le_bytes(high).rotate_left(29) ^ low.wrapping_mul(MIX[0]);
    let [one, two] = MIX.map(|factor| (mixed ^ (mixed >> 31)).wrapping_mul(factor));
    [one >> 42, (one >> 20) & MASK, two >> 42, (two >> 20) & MASK].map(|place| {
        let word = usize::try_from(place >> 6).unwrap_or_default();
        (word, 1 << (place & 63))
    })
}

const MASK: u64 = (1 << PLACE) - 1;

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::Sieve;

    #[test]
    fn nothing_is_forgotten_and_little_is_made_up() {
        let mut random = StdRng::seed_from_u64(1);
        let mut sieve = Sieve::new();
        let numbers: Vec<u128> = (0..100_000).map(|_| random.random()).collect();
        numbers.iter().for_each(|number| sieve.add(*number));
        assert!(numbers.iter().all(|number| sieve.may_have(*number)));
        let wrong = (0..100_000).filter(|_| sieve.may_have(random.random()));
        assert!(wrong.count() < 50);
    }
}
