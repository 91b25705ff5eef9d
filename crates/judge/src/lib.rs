//! What a timeline is worth: from plan and timeline to checks with evidence, and to the snapshots
//! of what people saw and of what went over the wire. Pure.

mod aftermath;
mod carried;
mod closed;
mod counted;
mod evidence;
mod expectations;
mod facts;
mod found;
mod further_plays;
mod keys;
mod last_words;
mod limits;
mod load;
mod opening;
mod order;
mod searches;
mod showings;
pub mod snapshot;
mod stopping;
mod unscripted;
mod verdict;
mod view;
mod whole;

pub use evidence::difference;
pub use further_plays::FurtherPlays;
pub use load::{Figures, Spread, load};
pub use verdict::{Check, CheckKind, Did, Evidence, Happened, PlayVerdict, Verdict, Verdicts};

use crate::snapshot::Comparison;
use closed::Explained;
use matching::{Again, Steps};
use scenario::plan::Plan;
use timeline::Event;
use view::View;

/// Judges a play. `snapshots` are kind, text and comparison of each. What the stage took lines
/// and steps for does not count: they are read again by the patterns of the plan.
pub fn judge(
    plan: &Plan,
    events: &[Event],
    snapshots: &[(String, String, Comparison)],
) -> Verdicts {
    judge_with(plan, events, snapshots, None)
}

/// As [`judge`], with what further plays say, where there were some.
pub fn judge_with(
    plan: &Plan,
    events: &[Event],
    snapshots: &[(String, String, Comparison)],
    further: Option<&FurtherPlays>,
) -> Verdicts {
    let again = Again::read(plan, &Steps::of_play(plan), events);
    let view = View::new(plan, &again);
    let mut checks = all(&view, snapshots, further);
    limits::judge(&view, &mut checks, |before| all(before, &[], further));
    checks.extend(
        further
            .into_iter()
            .flat_map(|further| further_plays::checks(&view, further)),
    );
    unscripted::judge(&view, &mut checks);
    whole::incomplete(&view, &mut checks);
    let play = match &plan.scenario.xfail {
        Some(reason) => expected_failure(reason, &mut checks),
        None => play_verdict(&checks),
    };
    Verdicts {
        play,
        checks,
        uncovered: searches::uncovered(&plan.audit, searches::is_planted(&plan.audit)),
        refused: searches::refused(events),
    }
}

/// Every check, as if nobody had interfered.
fn all(
    view: &View<'_>,
    snapshots: &[(String, String, Comparison)],
    further: Option<&FurtherPlays>,
) -> Vec<Check> {
    let mut checks: Vec<Check> = whole::in_time(view).into_iter().collect();
    checks.extend(whole::ready(view));
    checks.extend(opening::checks(view));
    checks.extend(limits::checks(view));
    let explained = Explained::of(view);
    let of_steps = expectations::checks(view, &explained.history);
    let failed = expectations::failed(view, &of_steps);
    checks.extend(of_steps);
    checks.extend(explained.checks(view, &failed));
    checks.extend(carried::check(view));
    checks.extend(last_words::check(view));
    checks.extend(order::checks(view));
    checks.extend(whole::endings(view));
    checks.extend(stopping::checks(view));
    checks.push(whole::orphans(view));
    checks.extend(searches::checks(view, further));
    checks.extend(keys::opened(view));
    checks.extend(whole::snapshots(view, snapshots));
    checks
}

/// A play that must fail: what fails in it is as it should be, and passing is a failure.
/// Plaintext, survivors and checks that cannot tell stay what they are.
fn expected_failure(reason: &str, checks: &mut Vec<Check>) -> PlayVerdict {
    let play = play_verdict(checks);
    match play {
        PlayVerdict::Fail => PlayVerdict::Xfail(reason.to_owned()),
        PlayVerdict::Pass => {
            checks.push(whole::passes_unexpectedly(reason));
            PlayVerdict::Fail
        }
        other => other,
    }
}

/// The worst that any check says; a survivor has a word of its own.
pub(crate) fn play_verdict(checks: &[Check]) -> PlayVerdict {
    let worst = checks.iter().map(|check| check.verdict).max();
    let orphan = checks
        .iter()
        .any(|check| check.kind == CheckKind::Orphans && check.verdict == Verdict::Fail);
    match worst {
        Some(Verdict::Plaintext) => PlayVerdict::Plaintext,
        Some(Verdict::Distinguishable) => PlayVerdict::Distinguishable,
        _ if orphan => PlayVerdict::Orphan,
        Some(Verdict::Fail) => PlayVerdict::Fail,
        Some(Verdict::CannotTell) => PlayVerdict::CannotTell,
        Some(Verdict::Pass) | None => PlayVerdict::Pass,
    }
}
