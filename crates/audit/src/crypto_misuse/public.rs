//! Public keys of RSA that were seen on the wire, however they were written.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use num_bigint::BigUint;
use regex::bytes::Regex;

use super::tokens::decimals;
use super::views::views;

/// Modulus and exponent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PublicKey {
    pub(super) modulus: BigUint,
    pub(super) exponent: BigUint,
}

impl PublicKey {
    /// Whether a power can be computed in no time.
    fn is_quick(&self) -> bool {
        let most = if self.exponent.bits() <= SHORT_EXPONENT {
            MOST_BITS
        } else {
            MOST_BITS_OF_BOTH
        };
        self.modulus.bits() <= most
    }
}

/// More keys than these are not tried.
const MOST_KEYS: usize = 12;

/// Bytes of a link that are searched: keys are sent early.
const MOST: usize = 128 * 1024;

/// Bits of a modulus, at most: a power of longer ones takes hours, and nobody has such a key.
const MOST_BITS: u64 = 16 * 1024;

/// The same where the exponent is long as well.
const MOST_BITS_OF_BOTH: u64 = 2048;
const SHORT_EXPONENT: u64 = 64;

/// Digits of a number that may be one of a key: to read a number costs the square of its length.
const MOST_DIGITS: usize = 5_000;

/// Exponents that are chosen by hand.
const USUAL: [u32; 8] = [3, 5, 7, 11, 13, 17, 257, 65_537];

/// Those in this traffic, each once.
pub(super) fn public_keys(bytes: &[u8]) -> BTreeSet<PublicKey> {
    let bytes = bytes.get(..MOST).unwrap_or(bytes);
    let mut keys = BTreeSet::new();
    for view in views(bytes) {
        keys.extend(in_der(&view.bytes));
    }
    keys.extend(named(bytes));
    keys.extend(side_by_side(bytes));
    keys.into_iter()
        // Both are odd in every key of RSA: most pairs of numbers that stand together are none.
        .filter(|key| key.modulus.bit(0) && key.exponent.bit(0) && key.exponent < key.modulus)
        .filter(PublicKey::is_quick)
        .take(MOST_KEYS)
        .collect()
}

/// Two integers of ASN.1, one behind the other, as all formats of keys have them.
fn in_der(bytes: &[u8]) -> impl Iterator<Item = PublicKey> + '_ {
    memchr::memchr_iter(2, bytes).filter_map(|at| {
        let (modulus, behind) = integer(bytes, at)?;
        let (exponent, _) = integer(bytes, behind)?;
        let is_key = modulus.len() >= 32 && (1..=8).contains(&exponent.len()) && exponent != [1];
        is_key.then(|| PublicKey {
            modulus: BigUint::from_bytes_be(modulus),
            exponent: BigUint::from_bytes_be(exponent),
        })
    })
}

/// The magnitude of a positive INTEGER in DER, and where the next value begins.
pub(super) fn integer(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let (&[2, length], rest) = bytes.get(at..)?.split_first_chunk::<2>()? else {
        return None;
    };
    let (length, header) = match (length, rest) {
        (0..=127, _) => (usize::from(length), 2),
        (0x81, [one, ..]) => (usize::from(*one), 3),
        (0x82, [one, two, ..]) => (usize::from(*one) * 256 + usize::from(*two), 4),
        _ => return None,
    };
    let end = at + header + length;
    let value = bytes.get(at + header..end)?;
    match value {
        [] => None,
        // A sign where it is needed, and only there.
        [0, magnitude @ ..] if magnitude.first().is_some_and(|byte| *byte >= 0x80) => {
            Some((magnitude, end))
        }
        [first, rest @ ..] => {
            let is_whole = *first < 0x80 && (*first > 0 || rest.is_empty());
            is_whole.then_some((value, end))
        }
    }
}

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number = r#"["']?(0x[0-9a-fA-F]+|[0-9]+)"#;
    let is = r#"["']?\s*[:=]\s*"#;
    let first = format!(r"\bn{is}{number}[^{{}}]{{0,200}}?\be{is}{number}");
    let second = format!(r"\be{is}{number}[^{{}}]{{0,200}}?\bn{is}{number}");
    Regex::new(&format!("(?:{first})|(?:{second})")).ok()
});

/// `"n": 3233, "e": 17`, as JSON and notes have it.
fn named(bytes: &[u8]) -> impl Iterator<Item = PublicKey> + '_ {
    let found = NAMED.iter().flat_map(|regex| regex.captures_iter(bytes));
    found.filter_map(|found| {
        let group = |index| number(found.get(index)?.as_bytes());
        let (modulus, exponent) = match (group(1), group(2)) {
            (Some(modulus), Some(exponent)) => (modulus, exponent),
            _ => (group(4)?, group(3)?),
        };
        Some(PublicKey { modulus, exponent })
    })
}

/// A number and a usual exponent behind or before it.
fn side_by_side(bytes: &[u8]) -> Vec<PublicKey> {
    let numbers = decimals(bytes);
    let numbers: Vec<BigUint> = numbers
        .into_iter()
        .filter_map(|range| number(bytes.get(range)?))
        .collect();
    let pairs = numbers.array_windows::<2>();
    let both = pairs.flat_map(|[one, other]| [(one, other), (other, one)]);
    let is_exponent = |number: &BigUint| USUAL.iter().any(|usual| *number == BigUint::from(*usual));
    both.filter(|(modulus, exponent)| modulus.bits() >= 64 && is_exponent(exponent))
        .map(|(modulus, exponent)| PublicKey {
            modulus: modulus.clone(),
            exponent: exponent.clone(),
        })
        .collect()
}

fn number(text: &[u8]) -> Option<BigUint> {
    if text.len() > MOST_DIGITS {
        return None;
    }
    match text.strip_prefix(b"0x") {
        Some(hex) => BigUint::parse_bytes(hex, 16),
        None => BigUint::parse_bytes(text, 10),
    }
}
