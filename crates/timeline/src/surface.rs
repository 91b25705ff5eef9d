//! Where plaintext must not appear.

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
