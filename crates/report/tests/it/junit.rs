use judge::PlayVerdict as P;
use report::junit;
use roxmltree::{Document, Node};

use crate::play;

fn elements<'a>(document: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.has_tag_name(name))
        .collect()
}

#[test]
fn junit_counts_what_it_holds_whatever_was_printed() {
    let plays = [
        play("a/pass", &[P::Pass], P::Pass),
        play("a/fail", &[P::Fail], P::Fail),
        play("b/unsure", &[P::CannotTell], P::CannotTell),
        play("b/skip", &[], P::Skip("why".to_owned())),
    ];
    let text = junit::document(&plays).unwrap();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let count = |name| elements(&document, name).len().to_string();
    let root = document.root_element();
    for (attribute, element) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ] {
        assert_eq!(
            root.attribute(attribute),
            Some(&*count(element)),
            "{attribute}"
        );
        let sum: usize = elements(&document, "testsuite")
            .iter()
            .map(|suite| {
                suite
                    .attribute(attribute)
                    .unwrap()
                    .parse::<usize>()
                    .unwrap()
            })
            .sum();
        assert_eq!(sum.to_string(), count(element), "{attribute} of the suites");
    }
    let suites: Vec<_> = elements(&document, "testsuite")
        .iter()
        .map(|suite| suite.attribute("name").unwrap().to_owned())
        .collect();
    assert_eq!(suites, ["a/pass", "a/fail", "b/unsure", "b/skip"]);
    let failure = elements(&document, "failure")[0];
    assert!(failure.text().unwrap().contains("]]> & <b>"), "{text}");
}

#[test]
fn a_flaky_play_fails_and_lists_its_failures_as_flaky() {
    let flaky = play("a", &[P::Fail, P::CannotTell, P::Pass], P::Flaky);
    let text = junit::document(&[flaky]).unwrap();
    let document = Document::parse(&text).unwrap();
    let whole = elements(&document, "testcase")[0];
    let children: Vec<_> = whole
        .children()
        .filter(Node::is_element)
        .map(|node| node.tag_name().name())
        .collect();
    assert_eq!(children, ["failure", "flakyFailure", "flakyError"]);
    let failure = elements(&document, "failure")[0];
    assert_eq!(failure.attribute("type"), Some("flaky failure"));
    assert_eq!(failure.attribute("message"), Some("passed in 1 of 3 tries"));
    assert_eq!(
        elements(&document, "flakyFailure")[0].attribute("message"),
        Some("try 1: FAIL")
    );
    assert!(elements(&document, "rerunFailure").is_empty());
}

#[test]
fn a_play_that_fails_in_every_try_lists_the_later_ones_as_reruns() {
    let failed = play("a", &[P::Fail, P::Fail, P::Plaintext], P::Fail);
    let text = junit::document(&[failed]).unwrap();
    let document = Document::parse(&text).unwrap();
    let messages: Vec<_> = elements(&document, "rerunFailure")
        .iter()
        .map(|node| node.attribute("message").unwrap().to_owned())
        .collect();
    assert_eq!(messages, ["try 2: FAIL", "try 3: PLAINTEXT"]);
    assert!(elements(&document, "flakyFailure").is_empty());
}
