//! A part of the scenarios, for machines that share the work.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// One of several parts, written `2/8`. Which scenarios belong to it depends on their ids
/// alone: SHA-256 of the id, its first eight bytes as a big-endian number, modulo the number
/// of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// From 1.
    number: u64,
    of: u64,
}

impl Shard {
    /// Part `number` of `of`, from 1; `None` when there is no such part.
    pub fn new(number: u64, of: u64) -> Option<Self> {
        (number >= 1 && number <= of).then_some(Self { number, of })
    }

    /// Every part of the same whole.
    pub fn all(self) -> impl Iterator<Item = Self> {
        let of = self.of;
        (1..=of).map(move |number| Self { number, of })
    }

    /// Whether a scenario belongs to this part; it does to exactly one of all.
    pub fn holds(self, id: &str) -> bool {
        let digest = Sha256::digest(id.as_bytes());
        let place = digest
            .iter()
            .take(8)
            .fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        place % self.of == self.number - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// A text names no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it like 2/8: the part, from 1, and how many there are")]
pub struct NoShard;

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let parts = text.split_once('/');
        let number = |part: &str| part.parse::<u64>().ok();
        parts
            .and_then(|(part, of)| Self::new(number(part)?, number(of)?))
            .ok_or(NoShard)
    }
}

impl TryFrom<String> for Shard {
    type Error = NoShard;

    fn try_from(text: String) -> Result<Self, NoShard> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Shard;

    proptest! {
        #[test]
        fn every_scenario_is_in_exactly_one_shard(id in "\\PC{0,40}", of in 1_u64..40) {
            let first = Shard::new(1, of).unwrap();
            prop_assert_eq!(first.all().filter(|shard| shard.holds(&id)).count(), 1);
        }
    }

    /// Another machine, and another version of this program, must come to the same parts.
    #[test]
    fn the_parts_are_those_of_sha_256() {
        // printf 'basics/public' | sha256sum begins with 7a5ee6fe10199439.
        let eight = Shard::new(0x7a5e_e6fe_1019_9439 % 8 + 1, 8).unwrap();
        assert!(eight.holds("basics/public"));
    }

    #[test]
    fn a_shard_is_written_with_a_slash() {
        assert_eq!("2/8".parse(), Ok(Shard { number: 2, of: 8 }));
        assert_eq!("2/8".parse::<Shard>().unwrap().to_string(), "2/8");
        for wrong in ["0/8", "9/8", "1/0", "2", "a/b", "-1/2", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
