//! What came of a play and of a run.

use std::cmp::Reverse;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::as_seconds;
use super::provenance::Provenance;
use super::searches::Searches;
use super::step_time::StepTime;
use super::used::Used;
use super::words::tries_in_words;
use judge::{Check, PlayVerdict, Verdict, Verdicts};
use timeline::visible;

/// Everything about one scenario in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlayReport {
    /// Its id.
    pub scenario: String,
    /// Its file, relative to the root of the workspace if it is inside.
    pub path: PathBuf,
    /// The implementation.
    pub adapter: String,
    /// With it, the play can be repeated.
    pub seed: u64,
    /// How strongly it was isolated.
    pub level: String,
    /// From the first to the last event of the try that is reported.
    #[serde(rename = "seconds", with = "as_seconds")]
    pub elapsed: Duration,
    /// Which try is reported here, from 1: the first that did not pass, else the last.
    #[serde(rename = "try")]
    pub try_number: u32,
    /// The outcome of each attempt.
    pub tries: Vec<Tried>,
    /// What the judge says.
    #[serde(flatten)]
    pub verdicts: Verdicts,
    /// What was searched.
    #[serde(rename = "searched")]
    pub searches: Searches,
    /// How long each step took.
    #[serde(default)]
    pub steps: Vec<StepTime>,
    /// What each participant used.
    pub used: Vec<Used>,
    /// Where its files are, relative to the directory of the run.
    pub dir: PathBuf,
}

/// The outcome of one attempt at a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// From 1.
    #[serde(rename = "try")]
    pub number: u32,
    /// Of the whole play.
    pub verdict: PlayVerdict,
    /// From its first to its last event.
    #[serde(rename = "seconds", with = "as_seconds")]
    pub elapsed: Duration,
}

/// The outcome of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// When, where and of which commit.
    #[serde(default)]
    pub provenance: Provenance,
    /// One for each scenario, by id.
    pub plays: Vec<PlayReport>,
    /// What must not be left, in sentences: processes, snapshots of nothing or without a
    /// decision, scenarios that were planned and never played.
    pub left: Vec<String>,
    /// Wall-clock time.
    #[serde(rename = "seconds", with = "as_seconds")]
    pub elapsed: Duration,
}

impl PlayReport {
    /// The checks that did not pass, the worst first; of those that are as bad, the one that was
    /// settled first, because what comes later may follow from it.
    pub fn red(&self) -> impl Iterator<Item = &Check> {
        let checks = self.verdicts.checks.iter();
        let red = checks.filter(|check| check.verdict != Verdict::Pass);
        let mut red: Vec<&Check> = red.collect();
        red.sort_by_key(|check| {
            let settled = check.evidence.event.unwrap_or(u64::MAX);
            (Reverse(check.verdict), settled)
        });
        red.into_iter()
    }

    /// Why it did not pass: what was seen, and not what was expected. `None` where it passed.
    pub fn reason(&self) -> Option<String> {
        match &self.verdicts.play {
            PlayVerdict::Skip(why) | PlayVerdict::Unsupported(why) | PlayVerdict::Xfail(why) => {
                return Some(visible(why));
            }
            PlayVerdict::Flaky if self.red().next().is_none() => {
                return Some(tries_in_words(&self.tries));
            }
            _ => {}
        }
        let check = self.red().next()?;
        let seen = match check.evidence.got.as_str() {
            "" => check.name.as_str(),
            got => got,
        };
        let step = check.step.as_ref();
        let step = step.map_or(String::new(), |step| format!("step {}: ", step.0));
        Some(visible(&format!("{step}{seen}")))
    }

    /// What is beside its verdict: why it did not pass, or what that it passed says nothing about.
    pub fn note(&self) -> String {
        let note = self.reason().or_else(|| self.verdicts.limit());
        note.unwrap_or_default()
    }

    /// What there is to learn, where this play has shown it; else, that it has not.
    pub fn lesson(&self, lesson: &str) -> String {
        let lesson = visible(lesson);
        match self.verdicts.play {
            PlayVerdict::Pass => lesson,
            PlayVerdict::Plaintext => format!("refuted by this play: {lesson}"),
            _ => format!("not shown by this play: {lesson}"),
        }
    }

    /// It needs a reader: it did not pass.
    pub fn is_red(&self) -> bool {
        worst(std::slice::from_ref(self)) != 0
    }

    fn is_played(&self) -> bool {
        let verdict = &self.verdicts.play;
        !matches!(verdict, PlayVerdict::Skip(_) | PlayVerdict::Unsupported(_))
    }
}

impl RunReport {
    /// What was searched in all plays together.
    pub(super) fn searches(&self) -> Searches {
        let mut all = Searches::default();
        self.plays.iter().for_each(|play| all.add(&play.searches));
        all
    }

    /// As [`exit_code`]; what is left counts as a failure.
    pub fn exit_code(&self) -> u8 {
        match exit_code(&self.plays) {
            0 | 4 if !self.left.is_empty() => 1,
            code => code,
        }
    }
}

/// Scenarios were chosen, and none of them could be played.
pub(super) fn nothing_played(plays: &[PlayReport]) -> bool {
    !plays.is_empty() && !plays.iter().any(PlayReport::is_played)
}

/// The exit code of plays: 3 plaintext or distinguishable, 1 failed, 4 cannot tell or nothing could be played, 0
/// passed; where several hold, the first of them in this order.
pub fn exit_code(plays: &[PlayReport]) -> u8 {
    if nothing_played(plays) {
        return 4;
    }
    worst(plays)
}

fn worst(plays: &[PlayReport]) -> u8 {
    let any = |wanted: &dyn Fn(&PlayReport) -> bool| plays.iter().any(wanted);
    let leaks = |play: &PlayReport| {
        let leaks = |check: &Check| check.verdict >= Verdict::Distinguishable;
        play.verdicts.checks.iter().any(leaks)
    };
    if any(&leaks) {
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
