//! The number that two people compare to know that nobody is between them.

use std::fmt;

use chat_protocol::Name;
use sha2::{Digest as _, Sha512};

use crate::PublicIdentity;

/// The version of the construction, first in the hash.
const VERSION: [u8; 2] = [0, 1];

/// How often the hash is repeated, as in Signal's numeric fingerprints: finding a second key
/// with the same 30 digits costs 5200 times as much.
const ITERATIONS: usize = 5200;

/// Digits in a group, and the bytes of the hash that give them.
const GROUP: usize = 5;

/// Groups for each of the two people: 30 digits, about 100 bits.
const GROUPS: usize = 6;

/// 60 digits that depend on both names and both identity keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyNumber(String);

impl SafetyNumber {
    /// The number between two people. Both compute the same one: the halves are ordered by
    /// value, not by who asks.
    pub fn between(a: (&Name, &PublicIdentity), b: (&Name, &PublicIdentity)) -> Self {
        let (a, b) = (half(a.0, a.1), half(b.0, b.1));
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        Self(first + &second)
    }
}

/// Twelve groups of five digits, separated by one space.
impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, digit) in self.0.chars().enumerate() {
            if position > 0 && position % GROUP == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// The 30 digits of one person: iterated SHA-512 over key and name.
fn half(name: &Name, identity: &PublicIdentity) -> String {
    let mut hash = Sha512::new()
        .chain_update(VERSION)
        .chain_update(identity.spki())
        .chain_update(name.as_str())
        .finalize();
    for _ in 0..ITERATIONS {
        hash = Sha512::new()
            .chain_update(hash)
            .chain_update(identity.spki())
            .finalize();
    }
    hash.chunks_exact(GROUP).take(GROUPS).map(digits).collect()
}

/// Five bytes as five digits; the bias of 2^40 modulo 100000 is far below what matters.
fn digits(bytes: &[u8]) -> String {
    let number = bytes
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{:05}", number % 100_000)
}
