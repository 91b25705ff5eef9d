//! What a plan holds. All of it is plain data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::adapter::Adapter;
use crate::{Fault, Keys, LeaveHow, RelayAction};
use timeline::{EventKind, ExpectationId, StepId, Surface};

/// One play, decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this format.
    pub version: u32,
    /// Where it comes from.
    pub scenario: ScenarioRef,
    /// The implementation: of the relay, and of every client that names no other.
    pub adapter: Adapter,
    /// The implementations of clients that are others, by the name that the scenario gives.
    #[serde(default)]
    pub others: BTreeMap<String, Adapter>,
    /// Everything random in the plan comes from it.
    pub seed: u64,
    /// Fills `{control}`: rare, and harmless to be seen by the relay.
    pub control: String,
    /// Fills `{keepalive}`.
    pub keepalive: Duration,
    /// Where keys come from.
    pub keys: Keys,
    /// In the order of starting.
    pub clients: Vec<PlannedClient>,
    /// What each early client must show before step 1, besides being ready.
    pub opening: Vec<Expectation>,
    /// Files to make or copy into a sender's outbox before the play.
    pub files: Vec<PlannedFile>,
    /// The steps; `repeat` is written out, `all` is kept.
    pub steps: Vec<PlannedStep>,
    /// What follows the last step.
    pub closing: Closing,
    /// What to search for.
    pub audit: AuditPlan,
    /// Why it can be played at the level `namespaces` alone, where that is so.
    #[serde(default)]
    pub namespaces: Option<String>,
}

/// Which scenario, for people.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in Scenario")]
pub struct ScenarioRef {
    pub id: String,
    pub path: PathBuf,
    pub title: String,
    pub lesson: Option<String>,
    pub tags: Vec<String>,
    #[serde(default)]
    pub xfail: Option<String>,
}

impl ScenarioRef {
    /// The id of its file: without the values of a matrix.
    pub fn file_id(&self) -> &str {
        self.id.split_once('@').map_or(&self.id, |(file, _)| file)
    }
}

/// One client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedClient {
    /// Names the participant; no other has it.
    pub name: String,
    /// Fills `{name}`.
    pub login: String,
    /// Which file of a pool it gets, from 0.
    pub pool_index: usize,
    /// Starts at its `join`.
    pub late: bool,
    /// One of [`Plan::others`].
    #[serde(default)]
    pub adapter: Option<String>,
}

/// A file in a sender's outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Whose outbox.
    pub client: String,
    /// Below the outbox; may hold `..`, its directories are made.
    pub name: String,
    /// Copied from here; or made, when there is none.
    pub fixture: Option<PathBuf>,
    /// Bytes of a made file.
    pub size: u64,
    /// Planted in a made file, over and over, where it is long enough.
    pub canary: Option<Canary>,
    /// Seed of the rest of a made file.
    pub seed: u64,
}

/// One step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Unique in the plan.
    pub id: StepId,
    /// Line of the scenario file.
    pub line: usize,
    /// For the audience.
    pub note: Option<String>,
    /// What happens, in words: `alice sends bob a private message`.
    pub sentence: String,
    /// What to do.
    pub action: Action,
    /// What must come of it. An `all` has none of its own; its steps have.
    pub expects: Vec<Expectation>,
    /// What it sends, for the audit, the order check and the demo.
    pub sent: Option<Sent>,
}

/// A text or file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Participant.
    pub from: String,
    /// Participant, or `None` for everyone.
    pub to: Option<String>,
    /// What it says, in full; of a file, its name.
    pub text: String,
}

