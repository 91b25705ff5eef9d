//! What a scenario says, after every check.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Links};
use crate::Capability;
use timeline::EventKind;

/// One scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Path below `scenarios/` without the extension, for example `basics/three-clients`.
    pub id: String,
    /// The file.
    pub path: PathBuf,
    /// One line.
    pub title: String,
    /// What a class takes home; shown at the end of a demo.
    pub lesson: Option<String>,
    /// Why the scenario exists.
    pub about: String,
    /// What it is founded on: sections of `docs/protocol.md`, papers, promises.
    pub cites: Vec<String>,
    /// For `--tag`.
    pub tags: Vec<String>,
    /// What it cannot be played without.
    pub needs: Vec<Need>,
    /// Why it must fail as yet; passing is then a failure.
    pub xfail: Option<String>,
    /// Frame types whose number depends on timing in this scenario.
    pub background: Vec<String>,
    /// In the order of the file: also the order of starting.
    pub clients: Vec<Client>,
    /// Where keys come from.
    pub keys: Keys,
    /// The relay's keep-alive in this scenario, where it is not the adapter's.
    pub keepalive: Option<Duration>,
    /// How it is played by many, where the command line does not say.
    pub load: Load,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// How many play a scenario at once, for how long; what is left out is up to the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Clients.
    pub clients: Option<u32>,
    /// How long rounds begin.
    pub length: Option<Duration>,
    /// Who hears what is said to all.
    pub say: Option<Hearing>,
}

/// Who hears what is said to all, where many groups share one relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hearing {
    /// Everyone at the relay: the traffic grows with the square of the clients.
    Everyone,
    /// The sender's own group: it is sent to each of them alone.
    Group,
}

impl Hearing {
    /// As it is written.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "everyone" => Some(Self::Everyone),
            "group" => Some(Self::Group),
            _ => None,
        }
    }
}

/// Something that a scenario cannot be played without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Of the implementation.
    Capability(Capability),
    /// Of the machine: the level `namespaces`.
    Namespaces,
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

/// Where clients' keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// Made by the implementation, for scenarios that are about it.
    Fresh,
    /// Fixtures, which are made once.
    Pool,
}

/// One step: one verb, with what is common to all.
#[derive(Clone, Debug)]
pub struct Step {
    /// Line of the file, from 1.
    pub line: usize,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// For the audience.
    pub note: Option<String>,
    /// The deadline of the step's own expectations, where it is not the default.
    pub within: Option<Duration>,
    /// What to do.
    pub verb: Verb,
}

/// What a step does.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "the fields are those of the language, documented in docs/scenarios.md"
)]
pub enum Verb {
    /// At once, each its own; what happens is compared as a set.
    All(Vec<Step>),
    /// Nothing, for a while: for the eye in a demo, skipped elsewhere.
    Beat(Duration),
    /// Something must be seen.
    Expect(Want),
    /// Something happens to links.
    Fault { links: Links, fault: Fault },
    /// A file for one.
    File {
        from: String,
        to: String,
        source: FileSource,
        /// The path it is sent from, below the sender's outbox.
        name: String,
        outcome: Outcome,
    },
    /// All faults of links are over.
    Heal { links: Links },
    /// A client starts.
    Join { client: String, outcome: Join },
    /// A client goes.
    Leave { client: String, how: LeaveHow },
    /// A text for one.
    Msg {
        from: String,
        to: String,
        text: Text,
        outcome: Outcome,
    },
    /// Something must not be seen.
    Never(Want),
    /// Something happens to the relay.
    Relay(RelayAction),
    /// The same steps again and again; `{n}` counts from 1.
    Repeat { times: u32, steps: Vec<Step> },
    /// A text for everyone.
    Say {
        from: String,
        text: Text,
        outcome: Outcome,
    },
    /// A line typed as it is.
    Type { client: String, line: Text },
}

/// What must become of something that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Shown to those it is for.
    #[default]
    Delivered,
    /// It is on its way, and nothing is awaited; of files only.
    Offered,
    /// The sender's own program says no, and nobody sees anything.
    Refused,
    /// The sender is told that it did not arrive.
    Undelivered,
}

/// What must become of a start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// Ready, and the others are told.
    #[default]
    Ready,
    /// The relay says no: the client says so and ends; the others see nothing.
    Refused,
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

/// How a client goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaveHow {
    /// Its input ends.
    Eof,
    /// SIGKILL.
    Kill,
    /// As the implementation quits.
    Quit,
    /// Its connection is reset.
    Reset,
    /// Its network is gone: nothing more arrives, nothing is closed.
    Vanish,
}

/// What happens to the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayAction {
    /// SIGSTOP.
    Freeze,
    /// SIGKILL.
    Kill,
    /// Stop, then start.
    Restart,
    /// Started again after a stop or kill.
    Start,
    /// As the adapter says, SIGTERM for most.
    Stop,
    /// SIGCONT.
    Thaw,
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

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub Vec<Piece>);

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `{canary}` is a fresh one each time, `{canary:name}` the same one again.
    Canary(Option<String>),
    /// `{n}`: the turn of the innermost `repeat`.
    Count,
    /// `{fill:N}`: so many bytes of harmless text.
    Fill(usize),
    /// As it stands.
    Plain(String),
}

impl Scenario {
    /// The client with this name.
    pub fn client(&self, name: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.name == name)
    }
}
