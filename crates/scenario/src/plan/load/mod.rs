//! A load: the same steps by many groups of clients, round after round.
//!
//! A scenario of two clients is played in pairs, one of three in threes. Every group plays
//! the steps on its own, with canaries of its own in each round; all of them share one
//! relay. Rounds are planned when they begin, as nobody knows before how many there will
//! be; the same arguments always give the same round.

mod group;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::action::{Action, PlannedStep};
use super::audit::AuditPlan;
use super::build::build;
use super::builder::Builder;
use super::conflicts::resolve_conflicts;
use super::content::PlannedFile;
use super::expectation::{Expectation, Mode};
use super::implementations::Implementations;
use super::line;
use super::model::{Fence, Plan, PlannedClient};
use super::pass_phrases::pass_phrases;
use super::unsupported::Unsupported;
use crate::adapter::Adapter;
use crate::{Hearing, Scenario};
use timeline::StepId;

pub use group::LeftOut;

/// How many, for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadShape {
    /// Clients, in whole groups.
    pub clients: usize,
    /// No round begins later than this after the first.
    #[serde(rename = "for")]
    pub length: Duration,
    /// Who hears what is said to all.
    pub say: Hearing,
}

/// A load, decided as far as it can be before it is played.
#[derive(Clone, Debug)]
pub struct LoadPlan {
    /// What is common to all groups: clients, adapters, controls. It has no steps.
    pub whole: Plan,
    /// How many, for how long.
    pub shape: LoadShape,
    /// Steps of the scenario that are not played.
    pub left_out: Vec<LeftOut>,
    groups: Vec<Scenario>,
    main: Adapter,
    others: BTreeMap<String, Adapter>,
    root: PathBuf,
}

/// One round of one group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Round {
    /// As in a plan. That somebody never shows something is judged over the whole load.
    pub steps: Vec<PlannedStep>,
    /// To be made, or copied, before the first step.
    pub files: Vec<PlannedFile>,
    /// What is planted in this round.
    pub audit: AuditPlan,
}

impl LoadPlan {
    /// Decides who plays in which group. `identities` is how many ready-made keys there are,
    /// where clients get such: when there are more clients, they share.
    ///
    /// # Errors
    ///
    /// When the implementation cannot do what the steps ask, or when nothing of the scenario
    /// can be played under load.
    pub fn new(
        scenario: &Scenario,
        implementations: &Implementations<'_>,
        (seed, root): (u64, &Path),
        shape: LoadShape,
        identities: Option<usize>,
    ) -> Result<Self, Unsupported> {
        let size = scenario.clients.len();
        let count = (shape.clients / size.max(1)).max(1);
        let (played, left_out) = group::playable(scenario)?;
        let groups: Vec<Scenario> = (1..=count)
            .map(|group| group::group(scenario, &played, group, shape.say))
            .collect::<Result<_, _>>()?;
        let bare = Scenario {
            steps: Vec::new(),
            ..scenario.clone()
        };
        let mut plan = Self {
            whole: build(&bare, implementations.clone(), seed, root)?,
            shape: LoadShape {
                clients: count * size,
                ..shape
            },
            left_out,
            groups,
            main: implementations.main.clone(),
            others: implementations
                .others
                .iter()
                .map(|(name, other)| (name.clone(), (*other).clone()))
                .collect(),
            root: root.to_owned(),
        };
        plan.whole.clients = plan.clients(identities);
        plan.whole.audit.pass_phrases = pass_phrases(&plan.whole);
        plan.whole.opening = plan.opening()?;
        plan.whole.closing.fences = plan.fences()?;
        Ok(plan)
    }

    /// How many groups there are; they count from 1.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The clients of a group, in their order.
    pub fn members(&self, group: usize) -> Vec<String> {
        let scenario = group.checked_sub(1).and_then(|n| self.groups.get(n));
        let clients = scenario.iter().flat_map(|scenario| &scenario.clients);
        clients.map(|client| client.name.clone()).collect()
    }

