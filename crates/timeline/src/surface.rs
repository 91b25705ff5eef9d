//! Where plaintext must not appear.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A place where plaintext must not appear.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    IntoStaticStr,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    VariantArray,
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
    pub const ALL: [Self; Self::VARIANTS.len()] = match Self::VARIANTS.as_array() {
        Some(all) => *all,
        // As long as itself: the compiler has seen it.
        None => unreachable!(),
    };

    /// As it is written in files.
    pub fn word(self) -> &'static str {
        self.into()
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
    fn the_word_of_each_surface_is_the_one_in_files() {
        for surface in Surface::ALL {
            let written = serde_json::to_value(surface).unwrap();
            assert_eq!(written, surface.word());
        }
    }
}
