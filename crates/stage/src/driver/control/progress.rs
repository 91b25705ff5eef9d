//! How far a play has come, and how long it may take.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::status::{Awaited, Phase, Status};
use scenario::plan::PlannedStep;

/// Where a play is, who was last_output when, and how long all of it may take.
#[derive(Debug)]
pub(in crate::driver) struct Progress {
    phase: Phase,
    since: Instant,
    last_output: BTreeMap<String, Instant>,
    limit: Option<Instant>,
    /// A participant and what it should do, which is no expectation of the plan.
    besides: Option<(String, String)>,
    /// The limit was reached.
    pub(in crate::driver) is_over: bool,
}

impl Progress {
    /// From now on, for so long at most.
    pub(in crate::driver) fn begin(now: Instant, limit: Option<Duration>) -> Self {
        Self {
            phase: Phase::Opening,
            since: now,
            last_output: BTreeMap::new(),
            limit: limit.map(|limit| now + limit),
            besides: None,
            is_over: false,
        }
    }

    /// Something that the plan does not expect is waited for first.
    pub(in crate::driver) fn waits_for(&mut self, who: &str, what: &str) {
        self.besides = Some((who.to_owned(), what.to_owned()));
    }

    /// It has come, or will not.
    pub(in crate::driver) fn waits_no_more(&mut self) {
        self.besides = None;
    }

    /// Something else begins.
    pub(in crate::driver) fn turn_to(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }

    /// A step begins; under load, where many go on at once, one more.
    pub(in crate::driver) fn step(&mut self, step: &PlannedStep, now: Instant) {
        if self.phase != Phase::Load {
            let phase = Phase::Step {
                id: step.id.0.clone(),
                sentence: step.sentence.clone(),
            };
            self.turn_to(phase, now);
        }
    }

    /// A participant printed something.
    pub(in crate::driver) fn hear(&mut self, who: &str, now: Instant) {
        match self.last_output.get_mut(who) {
            Some(last_output) => *last_output = now,
            None => drop(self.last_output.insert(who.to_owned(), now)),
        }
    }

    /// The limit has come, and that is not recorded yet.
    pub(in crate::driver) fn is_due(&self, now: Instant) -> bool {
        !self.is_over && self.limit.is_some_and(|limit| limit <= now)
    }

    /// The limit, if it comes before a deadline.
    pub(in crate::driver) fn clamp(&self, deadline: Instant) -> Instant {
        self.limit.map_or(deadline, |limit| limit.min(deadline))
    }

    /// Only what must be done anyway follows: no limit any more.
    pub(in crate::driver) fn lift(&mut self, now: Instant) {
        self.limit = None;
        self.is_over = false;
        self.turn_to(Phase::Stopping, now);
    }

    /// The status, where `awaited` says who and what.
    pub(in crate::driver) fn status(
        &self,
        awaited: impl IntoIterator<Item = (String, String)>,
        now: Instant,
    ) -> Status {
        let awaited = self
            .besides
            .clone()
            .into_iter()
            .chain(awaited)
            .map(|(who, what)| Awaited {
                silent: self
                    .last_output
                    .get(&who)
                    .map(|last_output| now - *last_output),
                who,
                what,
            });
        Status {
            phase: self.phase.clone(),
            lasts: now - self.since,
            awaited: awaited.collect(),
        }
    }
}
