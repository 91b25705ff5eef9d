//! A whole plan. All of it is plain data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use timeline::StepId;

use super::action::{Action, PlannedStep};
use super::audit::AuditPlan;
use super::content::PlannedFile;
use super::expectation::Expectation;
use crate::adapter::{Adapter, TypedLines};
use crate::{Keys, RelayDoes};

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
    /// Fills `{does}`: what the relay does to clients.
    #[serde(default)]
    pub does: RelayDoes,
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
    /// The one whom it is for, where it is not for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The line.
    pub line: TypedLines<String>,
    /// Who must show it after the last step.
    pub observers: Vec<String>,
    /// Who must show it as well where the play ended before its last step: by then either
    /// side would have left.
    #[serde(default)]
    pub leaving: Vec<String>,
    /// The text to be shown. It begins with [`Plan::fence_prefix`].
    pub text: String,
}

/// By this, steps of a plan are in their order: the numbers of an id.
fn order(id: &StepId) -> Vec<u32> {
    let numbers = id.0.split('.').map(|number| number.parse().unwrap_or(0));
    numbers.collect()
}

impl Plan {
    /// The name by which the others know a client; any other name means itself.
    pub fn login<'a>(&'a self, client: &'a str) -> &'a str {
        let planned = self.clients.iter().find(|one| one.name == client);
        planned.map_or(client, |one| &one.login)
    }

    /// How a participant is started and driven; the relay by the plan's own adapter.
    pub fn adapter_of(&self, participant: &str) -> &Adapter {
        // Nearly always; and a load has many clients.
        if self.others.is_empty() {
            return &self.adapter;
        }
        let client = self
            .clients
            .iter()
            .find(|client| client.name == participant);
        let other = client.and_then(|client| self.others.get(client.adapter.as_ref()?));
        other.unwrap_or(&self.adapter)
    }

    /// What every fence's text begins with; nothing else in a play does.
    pub fn fence_prefix(&self) -> String {
        format!("fence-{}", self.control)
    }

    /// The step with this id, however deep.
    pub fn step(&self, id: &StepId) -> Option<&PlannedStep> {
        // Steps of a repetition are in the order of their ids, so that most are found without going
        // through all.
        let top = self
            .steps
            .partition_point(|step| order(&step.id) <= order(id));
        let near = top.checked_sub(1).and_then(|top| self.steps.get(top));
        let inside = near.into_iter().flat_map(|step| match &step.action {
            Action::All { steps } => steps.iter().chain([step]).collect(),
            _ => vec![step],
        });
        let mut inside = inside.filter(|step| step.id == *id);
        inside
            .next()
            .or_else(|| self.all_steps().find(|step| step.id == *id))
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
