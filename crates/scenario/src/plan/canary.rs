//! Canaries: random strings that a class can follow and a search cannot miss.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use serde::{Deserialize, Serialize};
use timeline::StepId;

/// A planted string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// As in the scenario, or `#3` for the third without a name.
    pub name: String,
    /// The string itself; all have one length and begin with the run's prefix.
    pub text: String,
    /// Where it was planted first.
    pub step: StepId,
}

impl Canary {
    /// What findings call it.
    pub fn called(&self) -> String {
        format!("canary {}", self.name)
    }
}

/// Bits of chance in a canary of a run whose prefix is known: two words of 64 and four digits.
pub const CANARY_BITS: u64 = 25;

/// Letters that are rare in text, so that the prefix is rare as well.
const RARE: &[u8] = b"BFGHJKMPQVWXZ";

/// Letters of the prefix. With the hyphen behind it nine bytes are the same in all canaries of a
/// run, which is enough to be rare in every encoding: even of base85, whichever of its groups of
/// four it begins in, one group is whole.
const PREFIX: usize = 8;

const FIVE: [&str; 64] = [
    "acorn", "amber", "anvil", "apple", "arrow", "badge", "basil", "beach", "berry", "birch",
    "blaze", "brass", "brick", "brook", "cabin", "camel", "candy", "cedar", "chalk", "charm",
    "cider", "clock", "cloud", "clove", "cobra", "coral", "crane", "daisy", "delta", "diver",
    "eagle", "ember", "fable", "fjord", "flute", "frost", "ghost", "glass", "grape", "hazel",
    "heron", "honey", "ivory", "jewel", "koala", "lemon", "lilac", "maple", "melon", "night",
    "ocean", "olive", "onion", "opera", "otter", "panda", "pearl", "piano", "raven", "river",
    "robin", "spark", "tiger", "wheat",
];

const SIX: [&str; 64] = [
    "almond", "anchor", "autumn", "badger", "banana", "barley", "basket", "beacon", "bottle",
    "bridge", "button", "candle", "canyon", "carrot", "castle", "cherry", "cinder", "cobalt",
    "coffee", "copper", "cotton", "dragon", "falcon", "fathom", "fennel", "forest", "garden",
    "garlic", "ginger", "goblet", "hammer", "harbor", "hazard", "island", "jacket", "jaguar",
    "jungle", "kettle", "ladder", "lagoon", "lizard", "magnet", "marble", "meadow", "mirror",
    "monkey", "needle", "nutmeg", "orange", "orchid", "oyster", "parrot", "pebble", "pepper",
    "pillow", "planet", "puzzle", "quartz", "rabbit", "saddle", "salmon", "silver", "summer",
    "turtle",
];

/// Randomness for one purpose: the same seed and words, the same stream.
pub(super) fn stream(seed: u64, purpose: &[&str]) -> StdRng {
    let mut digest = Sha256::new();
    digest.update(seed.to_le_bytes());
    for word in purpose {
        digest.update(word.len().to_le_bytes());
        digest.update(word);
    }
    StdRng::from_seed(digest.finalize().into())
}

/// The string that the relay may see: no canary's prefix is in it.
pub(super) fn control(seed: u64, scenario: &str) -> String {
    let mut random = stream(seed, &["control", scenario]);
    let letters: String = (0..8)
        .map(|_| char::from(random.random_range(b'a'..=b'z')))
        .collect();
    // The same eight letters as the prefix: once in the lifetime of the sun.
    let lower = prefix(seed).to_lowercase();
    format!("relay-{}", letters.replace(&lower, "aaaaaaaa"))
}

/// Makes canaries and remembers them.
#[derive(Debug)]
pub(super) struct Planter {
    prefix: String,
    random: StdRng,
    named: BTreeMap<String, String>,
    used: BTreeSet<String>,
    /// In the order of planting.
    pub(super) planted: Vec<Canary>,
    fresh: usize,
}

impl Planter {
    pub(super) fn new(seed: u64, scenario: &str) -> Self {
        Self {
            prefix: prefix(seed),
            random: stream(seed, &["canaries", scenario]),
            named: BTreeMap::new(),
            used: BTreeSet::new(),
            planted: Vec::new(),
            fresh: 0,
        }
    }

    /// A canary that was never there before.
    pub(super) fn fresh(&mut self, step: &StepId) -> Canary {
        self.fresh += 1;
        self.plant(format!("#{}", self.fresh), step)
    }

    /// The canary of this name; made when it is first asked for.
    pub(super) fn named(&mut self, name: &str, step: &StepId) -> String {
        if let Some(text) = self.named.get(name) {
            return text.clone();
        }
        let canary = self.plant(name.to_owned(), step);
        self.named.insert(name.to_owned(), canary.text.clone());
        canary.text
    }

    fn plant(&mut self, name: String, step: &StepId) -> Canary {
        let mut text = self.draw();
        while !self.used.insert(text.clone()) {
            text = self.draw();
        }
        let canary = Canary {
            name,
            text,
            step: step.clone(),
        };
        self.planted.push(canary.clone());
        canary
    }

    fn draw(&mut self) -> String {
        let five = FIVE.choose(&mut self.random).unwrap_or(&"ember");
        let six = SIX.choose(&mut self.random).unwrap_or(&"orchid");
        let number = self.random.random_range(0..10_000);
        format!("{}-{five}-{six}-{number:04}", self.prefix)
    }
}

/// The same for all plays of a run, which share a seed.
fn prefix(seed: u64) -> String {
    let mut random = stream(seed, &["prefix"]);
    (0..PREFIX)
        .map(|_| char::from(*RARE.choose(&mut random).unwrap_or(&b'Q')))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_has_as_many_bits_of_chance_as_is_said() {
        let canaries = (FIVE.len() * SIX.len()) as u64 * 10_000;
        assert_eq!(u64::from(canaries.ilog2()), CANARY_BITS);
    }

    #[test]
    fn words_have_their_lengths_and_differ() {
        assert!(FIVE.iter().all(|word| word.len() == 5), "{FIVE:?}");
        assert!(SIX.iter().all(|word| word.len() == 6), "{SIX:?}");
        assert_eq!(FIVE.iter().chain(&SIX).collect::<BTreeSet<_>>().len(), 128);
    }
}
