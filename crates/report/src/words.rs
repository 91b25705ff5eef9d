//! Verdicts and sums in words.

use std::fmt;

use super::result::{RunReport, Tried};
use judge::{Check, PlayVerdict, Verdict};

/// A verdict as it is shown: a class for its colour, a shape and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// As pages call it: `pass`, `unsure`, `fail`, `plaintext` or `skip`.
    pub class: &'static str,
    /// For those who see no colours.
    pub shape: &'static str,
    /// In capitals.
    pub word: &'static str,
}

impl Badge {
    /// Of a play.
    pub fn of(verdict: &PlayVerdict) -> Self {
        let (class, shape, word) = match verdict {
            PlayVerdict::Pass => ("pass", "✔", "PASS"),
            PlayVerdict::CannotTell => ("unsure", "▲", "CANNOT TELL"),
            PlayVerdict::Fail => ("fail", "✘", "FAIL"),
            PlayVerdict::Xfail(_) => ("pass", "✔", "XFAIL"),
            PlayVerdict::Flaky => ("unsure", "≈", "FLAKY"),
            PlayVerdict::Orphan => ("fail", "☠", "ORPHAN"),
            PlayVerdict::Distinguishable => ("plaintext", "◪", "DISTINGUISHABLE"),
            PlayVerdict::Plaintext => ("plaintext", "■", "PLAINTEXT"),
            PlayVerdict::Skip(_) => ("skip", "–", "SKIP"),
            PlayVerdict::Unsupported(_) => ("skip", "–", "UNSUPPORTED"),
        };
        Self { class, shape, word }
    }

    /// Of a check: as of a play in which nothing else happened.
    pub fn of_check(verdict: Verdict) -> Self {
        Self::of(&match verdict {
            Verdict::Pass => PlayVerdict::Pass,
            Verdict::CannotTell => PlayVerdict::CannotTell,
            Verdict::Fail => PlayVerdict::Fail,
            Verdict::Distinguishable => PlayVerdict::Distinguishable,
            Verdict::Plaintext => PlayVerdict::Plaintext,
        })
    }
}

/// `✔ PASS`
impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.shape, self.word))
    }
}

/// What a check saw. The name of a check says what should be, so beside a leak it would read as
/// the opposite of what was seen, and is left out.
pub fn seen_in_words(check: &Check) -> String {
    let seen = &check.evidence.got;
    match check.verdict {
        Verdict::Plaintext | Verdict::Distinguishable if !seen.is_empty() => seen.clone(),
        _ => format!("{}: {seen}", check.name),
    }
}

/// `passed in 1 of 2 tries`.
pub(super) fn tries_in_words(tries: &[Tried]) -> String {
    let passed = tries.iter().filter(|tried| tried.verdict.is_fine());
    format!("passed in {} of {} attempts", passed.count(), tries.len())
}

/// Characters of a reason where many stand among each other.
const BRIEF: usize = 200;

/// As much of a reason as a row of a table bears.
pub(super) fn brief(reason: &str) -> String {
    match reason.char_indices().nth(BRIEF) {
        None => reason.to_owned(),
        Some((end, _)) => format!("{}…", reason.split_at(end).0),
    }
}

/// `N passed, N failed, N skipped`.
pub(super) fn sum(run: &RunReport) -> String {
    let count = |wanted: &dyn Fn(&PlayVerdict) -> bool| {
        let verdicts = run.plays.iter().map(|play| &play.verdicts.play);
        verdicts.filter(|verdict| wanted(verdict)).count()
    };
    let passed = count(&PlayVerdict::is_fine);
    let skipped =
        count(&|verdict| matches!(verdict, PlayVerdict::Skip(_) | PlayVerdict::Unsupported(_)));
    let failed = run.plays.len() - passed - skipped;
    format!("{passed} passed, {failed} failed, {skipped} skipped")
}
