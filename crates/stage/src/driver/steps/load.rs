//! A load: many groups at once, each a small state machine in the one driver of a play.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::Instant;

use super::LATER;
use super::impossible::StepImpossible;
use crate::EngineError;
use crate::driver::{POLL_FILES, Play};
use crate::status::Phase;
use matching::at_once;
use scenario::plan::{Expectation, LoadPlan, PlannedClient, PlannedStep, Round};

/// Clients that start at a time.
const STARTED_AT_ONCE: usize = 8;

/// Every client needs a dozen: pipes, sockets, files that its bytes are kept in. Where the
/// system allows no more, starting a client will say so.
pub(crate) fn allow_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, most).ok();
}

/// One group on its way through its rounds.
#[derive(Debug)]
struct Group {
    /// Counts from 1.
    number: usize,
    members: Vec<String>,
    round: u32,
    steps: Vec<PlannedStep>,
    /// The step that is done now, among `steps`.
    at: usize,
    /// Where on the timeline its last step began that did something.
    acted: usize,
    /// It waits for what its step expects; otherwise it has ended.
    waits: bool,
    /// Everything has held so far.
    holds: bool,
}

impl Group {
    fn has(&self, who: &str) -> bool {
        self.members.iter().any(|member| member == who)
    }
}

impl Play<'_> {
    /// From the first process to the last fence.
    pub(in crate::driver) async fn act_under_load(
        &mut self,
        load: &LoadPlan,
    ) -> Result<(), EngineError> {
        let held = self.start_relay().await?
            && self.open(batches(load, &self.plan.clients)).await?
            && self.rounds(load).await?;
        self.close(held).await
    }

    /// Lets every group play round after round until the time is over, but at least one, and its
    /// last round to the end. False when something has not held.
    async fn rounds(&mut self, load: &LoadPlan) -> Result<bool, EngineError> {
        self.control.progress.turn_to(Phase::Load, self.clock.now());
        let last_begin = self.clock.now() + load.shape.length;
        let mut groups: Vec<Group> = (1..=load.groups())
            .map(|number| Group {
                number,
                members: load.members(number),
                round: 0,
                steps: Vec::new(),
                at: 0,
                acted: 0,
                waits: false,
                holds: true,
            })
            .collect();
        for group in &mut groups {
            self.advance(load, group, last_begin).await?;
        }
        while groups.iter().any(|group| group.waits) && !self.control.progress.is_over {
            self.await_news().await?;
            let now = self.clock.now();
            self.take_queued()?;
            let (stirred, is_due) = self.expected.take_news(now);
            for group in groups.iter_mut().filter(|group| group.waits) {
                if is_due || stirred.iter().any(|who| group.has(who)) {
                    self.watch_rounds(load, group, last_begin).await?;
                }
            }
        }
        Ok(groups.iter().all(|group| group.holds) && !self.control.progress.is_over)
    }

    /// Waits until somebody has shown something awaited, has ended, or is late.
    async fn await_news(&mut self) -> Result<(), EngineError> {
        let mut polled = None;
        self.until(self.clock.now() + LATER, |play| {
            let now = play.clock.now();
            if polled.is_none_or(|before| now - before >= POLL_FILES) {
                polled = Some(now);
                play.poll_files()?;
            }
            play.see();
            Ok(play.expected.has_news(now))
        })
        .await
        .map(drop)
    }

    /// Ends the step of a group if everything has come or is late, and begins the next.
    async fn watch_rounds(
        &mut self,
        load: &LoadPlan,
        group: &mut Group,
        last_begin: Instant,
    ) -> Result<(), EngineError> {
        if !self.is_done(group) {
            return Ok(());
        }
        self.end_one(group, None).await?;
        self.advance(load, group, last_begin).await
    }

    fn is_done(&mut self, group: &Group) -> bool {
        self.see();
        let step = group.steps.get(group.at).map(at_once).unwrap_or_default();
        let in_vain = |one: &Expectation| self.is_in_vain(one, &step, group.acted);
        let now = self.clock.now();
        self.expected.is_over(|who| group.has(who), in_vain, now)
    }

    /// Begins steps until one has to be waited for, or until the group has ended.
    async fn advance(
        &mut self,
        load: &LoadPlan,
        group: &mut Group,
        last_begin: Instant,
    ) -> Result<(), EngineError> {
        while group.holds {
            if group.at >= group.steps.len() {
                if group.round > 0 && self.clock.now() >= last_begin {
                    break;
                }
                self.next_round(load, group)?;
            }
            let impossible = self.begin_one(group).await?;
            if impossible.is_none() && !self.is_done(group) {
                group.waits = true;
                return Ok(());
            }
            self.end_one(group, impossible.as_ref()).await?;
        }
        group.waits = false;
        Ok(())
    }

    fn next_round(&mut self, load: &LoadPlan, group: &mut Group) -> Result<(), EngineError> {
        group.round += 1;
        let planned = load.round(group.number, group.round);
        let Round {
            steps,
            files,
            audit,
        } = planned.map_err(|_| EngineError::Fault("a round that cannot be planned"))?;
        for who in &group.members {
            self.participants
                .take_away_received(who, &mut self.record)?;
        }
        self.fill_outboxes(&files)?;
        let is_first = (group.number, group.round) == (1, 1);
        self.scans.plant(audit, &files, is_first);
        group.steps = steps;
        group.at = 0;
        Ok(())
    }

    async fn begin_one(
        &mut self,
        group: &mut Group,
    ) -> Result<Option<StepImpossible>, EngineError> {
        let Some(step) = group.steps.get(group.at) else {
            return Ok(None);
        };
        let together = at_once(step);
        self.acted = group.acted;
        self.begin_step(&together)?;
        let impossible = self.perform_all(&together).await?;
        group.acted = self.acted;
        Ok(impossible)
    }

    async fn end_one(
        &mut self,
        group: &mut Group,
        impossible: Option<&StepImpossible>,
    ) -> Result<(), EngineError> {
        if let Some(step) = group.steps.get(group.at) {
            let whose = |who: &str| group.members.iter().any(|member| member == who);
            group.holds = self.end_step(&at_once(step), impossible, whose).await?;
        }
        group.at += 1;
        Ok(())
    }
}

/// The first clients of all groups, some at a time, then the second ones, and so on: within
/// a group one after another, so that each is notified of those behind it.
fn batches<'p>(load: &LoadPlan, clients: &'p [PlannedClient]) -> Vec<Vec<&'p PlannedClient>> {
    let size = clients.len() / load.groups().max(1);
    let mut batches = Vec::new();
    for nth in 0..size {
        let of_each: Vec<&PlannedClient> = clients.iter().skip(nth).step_by(size).collect();
        batches.extend(of_each.chunks(STARTED_AT_ONCE).map(<[_]>::to_vec));
    }
    batches
}
