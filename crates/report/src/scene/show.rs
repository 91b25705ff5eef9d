//! A play that can be stepped back through.

use std::sync::Arc;

use super::Scene;
use super::record::Bytes;
use scenario::plan::Plan;
use timeline::{Event, Kind};

/// Everything that was seen of a play, and how it stood at each step.
#[derive(Debug)]
pub struct Show {
    plan: Arc<Plan>,
    events: Vec<Event>,
    /// Where each step of the plan is shown or begins, and the closing.
    begins: Vec<usize>,
    /// Where the line of the coming step was shown.
    composed: Option<usize>,
    /// As it stands now.
    pub now: Scene,
}

impl Show {
    /// Before the first event.
    pub fn new(plan: &Plan) -> Self {
        let plan = Arc::new(plan.clone());
        Self {
            events: Vec::new(),
            begins: Vec::new(),
            composed: None,
            now: Scene::new(Arc::clone(&plan)),
            plan,
        }
    }

    /// One event more.
    pub fn add(&mut self, event: Event, bytes: Bytes<'_>) {
        let begins = match &event.kind {
            Kind::StepBegan { step } => self.plan.steps.iter().any(|top| top.id == *step),
            Kind::Closing => true,
            _ => false,
        };
        let here = self.events.len();
        if begins {
            self.begins.push(self.composed.take().unwrap_or(here));
        } else if matches!(event.kind, Kind::Composed { .. }) {
            self.composed.get_or_insert(here);
        }
        self.now.add(&event, bytes);
        self.events.push(event);
    }

    /// The event that was the last to be added.
    pub fn last(&self) -> Option<&Event> {
        self.events.last()
    }

    /// Steps that are over, or go on.
    pub fn steps(&self) -> usize {
        self.now.begun()
    }

    /// As it stood when step `number` was over; 0 is before the first.
    pub fn at(&self, number: usize, bytes: Bytes<'_>) -> Scene {
        let end = self.begins.get(number).copied();
        let end = end.unwrap_or(self.events.len());
        let mut scene = Scene::new(Arc::clone(&self.plan));
        for event in self.events.iter().take(end) {
            scene.add(event, bytes);
        }
        scene
    }
}
