//! Bytes, cut into grams: short pieces, each known by its hash.
//!
//! Eight neighbouring bytes show a text in any encoding of about a byte for a character. Where a
//! character takes more, as in lists of numbers or of pointers, eight bytes hold too little of a
//! text: so wider pieces are taken as well, and every second, fourth, eighth and sixteenth byte, since what
//! stands between the characters may be random. Where a surface is small, so are its grams, and they
//! begin at any bit.

/// Bytes of the short grams.
const SHORT: usize = 8;

/// And on small surfaces.
const SHORTEST: usize = 4;

/// Bytes of the wide ones.
const WIDE: [usize; 2] = [64, 512];

/// Every so many bytes one is taken.
const STRIDES: [usize; 4] = [2, 4, 8, 16];

/// One in so many short grams of memory is taken, in which so many bytes may be zero.
const SAMPLED: u64 = 4;
const FEW_ZEROS: usize = 3;

/// One in so many grams that reach far is taken, and of those that begin inside a byte.
const STRIDED: u64 = 8;
const SHIFTED: u64 = 16;

/// Bytes from the beginning of a gram to its end, at most.
pub(crate) const REACH: usize = 512;

/// Multiplies the hash of what is wide from byte to byte.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// How finely bytes are cut into grams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Some of the grams, chosen by their hashes, and only those that are full of something: memory
    /// holds much, and its counters, lengths and numbers of threads differ from play to play.
    Memory,
    /// All grams of whole bytes.
    Bytes,
    /// Grams that begin at any bit as well.
    Bits,
    /// And shorter ones.
    Short,
}

/// A piece of what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gram {
    pub(crate) hash: u64,
    /// Where it begins, among the bytes that were cut.
    pub(crate) at: usize,
    /// From its first byte to its last.
    pub(crate) span: usize,
}

/// Spreads bits over the whole word, so that any of them can be used for themselves.
#[inline]
pub(crate) fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits ^ (bits >> 32)
}

/// Calls with every gram that begins in the first `starts` bytes. The salt differs from comparison
/// to comparison, so that nobody can prepare bytes that are taken for others.
pub(crate) fn cut(
    bytes: &[u8],
    starts: usize,
    salt: u64,
    detail: Detail,
    mut take: impl FnMut(Gram),
) {
    let (zeros, one_in) = match detail {
        Detail::Memory => (FEW_ZEROS, SAMPLED),
        Detail::Bytes | Detail::Bits | Detail::Short => (SHORT - 1, 1),
    };
    short(bytes, zeros, salt, |hash, at| {
        if at < starts && is_chosen(hash, one_in) {
            let span = SHORT;
            take(Gram { hash, at, span });
        }
    });
    strided(bytes, starts, (zeros, salt), &mut take);
    if detail == Detail::Memory {
        return;
    }
    for width in WIDE {
        wide(bytes, starts, width, salt, |gram| {
            if is_chosen(gram.hash, STRIDED) {
                take(gram);
            }
        });
    }
    if matches!(detail, Detail::Bits | Detail::Short) {
        shifted(bytes, starts, salt, &mut take);
    }
    if detail == Detail::Short {
        let salt = mix(salt ^ SHORTEST as u64 ^ 1 << 32);
        for (at, window) in bytes.windows(SHORTEST).enumerate().take(starts) {
            let bits = window
                .iter()
                .fold(0, |bits, byte| bits << 8 | u64::from(*byte));
            let (hash, span) = (mix(bits ^ salt), SHORTEST);
            take(Gram { hash, at, span });
        }
    }
}

/// Of grams that reach far, or begin inside a byte, many reach from what is always the same into
/// chance by no more than a digit or a bit. Some of them are enough to see what is meant.
#[inline]
fn is_chosen(hash: u64, one_in: u64) -> bool {
    (hash >> 8).is_multiple_of(one_in)
}

/// Eight neighbouring bytes, at every place, unless more of them than that are zero.
#[inline]
fn short(bytes: &[u8], zeros: usize, salt: u64, mut take: impl FnMut(u64, usize)) {
    let zero = |byte: &u8| usize::from(*byte == 0);
    let mut there: usize = bytes.iter().take(SHORT - 1).map(zero).sum();
    for (at, window) in bytes.windows(SHORT).enumerate() {
        let Some(eight) = window.first_chunk::<SHORT>() else {
            return;
        };
        let [first, .., last] = eight;
        there += zero(last);
        if there <= zeros {
            take(mix(u64::from_le_bytes(*eight) ^ salt), at);
        }
        there -= zero(first);
    }
}

fn strided(bytes: &[u8], starts: usize, (zeros, salt): (usize, u64), take: &mut impl FnMut(Gram)) {
    let mut chosen = Vec::with_capacity(bytes.len());
    for stride in STRIDES {
        let salt = mix(salt ^ stride as u64);
        let span = (SHORT - 1) * stride + 1;
        for phase in 0..stride {
            chosen.clear();
            chosen.extend(bytes.iter().skip(phase).step_by(stride));
            short(&chosen, zeros, salt, |hash, nth| {
                let at = phase + nth * stride;
                if at < starts && is_chosen(hash, STRIDED) {
                    take(Gram { hash, at, span });
                }
            });
        }
    }
}

