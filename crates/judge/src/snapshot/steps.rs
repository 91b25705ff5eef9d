//! A timeline cut into the steps of its plan.

use scenario::plan::{Action, Plan, PlannedStep};
use timeline::{Event, Kind};

/// What happened during one step of the top level, or before the first one.
#[derive(Debug)]
pub(super) struct Chapter<'a> {
    /// `None` for what came before step 1.
    pub(super) step: Option<&'a PlannedStep>,
    pub(super) events: Vec<&'a Event>,
}

/// The chapters of a play, up to its closing. What happens while a step only checks belongs to
/// the step that did something before it: it may have come a moment earlier as well.
pub(super) fn chapters<'a>(plan: &'a Plan, events: &'a [Event]) -> Vec<Chapter<'a>> {
    let mut chapters = vec![Chapter {
        step: None,
        events: Vec::new(),
    }];
    let mut acting = 0;
    for event in events {
        match &event.kind {
            Kind::Closing | Kind::Stopping => break,
            Kind::StepBegan { step } => {
                if let Some(step) = plan.steps.iter().find(|one| one.id == *step) {
                    if !matches!(step.action, Action::Expect | Action::Beat { .. }) {
                        acting = chapters.len();
                    }
                    chapters.push(Chapter {
                        step: Some(step),
                        events: Vec::new(),
                    });
                }
            }
            _ => {
                if let Some(chapter) = chapters.get_mut(acting) {
                    chapter.events.push(event);
                }
            }
        }
    }
    chapters
}

impl Chapter<'_> {
    /// `## 3 alice sends bob a private message`.
    pub(super) fn title(&self) -> String {
        match self.step {
            Some(step) => format!("## {} {}", step.id.0, step.sentence),
            None => "## start".to_owned(),
        }
    }

    /// Its steps happen at once: what is shown has no order.
    pub(super) fn is_unordered(&self) -> bool {
        self.step
            .is_some_and(|step| matches!(step.action, Action::All { .. }))
    }
}
