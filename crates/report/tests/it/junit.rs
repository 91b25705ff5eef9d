//! JUnit: counted, named the same in every run, and what two schemas allow.

use judge::PlayVerdict as P;
use report::{PlayReport, RunReport, junit};
use roxmltree::{Document, Node};

use crate::{play, provenance};

fn document(plays: Vec<PlayReport>) -> String {
    junit::document(&RunReport {
        plays,
        provenance: provenance(),
        ..RunReport::default()
    })
}

fn elements<'a>(document: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.has_tag_name(name))
        .collect()
}

fn everything() -> Vec<PlayReport> {
    vec![
        play("a/pass", &[P::Pass], P::Pass),
        play("a/fail", &[P::Fail], P::Fail),
        play("a/flaky", &[P::Fail, P::Pass], P::Flaky),
        play("b/unsure", &[P::CannotTell], P::CannotTell),
        play("b/skip", &[], P::Skip("why".to_owned())),
        play("xfail", &[P::Pass], P::Xfail("as yet".to_owned())),
    ]
}

#[test]
fn junit_counts_what_it_holds_whatever_was_printed() {
    let text = document(everything());
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for suite in elements(&document, "testsuite") {
        for (attribute, element) in [
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ] {
            let there = suite.descendants().filter(|it| it.has_tag_name(element));
            let counted = suite.attribute(attribute).unwrap();
            assert_eq!(counted, there.count().to_string(), "{attribute}");
        }
    }
    let suites = elements(&document, "testsuite");
    let names: Vec<_> = suites
        .iter()
        .filter_map(|it| it.attribute("name"))
        .collect();
    assert_eq!(
        names,
        ["a/pass", "a/fail", "a/flaky", "b/unsure", "b/skip", "xfail"]
    );
    let failure = elements(&document, "failure")[0].text().unwrap();
    assert!(failure.contains("]]> & <b>"), "{text}");
    assert!(
        failure.starts_with("scenarios/a/fail.toml:12\n"),
        "{failure}"
    );
}

#[test]
fn both_schemas_in_use_accept_it() {
    let text = document(everything());
    for schema in testing::junit::SCHEMAS {
        assert_eq!(testing::junit::refusal(schema, &text), None, "{text}");
    }
    let document = Document::parse(&text).unwrap();
    for suite in elements(&document, "testsuite") {
        assert_eq!(suite.attribute("timestamp"), Some("2026-11-21T07:41:51"));
    }
    let numbers: Vec<_> = elements(&document, "testsuite")
        .iter()
        .map(|it| it.attribute("id").unwrap().to_owned())
        .collect();
    assert_eq!(numbers, ["0", "1", "2", "3", "4", "5"]);
}

#[test]
fn a_check_has_the_same_name_whatever_was_sent_and_each_is_there_once() {
    let names = |texts: [&str; 2]| {
        let mut play = play("a", &[P::Pass], P::Pass);
        for (check, text) in play.verdicts.checks.iter_mut().zip(texts) {
            check.name = format!("bob shows “{text}” once, from alice");
        }
        let text = document(vec![play]);
        let document = Document::parse(&text).unwrap();
        let cases = elements(&document, "testcase").into_iter();
        let names = cases.map(|case| case.attribute("name").unwrap().to_owned());
        (
            names.collect::<Vec<_>>(),
            elements(&document, "testcase")[0]
                .attribute("time")
                .unwrap()
                .to_owned(),
        )
    };
    let (these, took) = names(["a ” quote, PVPZWXHH", "x"]);
    let (those, _) = names(["GGLPVPZW", "y “"]);
    assert_eq!(these, those);
    let name = "step 2: bob shows “…” once, from alice";
    assert_eq!(these, [name.to_owned(), format!("{name} (2)")]);
    assert_eq!(took, "0.321", "of its step");
}

#[test]
fn a_play_that_was_tried_more_than_once_has_a_case_for_its_tries() {
    let text = document(vec![play(
        "a",
        &[P::Fail, P::CannotTell, P::Pass],
        P::Flaky,
    )]);
    let document_ = Document::parse(&text).unwrap();
    let failure = elements(&document_, "failure")[0];
    assert_eq!(failure.attribute("type"), Some("flaky failure"));
    assert_eq!(
        failure.attribute("message"),
        Some("passed in 1 of 3 attempts")
    );
    let tries = failure.text().unwrap();
    assert!(
        tries.contains("attempt 1: FAIL") && tries.contains("attempt 3: PASS"),
        "{tries}"
    );
    let text = document(vec![play("a", &[P::Fail, P::Fail], P::Fail)]);
    assert!(text.contains("type=\"failure in every attempt\""), "{text}");
}
