//! When something happened, counted in steps: what a reader moves through.

use std::collections::{BTreeMap, BTreeSet};

use scenario::plan::Plan;
use timeline::{Event, Kind, StepId};

/// Where each step begins on the timeline.
#[derive(Debug)]
pub(super) struct Moments<'a> {
    /// First event of each step that was reached, in order.
    begins: Vec<u64>,
    /// Their numbers, from 1 on.
    numbers: BTreeMap<&'a str, usize>,
    /// First event behind the last step.
    closing: Option<u64>,
}

impl<'a> Moments<'a> {
    pub(super) fn of(plan: &'a Plan, events: &[Event]) -> Self {
        let steps: BTreeSet<&str> = plan.steps.iter().map(|step| step.id.0.as_str()).collect();
        let mut begins = Vec::new();
        let mut numbers = BTreeMap::new();
        for event in events {
            if let Kind::StepBegan { step } = &event.kind
                && let Some(id) = steps.get(step.0.as_str())
            {
                begins.push(event.n);
                numbers.entry(*id).or_insert(begins.len());
            }
        }
        let closing = events
            .iter()
            .find(|event| matches!(event.kind, Kind::Closing | Kind::Stopping));
        Self {
            begins,
            numbers,
            closing: closing.map(|event| event.n),
        }
    }

    /// 0 before the first step, then the number of the step, then one more for the end.
    pub(super) fn at(&self, n: u64) -> usize {
        if self.closing.is_some_and(|closing| n >= closing) {
            return self.last();
        }
        self.begins.partition_point(|begin| *begin <= n)
    }

    /// The end.
    pub(super) fn last(&self) -> usize {
        self.begins.len() + 1
    }

    /// The number of a step, or of the one that it is a part of; `None` when it was not
    /// reached.
    pub(super) fn of_step(&self, id: &StepId) -> Option<usize> {
        let mut id = id.0.as_str();
        loop {
            if let Some(number) = self.numbers.get(id) {
                return Some(*number);
            }
            (id, _) = id.rsplit_once('.')?;
        }
    }
}
