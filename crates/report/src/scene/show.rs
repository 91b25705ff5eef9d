//! A play that can be stepped back through.

use std::sync::Arc;

use super::Scene;
use super::record::Bytes;
use scenario::plan::Plan;
use timeline::{Event, Kind};

/// Where on the timeline a step of the plan begins, or the closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Where its line is shown before it is typed; where it begins if none is.
    pub shown: usize,
    /// Where it begins.
    pub begins: usize,
}

/// Every step that was reached, then the closing.
pub fn begins(plan: &Plan, events: &[Event]) -> Vec<Begin> {
    let mut all = Vec::new();
    let mut shown = None;
    for (place, event) in events.iter().enumerate() {
        let is_begin = match &event.kind {
            Kind::StepBegan { step } => plan.steps.iter().any(|top| top.id == *step),
            Kind::Closing => true,
            Kind::Composed { .. } => {
                shown.get_or_insert(place);
                false
            }
            _ => false,
        };
        if is_begin {
            all.push(Begin {
                shown: shown.take().unwrap_or(place),
                begins: place,
            });
        }
    }
    all
}

/// Everything that was seen of a play.
#[derive(Debug)]
pub struct Show {
    plan: Arc<Plan>,
    events: Vec<Event>,
    /// As it stands now.
    pub now: Scene,
}

impl Show {
    /// Before the first event.
    pub fn new(plan: &Plan) -> Self {
        let plan = Arc::new(plan.clone());
        Self {
            events: Vec::new(),
            now: Scene::new(Arc::clone(&plan)),
            plan,
        }
    }

    /// One event more.
    pub fn add(&mut self, event: Event, bytes: Bytes<'_>) {
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
        let begins = begins(&self.plan, &self.events);
        let end = begins.get(number).map(|begin| begin.shown);
        let mut scene = Scene::new(Arc::clone(&self.plan));
        for event in self.events.iter().take(end.unwrap_or(self.events.len())) {
            scene.add(event, bytes);
        }
        scene
    }
}