/// As bytes would be that began inside a byte, so that both are the same gram.
fn shifted(bytes: &[u8], starts: usize, salt: u64, take: &mut impl FnMut(Gram)) {
    for shift in 1..8 {
        for (at, window) in bytes.windows(SHORT + 1).enumerate().take(starts) {
            let all = window
                .iter()
                .fold(0, |bits, byte| bits << 8 | u128::from(*byte));
            let bits = u64::try_from(all >> (8 - shift) & u128::from(u64::MAX));
            let hash = mix(bits.unwrap_or_default().swap_bytes() ^ salt);
            if is_chosen(hash, SHIFTED) {
                let span = SHORT + 1;
                take(Gram { hash, at, span });
            }
        }
    }
}

/// A hash that moves on by a byte: of each window, a polynomial of its bytes. Windows of one byte
/// over and over say nothing.
fn wide(bytes: &[u8], starts: usize, width: usize, salt: u64, mut take: impl FnMut(Gram)) {
    let Some((first, rest)) = bytes.split_at_checked(width) else {
        return;
    };
    let value = |byte: &u8| u64::from(*byte) + 1;
    let last = (0..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let step = |hash: u64, byte| hash.wrapping_mul(BASE).wrapping_add(value(byte));
    let mut hash = first.iter().fold(0, step);
    let salt = mix(salt ^ width as u64);
    let mut take_at = |at, hash| {
        let hash = mix(hash ^ salt);
        take(Gram {
            hash,
            at,
            span: width,
        });
    };
    take_at(0, hash);
    let steps = rest.iter().zip(bytes).take(starts.saturating_sub(1));
    for (at, (new, old)) in steps.enumerate() {
        let next = step(hash, new).wrapping_sub(value(old).wrapping_mul(last));
        if next != hash {
            hash = next;
            take_at(at + 1, hash);
        }
    }
}

/// One hash of all bytes.
pub(crate) fn digest(bytes: &[u8], salt: u64) -> u64 {
    let (eights, rest) = bytes.as_chunks::<SHORT>();
    let add = |hash: u64, bits: u64| (hash ^ bits).wrapping_mul(BASE).rotate_left(29);
    let hash = eights
        .iter()
        .fold(salt, |hash, eight| add(hash, u64::from_le_bytes(*eight)));
    let hash = rest
        .iter()
        .fold(hash, |hash, byte| add(hash, u64::from(*byte)));
    mix(hash ^ bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Detail, Gram, SHIFTED, cut, is_chosen};

    fn all(bytes: &[u8], detail: Detail) -> Vec<Gram> {
        let mut grams = Vec::new();
        cut(bytes, bytes.len(), 5, detail, |gram| grams.push(gram));
        grams
    }

    fn hashes(bytes: &[u8], detail: Detail) -> BTreeSet<u64> {
        all(bytes, detail)
            .into_iter()
            .map(|gram| gram.hash)
            .collect()
    }

    proptest! {
        /// Where it stands does not matter, and nothing else has the same grams.
        #[test]
        fn a_gram_is_what_its_bytes_are(
            text in prop::collection::vec(1_u8.., 8..700),
            before in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let there = [before.as_slice(), &text].concat();
            for detail in [Detail::Memory, Detail::Bytes] {
                prop_assert!(hashes(&there, detail).is_superset(&hashes(&text, detail)));
            }
        }

        #[test]
        fn what_begins_at_another_bit_is_the_same(text in prop::collection::vec(any::<u8>(), 9..100), shift in 1_u32..8) {
            let shifted = |before: u8| {
                let bits = std::iter::once(&before).chain(&text).zip(text.iter().chain(&[0]));
                let bits = bits.map(|(one, two)| u16::from_be_bytes([*one, *two]) >> shift & 0xff);
                bits.map(|byte| u8::try_from(byte).unwrap()).collect::<Vec<u8>>()
            };
            let whole = all(&text, Detail::Bytes).into_iter().filter(|gram| gram.span == 8);
            let whole: BTreeSet<u64> = whole.map(|gram| gram.hash).filter(|hash| is_chosen(*hash, SHIFTED)).collect();
            prop_assert!(hashes(&shifted(0x5a), Detail::Bits).is_superset(&whole));
        }
    }

    #[test]
    fn a_sample_is_about_a_quarter() {
        let bytes: Vec<u8> = (0..4000_u64).map(|n| (super::mix(n) & 255) as u8).collect();
        let short = |detail| {
            let grams = all(&bytes, detail).into_iter();
            grams.filter(|gram| gram.span == 8).count()
        };
        let (some, all) = (short(Detail::Memory), short(Detail::Bytes));
        assert!((all / 5..all / 3).contains(&some), "{some} of {all}");
    }
}
