//! Which step it is, and what came of it.

use super::story::failure;
use super::{ParticipantState, Scene, ScenePhase, StoryKind};
use scenario::plan::PlannedStep;
use timeline::{ControlCommand, StepId, StepResult, visible};

impl Scene {
    /// The step that goes on, or was the last one.
    pub fn step(&self) -> Option<&PlannedStep> {
        match self.phase {
            ScenePhase::Step(number) | ScenePhase::Between(number) => {
                self.plan.steps.get(number.checked_sub(1)?)
            }
            ScenePhase::Opening | ScenePhase::Closing | ScenePhase::Stopping => None,
        }
    }

    /// The step that comes next.
    pub fn coming(&self) -> Option<&PlannedStep> {
        match self.phase {
            ScenePhase::Between(number) => self.plan.steps.get(number),
            ScenePhase::Opening
            | ScenePhase::Step(_)
            | ScenePhase::Closing
            | ScenePhase::Stopping => None,
        }
    }

    /// The line of the coming step is shown.
    pub fn is_composed(&self) -> bool {
        self.participants.iter().any(|one| one.coming.is_some())
    }

    /// Steps that have begun.
    pub fn begun(&self) -> usize {
        let steps = self.story.iter();
        steps.filter(|entry| entry.kind == StoryKind::Step).count()
    }

    /// The opening is over when the first step begins; until then clients get ready.
    pub(super) fn opened(&mut self) {
        let mut early = self.plan.clients.iter().filter(|client| !client.late);
        let is_ready = |who: &str| {
            let mut all = self.participants.iter();
            all.any(|one| one.name == who && one.status == ParticipantState::Ready)
        };
        if self.phase == ScenePhase::Opening && early.all(|client| is_ready(&client.name)) {
            self.phase = ScenePhase::Between(0);
        }
    }

    pub(super) fn begin(&mut self, id: &StepId) {
        let mut steps = self.plan.steps.iter().enumerate();
        let Some((place, step)) = steps.find(|(_, step)| step.id == *id) else {
            return;
        };
        let text = format!("{} {}", place + 1, visible(&step.sentence));
        self.phase = ScenePhase::Step(place + 1);
        self.notice = None;
        self.missing.clear();
        self.impossible = None;
        self.report(StoryKind::Step, text);
    }

    pub(super) fn end(&mut self, id: &StepId, result: &StepResult) {
        match result {
            StepResult::Held => {}
            StepResult::Missing(missing) => self.missing.extend(missing.iter().cloned()),
            StepResult::Impossible(why) => self.impossible = Some(visible(why)),
        }
        if let Some(why) = failure(&self.plan, result) {
            self.report(StoryKind::Failed, why);
        }
        if let Some(place) = self.plan.steps.iter().position(|step| step.id == *id) {
            self.phase = ScenePhase::Between(place + 1);
        }
    }

    pub(super) fn interfered(&mut self, ask: &ControlCommand, refused: Option<&str>) {
        let sentence = visible(&ask.sentence());
        match refused {
            Some(why) => self.notice = Some(format!("not done: {}", visible(why))),
            None => {
                self.report(StoryKind::ByHand, sentence.clone());
                self.by_hand.push(sentence);
                self.notice = None;
            }
        }
    }
}