    /// What a group does in a round, both counted from 1.
    ///
    /// # Errors
    ///
    /// As [`LoadPlan::new`], which has tried it.
    pub fn round(&self, group: usize, round: u32) -> Result<Round, Unsupported> {
        let Some(scenario) = group.checked_sub(1).and_then(|n| self.groups.get(n)) else {
            return Ok(Round::default());
        };
        let scenario = Scenario {
            id: format!("{}/{group}.{round}", scenario.id),
            ..scenario.clone()
        };
        let implementations = self.implementations();
        let mut builder = Builder::new(&scenario, &implementations, self.whole.seed, &self.root)?;
        let mut steps = builder.all_steps(&format!("{group}.{round}."))?;
        resolve_conflicts(&mut steps);
        drop_forbidden(&mut steps);
        Ok(Round {
            steps,
            files: builder.files,
            audit: AuditPlan {
                canaries: builder.planter.planted,
                ..builder.audit
            },
        })
    }

    /// Group, round and step of the scenario, of a step's id.
    pub fn place(id: &StepId) -> Option<(usize, u32, &str)> {
        let (group, rest) = id.0.split_once('.')?;
        let (round, step) = rest.split_once('.')?;
        Some((group.parse().ok()?, round.parse().ok()?, step))
    }

    fn implementations(&self) -> Implementations<'_> {
        let others = self.others.iter();
        Implementations {
            main: &self.main,
            others: others.map(|(name, other)| (name.clone(), other)).collect(),
        }
    }

    fn clients(&self, identities: Option<usize>) -> Vec<PlannedClient> {
        let clients = self.groups.iter().flat_map(|group| &group.clients);
        let planned = clients.enumerate().map(|(n, client)| PlannedClient {
            name: client.name.clone(),
            login: client.login.clone(),
            pool_index: identities
                .filter(|many| *many > 0)
                .map_or(n, |many| n % many),
            late: false,
            adapter: client.adapter.clone(),
        });
        planned.collect()
    }

    /// Everybody hears of those of the own group who start later.
    fn opening(&self) -> Result<Vec<Expectation>, Unsupported> {
        let implementations = self.implementations();
        let mut all = Vec::new();
        for scenario in &self.groups {
            let builder = Builder::new(scenario, &implementations, self.whole.seed, &self.root)?;
            all.extend(builder.opening());
        }
        Ok(all)
    }

    /// Everyone's last word to each other member of the group.
    fn fences(&self) -> Result<Vec<Fence>, Unsupported> {
        let prefix = self.whole.fence_prefix();
        let implementations = self.implementations();
        let mut fences = Vec::new();
        for scenario in &self.groups {
            let builder = Builder::new(scenario, &implementations, self.whole.seed, &self.root)?;
            let names: Vec<&str> = scenario
                .clients
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            for from in &names {
                let others: Vec<&str> = names.iter().filter(|to| *to != from).copied().collect();
                let text = format!("{prefix}-{from}");
                fences.extend(match self.shape.say {
                    Hearing::Everyone => vec![last_word(&builder, from, None, &others, &text)],
                    Hearing::Group => others
                        .iter()
                        .map(|to| last_word(&builder, from, Some(to), &[to], &text))
                        .collect(),
                });
            }
        }
        Ok(fences.into_iter().flatten().collect())
    }
}

/// A message that closes the whole load for those who must show it. Who has no way to type
/// it closes nothing.
fn last_word(
    builder: &Builder<'_>,
    from: &str,
    to: Option<&str>,
    observers: &[&str],
    text: &str,
) -> Option<Fence> {
    let to = to.map(|to| builder.login(to));
    let line = line::text(builder.adapter_of(from), builder.login(from), to, text)?;
    Some(Fence {
        from: from.to_owned(),
        to: to.map(str::to_owned),
        line,
        observers: observers.iter().map(|one| (*one).to_owned()).collect(),
        leaving: Vec::new(),
        text: text.to_owned(),
    })
}

/// That nobody shows what is not for them is one check over all rounds.
fn drop_forbidden(steps: &mut [PlannedStep]) {
    for step in steps {
        step.expects.retain(|one| one.mode != Mode::Never);
        if let Action::All { steps } = &mut step.action {
            drop_forbidden(steps);
        }
    }
}
