//! JUnit, as nextest writes it: a suite for each scenario, a test case for each check. A
//! scenario that was tried more than once and did not always pass has one for its tries.

use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::result::{PlayReport, Tried};
use super::words::{Badge, tries_in_words};
use judge::{Check, PlayVerdict, Verdict};

/// The document for a run.
///
/// # Errors
///
/// What the XML writer says.
pub fn document(plays: &[PlayReport]) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("chat");
    for play in plays {
        report.add_test_suite(suite(play));
    }
    report.to_string()
}

fn suite(play: &PlayReport) -> TestSuite {
    let mut suite = TestSuite::new(play.scenario.as_str());
    suite.set_time(play.elapsed);
    for (name, value) in [
        ("seed", play.seed.to_string()),
        ("adapter", play.adapter.clone()),
        ("level", play.level.clone()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    if let Some(status) = whole(play) {
        suite.add_test_case(case(play, "play", status));
    }
    for check in &play.verdicts.checks {
        suite.add_test_case(case(play, &check.name, expected_or(play, check)));
    }
    suite
}

/// What no check says: that it was not played, and how its tries went.
fn whole(play: &PlayReport) -> Option<TestCaseStatus> {
    match &play.verdicts.play {
        PlayVerdict::Skip(why) | PlayVerdict::Unsupported(why) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why.as_str());
            Some(status)
        }
        PlayVerdict::Pass | PlayVerdict::Xfail(_) => None,
        PlayVerdict::Flaky
        | PlayVerdict::CannotTell
        | PlayVerdict::Fail
        | PlayVerdict::Orphan
        | PlayVerdict::Plaintext => (play.tries.len() > 1).then(|| tries(play)),
    }
}

/// The tries that did not pass; after one that passed they are flaky failures.
fn tries(play: &PlayReport) -> TestCaseStatus {
    let red: Vec<&Tried> = play
        .tries
        .iter()
        .filter(|tried| !tried.verdict.is_fine())
        .collect();
    let is_flaky = red.len() < play.tries.len();
    let mut status = TestCaseStatus::non_success(kind(&play.verdicts.play));
    let (how, word) = if is_flaky {
        (FlakyOrRerun::Flaky, "flaky failure")
    } else {
        (FlakyOrRerun::Rerun, "failure in every try")
    };
    status
        .set_message(tries_in_words(&play.tries))
        .set_type(word)
        .set_rerun_kind(how);
    // The failure itself stands for the first of them, unless they are reported as flaky.
    for tried in red.into_iter().skip(usize::from(!is_flaky)) {
        let mut rerun = TestRerun::new(kind(&tried.verdict));
        let word = Badge::of(&tried.verdict).word;
        rerun
            .set_time(tried.elapsed)
            .set_message(format!("try {}: {word}", tried.number))
            .set_type(word);
        status.add_rerun(rerun);
    }
    status
}

fn kind(verdict: &PlayVerdict) -> NonSuccessKind {
    match verdict {
        PlayVerdict::CannotTell => NonSuccessKind::Error,
        PlayVerdict::Pass
        | PlayVerdict::Xfail(_)
        | PlayVerdict::Fail
        | PlayVerdict::Flaky
        | PlayVerdict::Orphan
        | PlayVerdict::Plaintext
        | PlayVerdict::Skip(_)
        | PlayVerdict::Unsupported(_) => NonSuccessKind::Failure,
    }
}
fn case(play: &PlayReport, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(play.scenario.as_str());
    case
}

/// What fails as the scenario says is skipped, as other tools report it.
fn expected_or(play: &PlayReport, check: &Check) -> TestCaseStatus {
    match &play.verdicts.play {
        PlayVerdict::Xfail(why) if check.verdict == Verdict::Fail => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_message(format!("xfail: {why}"))
                .set_type("xfail");
            status
        }
        _ => status(check),
    }
}

fn status(check: &Check) -> TestCaseStatus {
    let (kind, word) = match check.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::CannotTell => (NonSuccessKind::Error, "cannot tell"),
        Verdict::Fail => (NonSuccessKind::Failure, "fail"),
        Verdict::Plaintext => (NonSuccessKind::Failure, "plaintext"),
    };
    let evidence = &check.evidence;
    let mut text = format!("expected: {}\ngot: {}\n", evidence.expected, evidence.got);
    if let Some(difference) = &evidence.difference {
        text.push_str(&format!("first difference: {difference}\n"));
    }
    for line in &evidence.just_before {
        text.push_str(line);
        text.push('\n');
    }
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_message(evidence.got.as_str())
        .set_type(word)
        .set_description(text);
    status
}
