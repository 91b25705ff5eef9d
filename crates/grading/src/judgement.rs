//! What one play is worth for an item.
//!
//! Steps count, and the play as a whole: a program that is started and does nothing holds none of
//! the steps in which somebody says something. What a relay could have read counts only where the
//! texts arrived; a relay to which nobody has said anything has nothing to read.

use std::collections::BTreeMap;

use judge::{Check, CheckKind, PlayVerdict, Verdict};
use report::PlayReport;
use timeline::{StepId, Surface, visible};

use crate::marks::Reason;
use crate::rubric::{Counts, RubricItem};

/// The reasons that are shown; the others follow from them more often than not.
const REASONS: usize = 3;

/// What a play is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The submission does not do what the scenario needs.
    NotSupported(String),
    /// This machine cannot play it.
    CannotGrade(String),
    /// So many of so many parts of it went right, and why the others did not.
    Played {
        held: u32,
        of: u32,
        reasons: Vec<Reason>,
    },
}

impl Judgement {
    /// All of it went right.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Played { held, of, .. } if held == of)
    }
}

/// What a play is worth for this item.
pub(crate) fn of(item: &RubricItem, play: &PlayReport) -> Judgement {
    match &play.verdicts.play {
        PlayVerdict::Unsupported(why) => return Judgement::NotSupported(visible(why)),
        PlayVerdict::Skip(why) => return Judgement::CannotGrade(visible(why)),
        _ => {}
    }
    let checks = &play.verdicts.checks;
    let (secrecy, behaviour): (Vec<&Check>, Vec<&Check>) = checks
        .iter()
        .filter(|check| !matches!(check.kind, CheckKind::Snapshot(_)))
        .partition(|check| check.kind.is_secrecy());
    let [steps, whole] = parts(&behaviour);
    let arrives = steps.iter().chain(&whole).all(|held| *held);
    let secret = arrives && secrecy.iter().all(|check| check.verdict == Verdict::Pass);
    let is_unknown = |check: &&Check| check.verdict <= Verdict::CannotTell;
    let verdicts = &play.verdicts;
    if arrives
        && item.counts != Counts::Behaviour
        && secrecy.iter().all(is_unknown)
        && !verdicts.refused.is_empty()
    {
        return Judgement::CannotGrade(refused(&verdicts.refused));
    }
    if secret && item.counts != Counts::Behaviour && !play.verdicts.uncovered.is_empty() {
        return Judgement::CannotGrade(uncovered(&play.verdicts.uncovered));
    }
    let counted: Vec<bool> = match item.counts {
        Counts::Everything => [steps, whole, vec![secret]].concat(),
        Counts::Behaviour => [steps, whole].concat(),
        Counts::Secrecy => vec![secret],
    };
    let held = counted.iter().filter(|held| **held).count();
    let red = play.red().filter(|check| match item.counts {
        Counts::Everything => true,
        Counts::Behaviour => !check.kind.is_secrecy(),
        Counts::Secrecy => check.kind.is_secrecy() || !arrives,
    });
    let red = red.filter(|check| !matches!(check.kind, CheckKind::Snapshot(_)));
    Judgement::Played {
        held: count(held),
        of: count(counted.len()),
        reasons: red.take(REASONS).map(Reason::of).collect(),
    }
}

/// Nothing was found, and this machine does not let everything be searched.
fn refused(surfaces: &[Surface]) -> String {
    format!(
        "this machine does not let the harness search {}; the report of the play says what would \
         help",
        Surface::all_in_words(surfaces)
    )
}

/// Nothing was found where something could be, and elsewhere nothing could have been found. The
/// submission has no part in that: its adapter is the instructor's.
fn uncovered(surfaces: &[Surface]) -> String {
    format!(
        "the adapter declares no control on {}, so a search there could not have found anything; \
         add them to its table `[controls]`",
        Surface::all_in_words(surfaces)
    )
}

/// Whether each step held, and whether the rest of the play did.
fn parts(behaviour: &[&Check]) -> [Vec<bool>; 2] {
    let mut steps: BTreeMap<StepId, bool> = BTreeMap::new();
    let mut whole = true;
    for check in behaviour {
        let held = check.verdict == Verdict::Pass;
        match &check.step {
            Some(step) => {
                let all = steps.entry(step.clone()).or_insert(true);
                *all = *all && held;
            }
            None => whole = whole && held,
        }
    }
    [steps.into_values().collect(), vec![whole]]
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
