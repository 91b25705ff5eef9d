//! The steps in their order: `repeat` is written out, `all` is kept.

use std::time::Duration;

use timeline::StepId;

use super::action::{self, Action, Planned, PlannedStep};
use super::builder::{Builder, Here};
use super::unsupported::Unsupported;
use crate::Step;

/// Where a step stands among others.
#[derive(Clone, Copy)]
struct Inside {
    turn: Option<u32>,
    within: Option<Duration>,
}

impl Builder<'_> {
    /// Plans every step of the scenario; their ids begin with `parent`.
    pub(super) fn all_steps(&mut self, parent: &str) -> Result<Vec<PlannedStep>, Unsupported> {
        let inside = Inside {
            turn: None,
            within: None,
        };
        let scenario = self.scenario;
        self.steps(&scenario.steps, parent, inside)
    }

    fn steps(
        &mut self,
        steps: &[Step],
        parent: &str,
        inside: Inside,
    ) -> Result<Vec<PlannedStep>, Unsupported> {
        let mut planned = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            self.step(step, format!("{parent}{}", n + 1), inside, &mut planned)?;
        }
        Ok(planned)
    }

    fn step(
        &mut self,
        step: &Step,
        id: String,
        inside: Inside,
        planned: &mut Vec<PlannedStep>,
    ) -> Result<(), Unsupported> {
        let within = step.within.or(inside.within);
        let here = Here {
            id: &StepId(id),
            step,
            turn: inside.turn,
            within,
        };
        match action::of(self, here)? {
            Planned::One(one) => {
                planned.push(*one);
                self.world.apply(step.verb.effect());
            }
            Planned::All(steps) => planned.push(self.all(here, steps)?),
            Planned::Repeat(times, steps) => self.repeat(here, times, steps, planned)?,
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        here: Here<'_>,
        times: u32,
        steps: &[Step],
        planned: &mut Vec<PlannedStep>,
    ) -> Result<(), Unsupported> {
        let mut n = 0;
        for turn in 1..=times {
            let inside = Inside {
                turn: Some(turn),
                within: here.within,
            };
            for inner in steps {
                n += 1;
                let first = planned.len();
                self.step(inner, format!("{}.{n}", here.id.0), inside, planned)?;
                // What is said of the repetition is said once, at its first step.
                if let (1, Some(one)) = (n, planned.get_mut(first)) {
                    one.note = one.note.take().or_else(|| here.step.note.clone());
                }
            }
        }
        Ok(())
    }

    fn all(&mut self, here: Here<'_>, steps: &[Step]) -> Result<PlannedStep, Unsupported> {
        let mut after = self.world.clone();
        for effect in here.step.verb.effects() {
            after.apply(effect);
        }
        let before: Vec<String> = self.world.connected().map(str::to_owned).collect();
        self.group = Some(
            before
                .into_iter()
                .filter(|name| after.is_here(name))
                .collect(),
        );
        let inside = Inside {
            turn: here.turn,
            within: here.within,
        };
        let children = self.steps(steps, &format!("{}.", here.id.0), inside);
        self.group = None;
        let steps = children?;
        let sentence = format!("{} things at once", steps.len());
        Ok(action::planned(
            here,
            sentence,
            Action::All { steps },
            Vec::new(),
        ))
    }
}
