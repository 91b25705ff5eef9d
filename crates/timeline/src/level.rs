//! How strongly a play is isolated.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How strongly a play is isolated. The order is the strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Only what was started directly is stopped.
    None,
    /// What a participant leaves behind is adopted, named and killed, unless the harness
    /// itself is killed. Ports are the machine's.
    Reaper,
    /// Each play has networks and processes of its own; nothing survives it.
    Namespaces,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
