//! What must, or must not, be seen in a client's output.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use timeline::{EventKind, ExpectationId};

/// Something that must, or must not, be seen in a client's output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expectation {
    /// Unique in the plan.
    pub id: ExpectationId,
    /// Whose output.
    pub client: String,
    /// What.
    pub pattern: Pattern,
    /// How often.
    pub mode: Mode,
    /// From the step's begin.
    pub within: Duration,
    /// In words: `bob shows the text, once, from alice`.
    pub sentence: String,
    /// Whose message it is about: a `never` closes at this participant's next message.
    pub about: Option<String>,
}

/// How often something must be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// At least once before the deadline.
    Eventually,
    /// Not at all until a fence.
    Never,
    /// Before the deadline, and no second time until a fence.
    Once,
}

/// Something that can be seen, with every placeholder filled in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as in What")]
pub enum Pattern {
    /// A line (unescaped) that holds the text.
    Contains(String),
    Event {
        event: EventKind,
        /// Unescaped values.
        captures: BTreeMap<String, String>,
    },
    /// A whole line as printed.
    Line(String),
    Matches(String),
    /// The recipient's downloads hold a file with the SHA-256 of this outbox file.
    SameFile {
        /// Whose outbox.
        from: String,
        /// Name in it.
        name: String,
    },
    /// The participant's process ends.
    Exits,
}
