//! What a play does, step by step: its order, and what all steps have in common.
//!
//! ```text
//! opening ── starting (relay, clients) ── dialogue ── values that others show
//! typing, leaving, relay, faults ── one kind of step each
//! commands ── what whoever controls the play wants instead
//! searching, stores ── scans of the relay, and clients' own stores
//! fences, stop ── the end
//! load ── the same for many groups at once
//! ```

mod clients;
mod commands;
mod dialogue;
mod faults;
mod fences;
mod impossible;
mod leaving;
pub(super) mod load;
mod opening;
mod relay;
mod searching;
mod stop;
mod stores;
#[cfg(test)]
mod tests;
mod typing;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use self::impossible::StepImpossible;
use super::Play;
use crate::EngineError;
use crate::status::Phase;
use matching::{at_once, only_expects};
use scenario::plan::{Action, Expectation, PlannedFile, PlannedStep};
use timeline::{Direction, ExpectationId, Kind, StepResult};

/// How long a relay may take to stop, before it is killed.
const STOP: Duration = Duration::from_secs(5);

/// Nothing is due until then.
pub(super) const LATER: Duration = Duration::from_secs(60 * 60);

impl Play<'_> {
    /// From the first process to the last fence.
    pub(super) async fn act(&mut self) -> Result<(), EngineError> {
        self.fill_outboxes(&self.plan.files)?;
        let plan = self.plan;
        let early = plan.clients.iter().filter(|client| !client.late);
        let batches = self.in_turns(early.collect());
        let held = self.start_relay().await? && self.open(batches).await? && self.steps().await?;
        self.close(held).await
    }

    /// What follows the last step; `held` says whether all went well so far.
    pub(super) async fn close(&mut self, held: bool) -> Result<(), EngineError> {
        self.control.let_go();
        self.record.append(Kind::Closing)?;
        self.control
            .progress
            .turn_to(Phase::Closing, self.clock.now());
        if !held {
            self.let_relay_die().await?;
        }
        self.fences(held).await
    }

    fn fill_outboxes(&mut self, files: &[PlannedFile]) -> Result<(), EngineError> {
        self.participants.fill_outboxes(files, &mut self.record)
    }

    /// Digests files that have appeared in downloads where one is awaited.
    fn poll_files(&mut self) -> Result<(), EngineError> {
        self.participants
            .poll_files(&self.expected.files(), &mut self.record)
    }

    async fn steps(&mut self) -> Result<bool, EngineError> {
        let plan = self.plan;
        for (place, step) in plan.steps.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|place| plan.steps.get(place));
            if !self.wait_for_turn(step, before).await? {
                return Ok(false);
            }
            self.scan_before_texts(place).await?;
            let act = self.watch_relay(place).await?;
            let held = self.step(step).await?;
            self.end_watch(act, &step.id.0).await?;
            if !held || self.control.progress.is_over {
                return Ok(false);
            }
            self.scan_after_step(place, &step.id.0).await?;
        }
        Ok(true)
    }

    /// One step. False when something awaited has not come.
    async fn step(&mut self, step: &PlannedStep) -> Result<bool, EngineError> {
        let group = at_once(step);
        self.begin_step(&group)?;
        let impossible = self.perform_all(&group).await?;
        if impossible.is_none() {
            self.await_expected(&group).await?;
            self.settle(&joining(&group)).await?;
        }
        self.leave_for_good(&group).await?;
        self.end_step(&group, impossible.as_ref(), everybody).await
    }

    /// Records that a step begins, and begins to expect what it expects.
    pub(super) fn begin_step(&mut self, group: &[&PlannedStep]) -> Result<(), EngineError> {
        let only_expects = only_expects(group);
        if !only_expects {
            self.acted = self.record.events().len();
        }
        if let Some(first) = group.first() {
            self.control.progress.step(first, self.clock.now());
        }
        // The judge counts from the first of these events, too.
        let began = self.record.now();
        for one in group {
            let step = one.id.clone();
            self.record.append_at(began, Kind::StepBegan { step })?;
        }
        let expected = group.iter().flat_map(|one| &one.expects);
        self.participants
            .await_files(expected.clone(), &mut self.record)?;
        let since = only_expects.then_some(self.acted);
        let now = (self.record.events(), began);
        self.expected.add(expected, self.plan, now, since);
        Ok(())
    }

    /// Does what a step does; why it cannot be done, where it cannot.
    pub(super) async fn perform_all(
        &mut self,
        group: &[&PlannedStep],
    ) -> Result<Option<StepImpossible>, EngineError> {
        for one in group {
            if let Err(why) = self.perform(&one.action).await? {
                return Ok(Some(why));
            }
        }
        Ok(None)
    }

    /// Records how a step of these clients went. False when something awaited has not come.
    pub(super) async fn end_step(
        &mut self,
        group: &[&PlannedStep],
        impossible: Option<&StepImpossible>,
        whose: impl Fn(&str) -> bool,
    ) -> Result<bool, EngineError> {
        let events = self.record.events();
        let missing = self.expected.take_missing(whose, events);
        self.guess_why(group, &missing).await?;
        for one in group.iter().rev() {
            let own = one.expects.iter().map(|expectation| &expectation.id);
            let own: Vec<_> = own.filter(|id| missing.contains(id)).cloned().collect();
            let result = match (impossible, own.is_empty()) {
                (Some(why), _) => StepResult::Impossible(why.to_string()),
                (None, true) => StepResult::Held,
                (None, false) => StepResult::Missing(own),
            };
            self.record.append(Kind::StepEnded {
                step: one.id.clone(),
                result,
            })?;
        }
        Ok(missing.is_empty() && impossible.is_none())
    }

    /// Records what may keep those from whom something has not come, and those who should have sent
    /// it.
    async fn guess_why(
        &mut self,
        group: &[&PlannedStep],
        missing: &[ExpectationId],
    ) -> Result<(), EngineError> {
        let expects = group.iter().flat_map(|step| &step.expects);
        let missing: Vec<_> = expects.filter(|one| missing.contains(&one.id)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let silent: BTreeSet<&String> = missing.iter().map(|one| &one.client).collect();
        let reading = self.who_reads(silent.iter().copied()).await?;
        let idle: BTreeSet<&String> = missing
            .iter()
            .filter_map(|one| one.about.as_ref())
            .collect();
        let idle = idle
            .difference(&silent)
            .map(|who| (*who, self.participants.why_idle(who)));
        let events = self.record.events();
        let silent = silent.iter().map(|who| {
            let reads = reading.contains(who.as_str());
            (*who, self.participants.why_silent(who, reads, events))
        });
        let guesses: Vec<_> = silent
            .chain(idle)
            .filter_map(|(who, why)| Some((who.clone(), why?)))
            .collect();
        for (who, why) in guesses {
            self.record.append(Kind::Guess { who, why })?;
        }
        Ok(())
    }

    /// Who of these waits for input. What happens until all have been asked is recorded.
    pub(super) async fn who_reads<'w>(
        &mut self,
        whom: impl IntoIterator<Item = &'w String>,
    ) -> Result<BTreeSet<&'w str>, EngineError> {
        let pids = whom.into_iter();
        let pids = pids.filter_map(|who| Some((self.participants.pid(who)?, who.as_str())));
        let pids: BTreeMap<i32, &str> = pids.collect();
        let asked = self.host.who_reads(pids.keys().copied().collect());
        let mut reading = BTreeSet::new();
        let answered = async {
            reading = asked.await.unwrap_or_default();
        };
        self.meanwhile(answered, None).await?;
        let reading = pids.into_iter().filter(|(pid, _)| reading.contains(pid));
        Ok(reading.map(|(_, who)| who).collect())
    }

    /// Waits for everything that is expected, of these steps where it is of any, as long as it can
    /// still come.
    pub(super) async fn await_expected(
        &mut self,
        group: &[&PlannedStep],
    ) -> Result<(), EngineError> {
        let latest = self.clock.now() + Duration::from_secs(24 * 60 * 60);
        self.until(latest, |play| {
            play.poll_files()?;
            play.see();
            let in_vain = |one: &Expectation| play.is_in_vain(one, group, play.acted);
            let now = play.clock.now();
            Ok(play.expected.is_over(everybody, in_vain, now))
        })
        .await?;
        // What came in time may still wait to be recorded.
        self.take_queued()
    }

    /// Whether something awaited cannot come any more: who should show it has ended, or who does
    /// in this step what it is about has, and had sent nothing at all since the step began, as the
    /// number of that event says.
    fn is_in_vain(&self, one: &Expectation, group: &[&PlannedStep], began: usize) -> bool {
        if self.participants.is_silent(&one.client) {
            return true;
        }
        let mut steps = group.iter();
        let step = steps.find(|step| step.expects.iter().any(|expected| expected.id == one.id));
        let actor = step.and_then(|step| actor(step));
        actor.is_some_and(|who| self.participants.is_silent(who) && !self.was_heard(who, began))
    }

    /// Whether a client has sent anything, or connected, since so many events.
    fn was_heard(&self, who: &str, began: usize) -> bool {
        let since = self.record.events().get(began..).unwrap_or_default();
        since.iter().any(|event| match &event.kind {
            Kind::LinkOpened { link } => link == who,
            Kind::Wire {
                link,
                direction: Direction::Up,
                ..
            } => link == who,
            _ => false,
        })
    }

    /// Does it.
    async fn perform(
        &mut self,
        action: &Action,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        match action {
            Action::All { .. } | Action::Expect => Ok(Ok(())),
            Action::Beat { length } => {
                if self.control.pace.is_watched() {
                    self.rest(*length).await?;
                }
                Ok(Ok(()))
            }
            Action::Fault {
                clients,
                fault,
                seed,
            } => self.fault(clients, fault, *seed).await.map(Ok),
            Action::Heal { clients } => {
                self.links.heal(clients);
                Ok(Ok(()))
            }
            Action::Join { client } => {
                if self.participants.is_running(client) && !self.make_way(client).await? {
                    let client = client.clone();
                    return Ok(Err(StepImpossible::StillRuns { client }));
                }
                let plan = self.plan;
                let planned = plan.clients.iter().find(|one| one.name == *client);
                let planned = planned.ok_or(EngineError::Fault("a client that nobody planned"))?;
                let started = self.start_client(planned).await?;
                Ok(started.then_some(()).ok_or_else(|| {
                    let client = client.clone();
                    StepImpossible::NotStarted { client }
                }))
            }
            Action::Leave { client, how } => self.leave(client, *how).await,
            Action::Relay { action } => self.relay(*action).await,
            Action::Type {
                client,
                line,
                answer,
            } => self.type_for_step(client, line, answer.as_ref()).await,
        }
    }
}

/// The client without whom nothing comes of a step.
fn actor(step: &PlannedStep) -> Option<&str> {
    match (&step.action, &step.sent) {
        (Action::Join { client }, _) => Some(client),
        (_, Some(sent)) => Some(&sent.from),
        _ => None,
    }
}

/// The clients that join in these steps.
fn joining<'g>(group: &[&'g PlannedStep]) -> Vec<&'g str> {
    let clients = group.iter().filter_map(|step| match &step.action {
        Action::Join { client } => Some(client.as_str()),
        _ => None,
    });
    clients.collect()
}

/// All clients, where only some may be affected.
fn everybody(_: &str) -> bool {
    true
}
