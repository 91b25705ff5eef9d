//! The tests of the judge, in one binary.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod adapter_lints;
mod closed;
mod decides;
mod further_plays;
mod kept;
mod loads;
mod reasons;
mod searches;
mod unscripted;
mod verdicts;

use judge::{Verdict, Verdicts, judge};
use test_plays::{TimelineBuilder, planned};

fn judged(timeline: &TimelineBuilder) -> Verdicts {
    judge(&planned(), &timeline.0, &[])
}

/// Names of the checks that did not pass, with their verdict.
fn red(verdicts: &Verdicts) -> Vec<(Verdict, String)> {
    let checks = verdicts.checks.iter();
    let red = checks.filter(|check| check.verdict != Verdict::Pass);
    red.map(|check| (check.verdict, check.name.clone()))
        .collect()
}
