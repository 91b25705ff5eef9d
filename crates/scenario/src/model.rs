//! The words of scenarios, and small things that several verbs hold.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strum::VariantArray as _;
use timeline::EventKind;
use toml_language::closed;
use toml_language::shape::Word;

use super::capability::Capability;
use super::text::Text;

/// Something that a scenario cannot be played without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Of the implementation.
    Capability(Capability),
    /// Of the machine: the level `namespaces`.
    Namespaces,
}

impl Need {
    const NAMESPACES: &'static str = "namespaces";

    /// What may stand in `needs`.
    pub(crate) fn words() -> Vec<Word> {
        let mut words = closed::words::<Capability>();
        for word in &mut words {
            word.doc.insert_str(0, "of the implementation: ");
        }
        words.push(Word {
            word: Self::NAMESPACES,
            doc: "of the machine: that level of isolation".to_owned(),
        });
        words.sort_by_key(|word| word.word);
        words
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            Self::NAMESPACES => Some(Self::Namespaces),
            word => word.parse().ok().map(Self::Capability),
        }
    }
}

/// One client of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Names the participant in the scenario.
    pub name: String,
    /// The name that it logs in with.
    pub login: String,
    /// Whose key it uses: its own name, or another client's.
    pub key_of: String,
    /// It starts at its first `join`, not before step 1.
    pub late: bool,
    /// The adapter of its implementation, as written; that of the run when there is none.
    pub adapter: Option<String>,
}

closed_list! {
    /// Where clients' keys come from.
    pub enum Keys {
        /// made by the implementation, for scenarios that are about it
        Fresh,
        /// ready-made ones
        Pool,
    }
}

closed_list! {
    /// What must become of something that was sent.
    #[derive(Default)]
    pub enum Outcome {
        /// it arrives: a text is shown to those it is for, a file is whole (when left out)
        #[default]
        Delivered,
        /// it is on its way, as the recipient is told: for what happens to it meanwhile
        Offered,
        /// the sender's own program says no, and nobody gets anything
        Refused,
        /// the sender is told that it did not arrive
        Undelivered,
    }
}

impl Outcome {
    /// What can become of a text: one is not offered, it is sent.
    pub(crate) fn of_texts() -> Vec<Word> {
        let all = Self::VARIANTS.iter().filter(|one| **one != Self::Offered);
        all.copied().map(closed::word).collect()
    }

    /// Whether something reaches the recipient.
    pub(crate) fn arrives(self) -> bool {
        match self {
            Self::Delivered | Self::Offered => true,
            Self::Refused | Self::Undelivered => false,
        }
    }
}

closed_list! {
    /// What must become of a start.
    #[derive(Default)]
    pub enum Join {
        /// it gets ready (when left out)
        #[default]
        Ready,
        /// the relay says no: the client says so and ends, the others see nothing
        Refused,
    }
}

/// Where the content of a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileSource {
    /// A file or directory below `scenarios/`. It may be missing where the outcome is
    /// [`Outcome::Refused`].
    Fixture(PathBuf),
    /// Made for the play, with canaries all through it: so many bytes.
    Made(u64),
}

closed_list! {
    /// How a client goes.
    pub enum LeaveHow {
        /// as its users quit
        Quit,
        /// its input ends
        Eof,
        /// its process is killed
        Kill,
        /// its connection is reset
        Reset,
        /// its network is gone, and nobody is told
        Vanish,
    }
}

closed_list! {
    /// What happens to the relay.
    pub enum RelayAction {
        /// asked to stop, as the adapter says
        Stop,
        /// its process is killed
        Kill,
        /// started again after `stop` or `kill`
        Start,
        /// stopped, then started
        Restart,
        /// stopped in its tracks
        Freeze,
        /// goes on after `freeze`
        Thaw,
    }
}

/// Something to be seen in one client's output.
#[derive(Clone, Debug)]
pub struct Want {
    /// Whose output.
    pub client: String,
    /// What.
    pub what: What,
}

/// Something that can be seen.
#[derive(Clone, Debug)]
pub enum What {
    /// A line that holds the text.
    Contains(Text),
    /// An event, with the captures that it must have.
    Event(EventKind, BTreeMap<String, Text>),
    /// A whole line.
    Line(Text),
    /// A line that the regular expression matches.
    Pattern(String),
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::{Serialize, de::DeserializeOwned};
    use toml_language::closed::Closed;

    use super::{Join, Keys, LeaveHow, Outcome, RelayAction};
    use crate::adapter::{Enter, Escapes, Framing, KeyFormat, MemoryReading, Only, Stop, Typed};
    use crate::{Capability, FaultKind, FaultWord, Hearing, Way};

    fn agree<T: Closed + Debug + DeserializeOwned + PartialEq + Serialize>() {
        for one in T::VARIANTS {
            let word: &str = (*one).into();
            assert_eq!(serde_json::to_value(one).unwrap(), word);
            assert_eq!(serde_json::from_value::<T>(word.into()).unwrap(), *one);
        }
    }

    #[test]
    fn a_plan_writes_each_word_as_the_language_does() {
        agree::<Capability>();
        agree::<Enter>();
        agree::<Escapes>();
        agree::<Framing>();
        agree::<Hearing>();
        agree::<Join>();
        agree::<KeyFormat>();
        agree::<Keys>();
        agree::<LeaveHow>();
        agree::<MemoryReading>();
        agree::<Only>();
        agree::<Outcome>();
        agree::<RelayAction>();
        agree::<Stop>();
        agree::<Typed>();
        agree::<Way>();
    }

    #[test]
    fn a_plan_writes_each_fault_as_the_language_does() {
        let kinds: [FaultKind; 2] = [FaultKind::HalfOpen, FaultKind::Hold { frames: 2 }];
        for kind in kinds {
            let word: &str = FaultWord::from(&kind).into();
            assert_eq!(serde_json::to_value(&kind).unwrap()["kind"], word);
        }
    }
}
