//! Which words are used in which play.

use serde::{Deserialize, Serialize};

/// One of two choices of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they are names")]
pub enum Words {
    A,
    B,
}

impl Words {
    /// The other ones.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// The words of one play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Those that clients say.
    pub texts: Words,
    /// The one that the relay is meant to see.
    pub control: Words,
}

/// The words of the play with this number, from 0. Each pair of plays has both choices, the first
/// pair A before B, the others in an order drawn by the seed: so nothing that grows with time, or
/// comes in every second play, goes with the texts. The control changes sides from pair to pair.
pub fn turn(play: u32, seed: u64) -> Turn {
    let pair = play / 2;
    let is_swapped = pair > 0 && crate::grams::mix(seed ^ u64::from(pair)) & 1 == 1;
    let is_first = play.is_multiple_of(2);
    let texts = if is_first == is_swapped {
        Words::B
    } else {
        Words::A
    };
    let control = if pair.is_multiple_of(2) {
        texts
    } else {
        texts.other()
    };
    Turn { texts, control }
}

#[cfg(test)]
mod tests {
    use super::{Turn, Words, turn};

    #[test]
    fn every_pair_has_both_texts_and_both_controls() {
        for seed in 0..50 {
            let first = Turn {
                texts: Words::A,
                control: Words::A,
            };
            assert_eq!(turn(0, seed), first);
            for pair in 0..16 {
                let [one, two] = [turn(2 * pair, seed), turn(2 * pair + 1, seed)];
                assert_eq!(one.texts, two.texts.other());
                assert_eq!(one.control, two.control.other());
                assert_eq!(one.texts == one.control, pair % 2 == 0);
            }
        }
    }

    #[test]
    fn which_comes_first_is_drawn() {
        let swapped = (0..64).filter(|pair| turn(2 * pair, 7).texts == Words::B);
        assert!((20..44).contains(&swapped.count()));
    }
}
