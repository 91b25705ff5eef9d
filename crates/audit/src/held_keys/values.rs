//! Values of 16 and 32 bytes that may be keys, where they are printed or stored.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Bytes of a key.
const LENGTHS: [usize; 2] = [16, 32];

/// Values with fewer different bytes are words, numbers and padding.
const MIN_DISTINCT: usize = 10;

/// Of files that are no longer, the bytes themselves are looked at: where there is more, it is
/// the ciphertexts that somebody keeps.
const RAW: usize = 4096;

/// The bytes of a key begin at a multiple of this.
const ALIGNED: usize = 16;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Those in all that a place holds, and where each stands: in hexadecimal digits and in base64.
pub fn values(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut found = Vec::new();
    for (at, word) in words(bytes, |byte| byte.is_ascii_hexdigit()) {
        if LENGTHS.contains(&(word.len() / 2)) && word.len().is_multiple_of(2) {
            found.extend(hex(word).map(|value| (at, value)));
        }
    }
    for (at, word) in words(bytes, is_base64) {
        if [22, 43].contains(&word.len()) {
            let decoded = STANDARD.decode(word).or_else(|_| URL_SAFE.decode(word));
            found.extend(decoded.ok().map(|value| (at, value)));
        }
    }
    found.retain(|(_, value)| is_likely(value));
    found
}

/// The same in a file, where the bytes themselves may be a key as well.
pub fn values_of_file(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut found = values(bytes);
    if bytes.len() <= RAW && !bytes.is_ascii() {
        for length in LENGTHS {
            let windows = bytes.windows(length).enumerate().step_by(ALIGNED);
            let likely = windows.filter(|(_, value)| is_likely(value));
            found.extend(likely.map(|(at, value)| (at, value.to_vec())));
        }
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

    use super::{values, values_of_file};

    fn key(length: u8) -> Vec<u8> {
        (0..length).map(|n| n.wrapping_mul(37) ^ 0x9f).collect()
    }

    #[test]
    fn a_value_is_found_however_it_is_written() {
        for length in [16, 32] {
            let key = key(length);
            let hex: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
            let standard = general_purpose::STANDARD.encode(&key);
            let url = general_purpose::URL_SAFE_NO_PAD.encode(&key);
            for written in [hex, standard, url] {
                let line = format!("{{\"room\": \"{written}\"}}\n");
                assert_eq!(values(line.as_bytes()), [(10, key.clone())], "{written}");
            }
        }
        assert_eq!(values_of_file(&key(16)), [(0, key(16))]);
        assert_eq!(values(&key(16)), []);
        assert!(values_of_file(&[vec![0xff; 32], key(32)].concat()).contains(&(32, key(32))));
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
        assert_eq!(values_of_file(&stored), []);
    }
}
