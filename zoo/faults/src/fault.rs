//! What a chat of the zoo can leak: a closed list, with the detector that must find each.

use std::error::Error;
use std::fmt;

use strum::VariantArray as _;

use crate::how::How;
use crate::kind::{Habit, Misdeed, Way, What};
use crate::stranger::{STRANGERS, Seen, Stranger};
use crate::table::LEAKS;

/// What is wrong with a pair: at most one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something comes to light.
    Leak(What, Way, How),
    /// Something else is wrong.
    Misdeed(Misdeed),
    /// Nothing is.
    Harmless(Habit),
    /// A relay in another language puts something somewhere.
    Stranger(&'static Stranger),
}

/// No fault has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(pub String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.0;
        write!(f, "no fault is called `{name}`; docs/zoo.md lists them all")
    }
}

impl Error for UnknownFault {}

/// What must become of a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A finding with this surface and this transformation, in the words of the harness.
    Finding {
        /// Such as `output`.
        surface: &'static str,
        /// Such as `base64 of gzip`.
        transformation: String,
    },
    /// The comparison with other texts finds a difference on this surface, and nothing else does.
    Distinguishable(&'static str),
    /// A check whose name holds this fails.
    Fails(&'static str),
    /// The verdict on this surface, or on `keys` in clients' stores, is `CANNOT TELL`.
    CannotTell(&'static str),
    /// Nothing.
    Passes,
}

impl Fault {
    /// Every one, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        let leaks = LEAKS
            .iter()
            .map(|(what, way, how)| Self::Leak(*what, *way, *how));
        let misdeeds = Misdeed::VARIANTS
            .iter()
            .map(|misdeed| Self::Misdeed(*misdeed));
        let habits = Habit::VARIANTS.iter().map(|habit| Self::Harmless(*habit));
        let strangers = STRANGERS.iter().map(Self::Stranger);
        leaks.chain(misdeeds).chain(habits).chain(strangers)
    }

    /// The one with this name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, UnknownFault> {
        let found = Self::all().find(|fault| fault.name() == name);
        found.ok_or_else(|| UnknownFault(name.to_owned()))
    }

    /// As it is chosen.
    pub fn name(self) -> String {
        match self {
            Self::Leak(What::Texts, way, how) => format!("{}-{}", way.word(), how.word()),
            Self::Leak(what, way, How::AsIs) => format!("{}-{}", way.word(), what.word()),
            Self::Leak(what, way, how) => format!("{}-{}-{}", way.word(), what.word(), how.word()),
            Self::Misdeed(misdeed) => misdeed.word().to_owned(),
            Self::Harmless(habit) => habit.word().to_owned(),
            Self::Stranger(stranger) => stranger.name(),
        }
    }

    /// What it does, in a sentence without its full stop.
    pub fn sentence(self) -> String {
        match self {
            Self::Leak(what, way, how) => {
                format!(
                    "{} {}{}",
                    way.subject(),
                    way.does(what.object()),
                    how.phrase()
                )
            }
            Self::Misdeed(misdeed) => misdeed.sentence().to_owned(),
            Self::Harmless(habit) => habit.sentence().to_owned(),
            Self::Stranger(stranger) => stranger.sentence(),
        }
    }

    /// Whether it is found only after some thirty plays of a program that starts slowly.
    pub fn takes_long(self) -> bool {
        matches!(self, Self::Stranger(stranger) if stranger.seen == Seen::ByComparison)
    }

    /// What must become of a play with it.
    pub fn expected(self) -> Expected {
        match self {
            Self::Leak(_, way, how) if how.is_unlisted() => {
                Expected::Distinguishable(way.surface())
            }
            Self::Leak(what, way, how) => Expected::Finding {
                surface: way.surface(),
                transformation: transformation(what, how),
            },
            Self::Misdeed(Misdeed::Nosy) => Expected::Finding {
                surface: "output",
                transformation: "as-is".to_owned(),
            },
            Self::Misdeed(Misdeed::SwapsKeys) => Expected::Finding {
                surface: "memory",
                transformation: "as-is".to_owned(),
            },
            Self::Misdeed(Misdeed::Reseals) => Expected::Finding {
                surface: "memory",
                transformation: "opening-key".to_owned(),
            },
            Self::Misdeed(Misdeed::TellsLengths | Misdeed::PadsLoosely) => Expected::Finding {
                surface: "wire",
                transformation: "size".to_owned(),
            },
            Self::Misdeed(Misdeed::Gossips) => Expected::Fails("carol never shows"),
            Self::Misdeed(Misdeed::LosesItsLog) => Expected::CannotTell("output"),
            Self::Misdeed(Misdeed::ForgetsKeys) => Expected::CannotTell("keys"),
            Self::Harmless(_) => Expected::Passes,
            Self::Stranger(stranger) => stranger.expected(),
        }
    }

    /// The scenario of the zoo that brings it to light.
    pub fn scenario(self) -> &'static str {
        match self {
            Self::Leak(_, _, How::Deterministic) => "leaks-twice",
            Self::Leak(_, _, How::Ecb) => "leaks-blocks",
            Self::Leak(_, _, How::Base64Url) => "leaks-marks",
            Self::Leak(What::Names, _, _) => "leaks-names",
            Self::Stranger(_) => "leaks-lines",
            _ if self.is_framed() => "leaks-sizes",
            _ => "leaks",
        }
    }

    /// The adapter that plays it, in `zoo/adapters`.
    pub fn adapter(self) -> &'static str {
        match self {
            Self::Leak(What::PassPhrase, _, _) => "leaky-asks",
            Self::Stranger(stranger) => stranger.language.adapter(),
            _ if self.seals_each() => "leaky-keys",
            _ if self.is_framed() => "leaky-frames",
            _ => "leaky",
        }
    }

    /// Whether clients seal each message with a key of its own.
    pub fn seals_each(self) -> bool {
        matches!(
            self,
            Self::Leak(What::MessageKeys, _, _)
                | Self::Misdeed(Misdeed::ForgetsKeys)
                | Self::Harmless(Habit::SealsEach)
        )
    }

    /// Whether links carry frames that name their type.
    pub fn is_framed(self) -> bool {
        matches!(
            self,
            Self::Misdeed(Misdeed::TellsLengths | Misdeed::PadsLoosely)
                | Self::Harmless(Habit::PadsFrames)
        )
    }

    /// Whether it is none at all.
    pub fn is_harmless(self) -> bool {
        match self {
            Self::Stranger(stranger) => stranger.seen == Seen::Harmless,
            fault => matches!(fault, Self::Harmless(_)),
        }
    }

    /// A program that it needs and that a machine may lack.
    pub fn needs(self) -> Option<&'static str> {
        match self {
            Self::Stranger(stranger) => Some(stranger.language.program()),
            _ => None,
        }
    }
}

/// Keys are found by detectors of their own, in any encoding.
fn transformation(what: What, how: How) -> String {
    match (what, how) {
        (What::MessageKeys, How::AsIs) => "message-key".to_owned(),
        (What::MessageKeys, how) => format!("{} of message-key", how.detector()),
        (What::Key | What::PrivateKey, How::AsIs) => "private-key".to_owned(),
        (What::Key | What::PrivateKey, how) => format!("{} of private-key", how.detector()),
        (What::Texts | What::Contents | What::Names | What::PassPhrase, how) => {
            how.detector().to_owned()
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own_and_is_found_by_it() {
        let names: Vec<String> = Fault::all().map(Fault::name).collect();
        let different: BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{names:?}");
        for fault in Fault::all() {
            assert_eq!(Fault::named(&fault.name()), Ok(fault));
        }
        assert!(Fault::named("none").is_err());
    }

    #[test]
    fn there_are_at_least_fifty_and_ten_harmless_ones() {
        let harmless = Fault::all().filter(|fault| fault.is_harmless()).count();
        assert!(harmless >= 10, "{harmless}");
        assert!(Fault::all().count() - harmless >= 50);
    }
}
