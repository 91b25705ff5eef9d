//! JUnit: counted, named the same in every run, and what two schemas allow.

use std::collections::BTreeSet;

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

/// An element: attributes that must be there, attributes that may be, and children in their order.
type Element = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// What both schemas allow.
const ALLOWED: [Element; 10] = [
    ("testsuites", &[], &[], &["testsuite"]),
    (
        "testsuite",
        &[
            "name",
            "package",
            "id",
            "timestamp",
            "hostname",
            "tests",
            "failures",
            "errors",
            "time",
        ],
        &["skipped"],
        &["properties", "testcase", "system-out", "system-err"],
    ),
    ("properties", &[], &[], &["property"]),
    ("property", &["name", "value"], &[], &[]),
    (
        "testcase",
        &["name", "classname", "time"],
        &[],
        &["skipped", "error", "failure"],
    ),
    ("skipped", &[], &["message"], &[]),
    ("error", &["type"], &["message"], &[]),
    ("failure", &["type"], &["message"], &[]),
    ("system-out", &[], &[], &[]),
    ("system-err", &[], &[], &[]),
];

#[test]
fn junit_holds_what_both_schemas_in_use_allow() {
    let text = document(everything());
    let document = Document::parse(&text).unwrap();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let (_, must, may, children) = ALLOWED
            .iter()
            .find(|(allowed, ..)| *allowed == name)
            .unwrap_or_else(|| panic!("<{name}> is in neither"));
        let has: BTreeSet<&str> = node.attributes().map(|one| one.name()).collect();
        assert!(must.iter().all(|one| has.contains(one)), "{name}: {has:?}");
        let known = |one: &&&str| !must.contains(*one) && !may.contains(*one);
        assert_eq!(has.iter().find(known), None, "{name}");
        let inner = node.children().filter(Node::is_element);
        let places: Vec<usize> = inner
            .map(|it| {
                let place = children.iter().position(|one| it.has_tag_name(*one));
                place.unwrap_or_else(|| panic!("{:?} in <{name}>", it.tag_name()))
            })
            .collect();
        assert!(places.is_sorted(), "{name}: {places:?}");
        match name {
            // One outcome at the most.
            "testcase" => assert!(places.len() <= 1, "{places:?}"),
            "testsuite" => {
                for once in [0, 2, 3] {
                    assert_eq!(places.iter().filter(|place| **place == once).count(), 1);
                }
                assert_eq!(node.attribute("timestamp"), Some("2026-11-21T07:41:51"));
            }
            _ => {}
        }
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
