//! What happened so far, entry by entry.

use scenario::plan::Plan;
use timeline::{StepResult, visible};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryEntry {
    /// What kind.
    pub kind: StoryKind,
    /// In words.
    pub text: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryKind {
    /// A step began.
    Step,
    /// A record passed the relay.
    Passed,
    /// A step did not hold.
    Failed,
    /// A participant's process ended, and nobody wanted that.
    Ended,
    /// Somebody interfered.
    ByHand,
    /// Plaintext was found.
    Found,
    /// Something else.
    Note,
}

/// Why a step did not hold; `None` where it did.
pub(crate) fn failure(plan: &Plan, result: &StepResult) -> Option<String> {
    match result {
        StepResult::Held => None,
        StepResult::Missing(missing) => {
            let expected = plan.all_steps().flat_map(|step| &step.expects);
            let missing = expected.filter(|one| missing.contains(&one.id));
            let missing: Vec<String> = missing.map(|one| visible(&one.sentence)).collect();
            Some(format!("✘ not seen: {}", missing.join("; ")))
        }
        StepResult::Impossible(why) => Some(format!("✘ {}", visible(why))),
    }
}
