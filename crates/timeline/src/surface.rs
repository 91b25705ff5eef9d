//! Where plaintext must not appear.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray, VariantNames};

/// A place where plaintext must not appear.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
    VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Surface {
    /// The relay's command line and environment.
    Arguments,
    /// The files in the relay's scratch directory, those that it holds open, and their names.
    Files,
    /// What the relay has in memory.
    Memory,
    /// What clients received that was for others.
    Others,
    /// What the relay printed.
    Output,
    /// Both directions of every link.
    Wire,
}

impl Surface {
    /// Every one, in the order of reports.
    pub const ALL: [Self; <Self as VariantArray>::VARIANTS.len()] =
        match <Self as VariantArray>::VARIANTS.first_chunk() {
            Some(all) => *all,
            None => panic!("as many as there are"),
        };

    /// As it is written in files.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Where in a place of it something was found: `byte 812`.
    pub fn offset(self, at: u64) -> String {
        match self {
            Self::Memory => format!("address {at:#x}"),
            Self::Arguments | Self::Files | Self::Others | Self::Output | Self::Wire => {
                format!("byte {at}")
            }
        }
    }

    /// As people say it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Arguments => "the relay's arguments and environment",
            Self::Files => "the relay's files",
            Self::Memory => "the relay's memory",
            Self::Others => "what others received",
            Self::Output => "the relay's output",
            Self::Wire => "the wire",
        }
    }

    /// Those of the relay that have no control: nothing that was not found there is shown not to be there.
    pub fn without_control<T>(controls: &BTreeMap<Self, T>) -> Vec<Self> {
        let has_none = |one: &Self| *one != Self::Others && !controls.contains_key(one);
        Self::ALL.into_iter().filter(has_none).collect()
    }

    /// `the relay's files, the relay's memory and the wire`.
    pub fn all_in_words(surfaces: &[Self]) -> String {
        let words: Vec<&str> = surfaces.iter().map(|one| one.in_words()).collect();
        match words.split_last() {
            Some((last, others)) if !others.is_empty() => {
                format!("{} and {last}", others.join(", "))
            }
            _ => words.concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Surface;

    #[test]
    fn a_plan_writes_each_surface_with_its_word() {
        for surface in Surface::ALL {
            assert_eq!(serde_json::to_value(surface).unwrap(), surface.word());
        }
    }
}
