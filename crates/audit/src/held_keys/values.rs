//! Values of 16, 24 and 32 bytes that may be keys, where they are printed or stored.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Bytes of a key.
const LENGTHS: [usize; 3] = [16, 24, 32];

/// Values with fewer different bytes are words, numbers and padding.
const MIN_DISTINCT: usize = 10;

/// Of files that are no longer, the bytes themselves are tried: where there is more, it is
/// the ciphertexts that somebody keeps.
const RAW: usize = 4096;

/// The bytes of a key begin at a multiple of this.
const ALIGNED: usize = 16;

/// How much speaks for a value's being a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It stands for itself.
    Likely,
    /// It is as long as a key and a byte in front says so: in ciphertexts, luck does so as well.
    Guess,
}

/// What may be a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it stands.
    pub at: usize,
    /// 16, 24 or 32 bytes.
    pub bytes: Vec<u8>,
    /// How likely it is one.
    pub rank: Rank,
}

impl Value {
    /// Something that stands for itself.
    pub fn likely(at: usize, bytes: Vec<u8>) -> Self {
        let rank = Rank::Likely;
        Self { at, bytes, rank }
    }
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Those in all that a place holds: in hexadecimal digits and in base64.
pub fn values(bytes: &[u8]) -> Vec<Value> {
    let mut found = Vec::new();
    for (at, word) in words(bytes, |byte| byte.is_ascii_hexdigit()) {
        if LENGTHS.contains(&(word.len() / 2)) && word.len().is_multiple_of(2) {
            found.extend(hex(word).map(|value| Value::likely(at, value)));
        }
    }
    for (at, word) in words(bytes, is_base64) {
        let is_hex = word.iter().all(u8::is_ascii_hexdigit);
        if [22, 32, 43].contains(&word.len()) && !is_hex {
            let decoded = STANDARD.decode(word).or_else(|_| URL_SAFE.decode(word));
            for value in decoded.ok().iter().flat_map(|value| with_halves(value)) {
                found.push(Value::likely(at, value.to_vec()));
            }
        }
    }
    found.retain(|value| is_likely(&value.bytes));
    found
}

/// The key of Fernet, which is always written so, is two: the second half encrypts.
fn with_halves(value: &[u8]) -> Vec<&[u8]> {
    let halves: &[[u8; 16]] = match value.as_chunks() {
        (halves @ [_, _], []) => halves,
        _ => &[],
    };
    std::iter::once(value)
        .chain(halves.iter().map(<[u8; 16]>::as_slice))
        .collect()
}

/// The same in a file, where the bytes themselves may be a key as well: of a large one, those behind
/// a byte that says how many they are, as most formats write it.
pub fn values_of_file(bytes: &[u8]) -> Vec<Value> {
    let mut found = values(bytes);
    if bytes.is_ascii() {
        return found;
    }
    for length in LENGTHS {
        let windows = bytes.windows(length).enumerate();
        if bytes.len() <= RAW {
            let likely = windows
                .step_by(ALIGNED)
                .filter(|(_, value)| is_likely(value));
            found.extend(likely.map(|(at, value)| Value::likely(at, value.to_vec())));
            continue;
        }
        let behind = windows.skip(1).zip(bytes);
        let counted =
            behind.filter(|((_, value), byte)| usize::from(**byte) == length && is_likely(value));
        found.extend(counted.map(|((at, value), _)| Value {
            at,
            bytes: value.to_vec(),
            rank: Rank::Guess,
        }));
    }
    found
}

fn is_likely(value: &[u8]) -> bool {
    value.iter().collect::<BTreeSet<_>>().len() >= MIN_DISTINCT
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Longest runs of such bytes.
fn words(bytes: &[u8], is_in: fn(u8) -> bool) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes.get(at..)?.iter().position(|byte| is_in(*byte))?;
        let begin = at;
        let rest = bytes.get(begin..)?;
        at += rest.iter().take_while(|byte| is_in(**byte)).count();
        Some((begin, bytes.get(begin..at)?))
    })
}

fn hex(word: &[u8]) -> Option<Vec<u8>> {
    let pairs = word.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose;

    use super::{Rank, Value, values, values_of_file};

    fn key(length: u8) -> Vec<u8> {
        (0..length).map(|n| n.wrapping_mul(37) ^ 0x9f).collect()
    }

    fn likely(at: usize, bytes: &[u8]) -> Value {
        Value::likely(at, bytes.to_vec())
    }

    #[test]
    fn a_value_is_found_however_it_is_written() {
        for length in [16, 24, 32] {
            let key = key(length);
            let hex: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
            let standard = general_purpose::STANDARD.encode(&key);
            let url = general_purpose::URL_SAFE_NO_PAD.encode(&key);
            for written in [hex, standard, url] {
                let line = format!("{{\"room\": \"{written}\"}}\n");
                assert_eq!(
                    values(line.as_bytes()).first(),
                    Some(&likely(10, &key)),
                    "{written}"
                );
            }
        }
        assert_eq!(values_of_file(&key(16)), [likely(0, &key(16))]);
        assert_eq!(values(&key(16)), []);
        assert!(
            values_of_file(&[vec![0xff; 32], key(32)].concat()).contains(&likely(32, &key(32)))
        );
    }

    #[test]
    fn in_a_large_file_a_key_is_known_by_the_byte_that_counts_it() {
        for length in [16, 24, 32] {
            let around = vec![0xee; 5003];
            let there = [&around[..], &[length], &key(length), &around].concat();
            let rank = Rank::Guess;
            let (at, bytes) = (5004, key(length));
            assert!(values_of_file(&there).contains(&Value { at, bytes, rank }));
        }
    }

    #[test]
    fn the_halves_of_a_value_count_where_it_is_written_as_fernet_does() {
        let key: Vec<u8> = (0..32_u8).map(|n| n.wrapping_mul(37) ^ 0x9f).collect();
        let written = general_purpose::URL_SAFE.encode(&key);
        let found = values(written.as_bytes());
        assert_eq!(
            found,
            [
                likely(0, &key),
                likely(0, &key[..16]),
                likely(0, &key[16..])
            ]
        );
    }

    #[test]
    fn what_is_longer_or_says_little_is_no_key() {
        for text in [
            "00000000000000000000000000000000",
            "9fba9fba9fba9fba9fba9fba9fba9fba9fb",
            "alice sent 31 bytes to bob, who has an-adapter-of-his-own",
        ] {
            assert_eq!(values(text.as_bytes()), [], "{text}");
        }
        // A ciphertext that somebody keeps is not tried window by window.
        let stored: Vec<u8> = (0..10_000_u64).map(|n| (n * n % 251) as u8).collect();
        let found = values_of_file(&stored);
        assert!(found.iter().all(|value| value.rank == Rank::Guess));
        assert!(found.len() < stored.len() / 50, "{}", found.len());
    }
}