/// What a step does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as in Verb")]
pub enum Action {
    All {
        steps: Vec<PlannedStep>,
    },
    Beat {
        length: Duration,
    },
    /// The links of these clients get a fault.
    Fault {
        clients: Vec<String>,
        fault: Fault,
        /// Everything random in it comes from here.
        seed: u64,
    },
    /// All faults of their links are over.
    Heal {
        clients: Vec<String>,
    },
    Join {
        client: String,
    },
    Leave {
        client: String,
        how: LeaveHow,
    },
    /// Only expectations.
    Look,
    Relay {
        action: RelayAction,
    },
    /// A whole line, escaped as the adapter wants it, without its line break. `{outbox}` in
    /// it is the client's outbox, known only to the stage.
    Type {
        client: String,
        line: String,
    },
}

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        /// Name below it.
        name: String,
    },
    /// The participant's process ends.
    Exits,
}

/// How a play ends.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Closing {
    /// Sent after the last step, left out of transcripts.
    pub fences: Vec<Fence>,
}

/// A message that closes every *never* about its sender: what came before it on the same
/// path has been shown by now, or never will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// Who types it.
    pub from: String,
    /// The line.
    pub line: String,
    /// Who must show it after the last step.
    pub observers: Vec<String>,
    /// Who must show it as well where the play ended before its last step: by then either
    /// side would have left.
    #[serde(default)]
    pub leaving: Vec<String>,
    /// The text to be shown. It begins with [`Plan::fence_prefix`].
    pub text: String,
}

/// What to search for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuditPlan {
    /// Strings that must not appear.
    pub canaries: Vec<Canary>,
    /// Whole texts without a canary that are long enough to be searched for.
    pub texts: Vec<WireText>,
    /// Outbox files whose content is searched for by windows: client and name.
    pub files: Vec<(String, String)>,
    /// The string that must be found, for each surface that the adapter declares.
    pub controls: BTreeMap<Surface, String>,
    /// Pass phrases that clients may type.
    #[serde(default)]
    pub pass_phrases: Vec<PassPhrase>,
    /// Steps that the audit cannot judge, with the reason.
    pub blind: Vec<(StepId, String)>,
}

impl AuditPlan {
    /// What is not looked for, each with the reason.
    pub fn cannot_judge(&self) -> Vec<String> {
        let steps = self.blind.iter();
        let steps = steps.map(|(step, why)| format!("step {}: {why}", step.0));
        let phrases = self.pass_phrases.iter();
        let phrases =
            phrases.filter_map(|one| Some(format!("{}: {}", one.name(), one.too_common()?)));
        steps.chain(phrases).collect()
    }
}

/// A planted string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// As in the scenario, or `#3` for the third without a name.
    pub name: String,
    /// The string itself; all have one length and begin with the run's prefix.
    pub text: String,
    /// Where it was planted first.
    pub step: StepId,
}

/// A pass phrase that clients type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassPhrase {
    /// Whose.
    pub owners: Vec<String>,
    /// In full.
    pub text: String,
}

/// A text that is searched for as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireText {
    /// Where it was sent.
    pub step: StepId,
    /// In full.
    pub text: String,
}

impl Plan {
    /// How a participant is started and driven; the relay by the plan's own adapter.
    pub fn adapter_of(&self, who: &str) -> &Adapter {
        // Nearly always, and crowds are large.
        if self.others.is_empty() {
            return &self.adapter;
        }
        let client = self.clients.iter().find(|client| client.name == who);
        let other = client.and_then(|client| self.others.get(client.adapter.as_ref()?));
        other.unwrap_or(&self.adapter)
    }

    /// What every fence's text begins with; nothing else in a play does.
    pub fn fence_prefix(&self) -> String {
        format!("fence-{}", self.control)
    }

    /// The step with this id, however deep.
    pub fn step(&self, id: &StepId) -> Option<&PlannedStep> {
        self.all_steps().find(|step| step.id == *id)
    }

    /// Every step, parents before their children.
    pub fn all_steps(&self) -> impl Iterator<Item = &PlannedStep> {
        let mut waiting: Vec<&PlannedStep> = self.steps.iter().rev().collect();
        std::iter::from_fn(move || {
            let step = waiting.pop()?;
            if let Action::All { steps } = &step.action {
                waiting.extend(steps.iter().rev());
            }
            Some(step)
        })
    }
}
