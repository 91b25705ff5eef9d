//! When something happened, counted in steps: what a reader moves through.

use crate::plan::{Plan, StepId};
use crate::timeline::{Event, Kind};

/// Where each step begins on the timeline.
#[derive(Debug)]
pub(super) struct Moments<'a> {
    /// First event of each step that was reached, in order, with the step.
    begins: Vec<(u64, &'a StepId)>,
    /// First event behind the last step.
    closing: Option<u64>,
}

impl<'a> Moments<'a> {
    pub(super) fn of(plan: &'a Plan, events: &[Event]) -> Self {
        let begins = events.iter().filter_map(|event| match &event.kind {
            Kind::StepBegan { step } => {
                let top = plan.steps.iter().find(|one| one.id == *step)?;
                Some((event.n, &top.id))
            }
            _ => None,
        });
        let closing = events
            .iter()
            .find(|event| matches!(event.kind, Kind::Closing | Kind::Stopping));
        Self {
            begins: begins.collect(),
            closing: closing.map(|event| event.n),
        }
    }

    /// 0 before the first step, then the number of the step, then one more for the end.
    pub(super) fn at(&self, n: u64) -> usize {
        if self.closing.is_some_and(|closing| n >= closing) {
            return self.last();
        }
        self.begins.partition_point(|(begin, _)| *begin <= n)
    }

    /// The end.
    pub(super) fn last(&self) -> usize {
        self.begins.len() + 1
    }

    /// The number of a step, or of the one that it is a part of; `None` when it was not
    /// reached.
    pub(super) fn of_step(&self, id: &StepId) -> Option<usize> {
        let whole = self.begins.iter().position(|(_, step)| {
            id == *step
                || id
                    .0
                    .strip_prefix(&step.0)
                    .is_some_and(|rest| rest.starts_with('.'))
        });
        whole.map(|place| place + 1)
    }
}
