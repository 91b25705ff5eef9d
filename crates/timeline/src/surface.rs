//! Where plaintext must not appear.

use serde::{Deserialize, Serialize};

/// A place where plaintext must not appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    pub const ALL: [Self; 6] = [
        Self::Arguments,
        Self::Files,
        Self::Memory,
        Self::Others,
        Self::Output,
        Self::Wire,
    ];

    /// As it is written in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Files => "files",
            Self::Memory => "memory",
            Self::Others => "others",
            Self::Output => "output",
            Self::Wire => "wire",
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
