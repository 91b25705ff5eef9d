//! A part of the scenarios, for machines that share the work.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use report::RunReport;
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

/// How long each scenario took in an earlier run, by id. From the same times, every machine comes to
/// the same parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times(BTreeMap<String, Duration>);

impl Times {
    /// Of all tries of each scenario.
    pub fn of(run: &RunReport) -> Self {
        let took = run.plays.iter().map(|play| {
            let tries = play.tries.iter().map(|tried| tried.elapsed);
            (play.scenario.clone(), tries.sum())
        });
        Self(took.collect())
    }

    /// What tells these times from others.
    pub(super) fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for (id, took) in &self.0 {
            digest.update(format!("{id}={}\n", took.as_millis()));
        }
        let start: Vec<u8> = digest.finalize().into_iter().take(8).collect();
        timeline::hex(&start, "")
    }

    /// Those of these scenarios that belong to a part: the longest first, each to the part that has
    /// least to do. What has no time counts as one of the middle.
    pub(super) fn part(&self, shard: Shard, ids: &BTreeSet<&str>) -> BTreeSet<String> {
        let mut known: Vec<Duration> = self.0.values().copied().collect();
        known.sort();
        let middle = known.get(known.len() / 2).copied().unwrap_or_default();
        let time = |id: &str| self.0.get(id).copied().unwrap_or(middle);
        let mut ids: Vec<&str> = ids.iter().copied().collect();
        ids.sort_by_key(|id| (Reverse(time(id)), *id));
        let mut parts: Vec<Part> = shard.all().map(Part::of).collect();
        let mut own = BTreeSet::new();
        for id in ids {
            let Some(least) = parts.iter_mut().min() else {
                break;
            };
            least.time += time(id);
            least.count += 1;
            if least.shard == shard {
                own.insert(id.to_owned());
            }
        }
        own
    }
}

/// What a part has to do so far; the order says which has less.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    time: Duration,
    count: usize,
    shard: Shard,
}

impl Part {
    fn of(shard: Shard) -> Self {
        Self {
            time: Duration::ZERO,
            count: 0,
            shard,
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// A text names no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it like 2/8: the number of the shard, from 1, and the number of shards")]
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
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Shard, Times};

    proptest! {
        #[test]
        fn every_scenario_is_in_exactly_one_shard(id in "\\PC{0,40}", of in 1_u64..40) {
            let first = Shard::new(1, of).unwrap();
            prop_assert_eq!(first.all().filter(|shard| shard.holds(&id)).count(), 1);
        }
    }

    proptest! {
        #[test]
        fn balanced_parts_hold_every_scenario_once_and_take_about_equally_long(
            times in prop::collection::btree_map("[a-z]{1,4}", 1_u64..1000, 1..40),
            more in prop::collection::btree_set("[A-Z]{1,2}", 0..5),
            of in 1_u64..8,
        ) {
            let took = |(id, ms): (&String, &u64)| (id.clone(), Duration::from_millis(*ms));
            let known = Times(times.iter().map(took).collect());
            let ids: BTreeSet<&str> = times.keys().chain(&more).map(String::as_str).collect();
            let parts = Shard::new(1, of).unwrap().all();
            let parts: Vec<BTreeSet<String>> = parts.map(|shard| known.part(shard, &ids)).collect();
            let all: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
            prop_assert_eq!(all.len(), ids.len());
            prop_assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), ids);
            if more.is_empty() {
                let took = |part: &BTreeSet<String>| part.iter().map(|id| times[id]).sum::<u64>();
                let (least, most) = (parts.iter().map(took).min(), parts.iter().map(took).max());
                // What came last to the longest part came when no other had less to do.
                let longest = times.values().max().unwrap();
                prop_assert!(most.unwrap() - least.unwrap() <= *longest);
            }
        }
    }

    #[test]
    fn without_times_parts_have_as_many_scenarios_each() {
        let ids: Vec<String> = (0..9).map(|n| format!("a/{n}")).collect();
        let ids = ids.iter().map(String::as_str).collect();
        for shard in Shard::new(1, 3).unwrap().all() {
            assert_eq!(Times(BTreeMap::new()).part(shard, &ids).len(), 3);
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
