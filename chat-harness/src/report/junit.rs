//! JUnit, as nextest writes it: a suite for each scenario, a test case for each check.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::PlayReport;
use crate::judge::{Check, PlayVerdict, Verdict};

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
    match &play.verdicts.play {
        PlayVerdict::Skip(why) | PlayVerdict::Unsupported(why) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why.as_str());
            suite.add_test_case(case(play, "play", status));
        }
        PlayVerdict::Flaky => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message("passed in one try, not in another")
                .set_type("flaky failure");
            suite.add_test_case(case(play, "play", status));
        }
        PlayVerdict::Pass
        | PlayVerdict::CannotTell
        | PlayVerdict::Fail
        | PlayVerdict::Orphan
        | PlayVerdict::Plaintext
        | PlayVerdict::Xfail(_) => {}
    }
    for check in &play.verdicts.checks {
        suite.add_test_case(case(play, &check.name, expected_or(play, check)));
    }
    suite
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
