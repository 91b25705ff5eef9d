//! What is limited for each participant.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::seconds;

const MIB: u64 = 1024 * 1024;

/// Something that is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as the fields of Limits")]
pub enum Limit {
    Connections,
    Cpu,
    File,
    Memory,
    Output,
    Processes,
    Record,
    Wire,
}

impl Limit {
    /// An amount of it, in words: `80.0 MiB of memory`.
    pub fn amount(self, number: u64) -> impl fmt::Display {
        let mib = || {
            let tenths = number.saturating_mul(10) / MIB;
            format!("{}.{} MiB", tenths / 10, tenths % 10)
        };
        match self {
            Self::Connections => format!("{number} connections at a time"),
            Self::Cpu => format!("{} of CPU time", seconds(Duration::from_millis(number))),
            Self::File => format!("{} in one file", mib()),
            Self::Memory => format!("{} of memory", mib()),
            Self::Output => format!("{} printed on one stream", mib()),
            Self::Processes => format!("{number} processes"),
            Self::Record => format!("{} of recorded events", mib()),
            Self::Wire => format!("{} sent over one link", mib()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, MIB};

    #[test]
    fn amounts_are_in_words() {
        assert_eq!(
            Limit::Memory.amount(80 * MIB + MIB / 2).to_string(),
            "80.5 MiB of memory"
        );
        assert_eq!(Limit::Cpu.amount(1042).to_string(), "1.042 s of CPU time");
        assert_eq!(Limit::Processes.amount(9).to_string(), "9 processes");
    }
}
