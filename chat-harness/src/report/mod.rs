//! Reports: what people and machines read. None of them judges; each is a function of what
//! was planned, recorded and judged.

pub mod json;
pub mod junit;
pub mod live;
mod searches;
pub mod terminal;

use std::path::PathBuf;
use std::time::Duration;

use crate::judge::{CheckKind, PlayVerdict, Verdict, Verdicts};
use crate::plan::Plan;
use crate::timeline::Event;

pub use searches::Searches;

/// Everything about one play.
#[derive(Clone, Debug)]
pub struct PlayReport {
    /// Its id.
    pub scenario: String,
    /// Its file.
    pub path: PathBuf,
    /// The implementation.
    pub adapter: String,
    /// With it, the play can be repeated.
    pub seed: u64,
    /// How strongly it was isolated.
    pub level: String,
    /// By the clock on the wall.
    pub elapsed: Duration,
    /// From 1.
    pub try_number: u32,
    /// What the judge says.
    pub verdicts: Verdicts,
    /// `None` when it was not played.
    pub plan: Option<Plan>,
    /// Its timeline.
    pub events: Vec<Event>,
    /// Where its files lie.
    pub dir: PathBuf,
}

impl PlayReport {
    /// What was searched.
    pub fn searches(&self) -> Searches {
        Searches::of(self.plan.as_ref(), &self.events)
    }
}

/// The exit code of a run: 3 plaintext, 1 failed, 4 cannot tell, 0 passed; where several
/// hold, the first of them in this order.
pub fn exit_code(plays: &[PlayReport]) -> u8 {
    let any = |wanted: &dyn Fn(&PlayReport) -> bool| plays.iter().any(wanted);
    let has_plaintext = |play: &PlayReport| {
        let audited = |check: &crate::judge::Check| {
            matches!(check.kind, CheckKind::Audit(_)) && check.verdict == Verdict::Plaintext
        };
        play.verdicts.checks.iter().any(audited)
    };
    if any(&has_plaintext) {
        3
    } else if any(&|play| {
        matches!(
            play.verdicts.play,
            PlayVerdict::Fail | PlayVerdict::Flaky | PlayVerdict::Orphan
        )
    }) {
        1
    } else if any(&|play| play.verdicts.play == PlayVerdict::CannotTell) {
        4
    } else {
        0
    }
}
