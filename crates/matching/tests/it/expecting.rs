//! What has come of what is awaited.

use std::time::Duration;

use matching::{Expecting, at_once};
use scenario::plan::{Action, Expectation, Mode, Pattern, PlannedStep};
use test_plays::{plan_of, planned};
use timeline::{Ended, Event, ExpectationId, Kind};

const SECOND: u64 = 1_000_000_000;

fn expects(client: &str, pattern: Pattern, seconds: u64) -> Expectation {
    Expectation {
        id: ExpectationId(format!("1/{client}-{seconds}")),
        client: client.to_owned(),
        pattern,
        mode: Mode::Eventually,
        within: Duration::from_secs(seconds),
        sentence: "it comes".to_owned(),
        about: None,
    }
}

fn happens(expecting: &mut Expecting, kind: Kind) {
    let event = Event { n: 1, t: 1, kind };
    expecting.see(&event, 1);
}

fn started(who: &str) -> Kind {
    Kind::Started {
        who: who.to_owned(),
        pid: 1,
        argv: Vec::new(),
        turn: 1,
    }
}

fn exited(who: &str) -> Kind {
    Kind::Exited {
        who: who.to_owned(),
        how: Ended::Exit(0),
    }
}

/// Whether bob's end has come after these events.
fn has_ended(events: &[Kind]) -> bool {
    let mut expecting = Expecting::default();
    let awaited = expects("bob", Pattern::Exits, 10);
    expecting.begin([&awaited], &planned(), 0, None);
    for kind in events {
        happens(&mut expecting, kind.clone());
    }
    !expecting.is_open(&awaited.id)
}

#[test]
fn the_end_of_what_prepares_a_client_is_not_the_end_of_the_client() {
    let (start, end) = (started("bob"), exited("bob"));
    let prepared = [start.clone(), end.clone(), start.clone()];
    assert!(!has_ended(&prepared));
    assert!(has_ended(
        &[&prepared[..], std::slice::from_ref(&end)].concat()
    ));
    // It ran before the step, ends in it, and starts again.
    assert!(has_ended(&[end, start]));
}

#[test]
fn a_deadline_that_has_passed_hides_no_later_one() {
    let mut expecting = Expecting::default();
    let awaited = [10, 40].map(|seconds| expects("bob", Pattern::Exits, seconds));
    expecting.begin(&awaited, &planned(), 0, None);
    assert_eq!(expecting.next_deadline(0), Some(10 * SECOND));
    assert_eq!(expecting.next_deadline(10 * SECOND), Some(40 * SECOND));
    assert_eq!(expecting.next_deadline(40 * SECOND), None);
}

#[test]
fn what_is_done_at_once_is_all_of_it_however_deep_it_stands() {
    let text = "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\nsay = { from = \"alice\", text = \"one\" }\n";
    let plan = plan_of(text);
    let leaf = plan.steps.first().unwrap();
    let all = |steps: Vec<PlannedStep>| PlannedStep {
        action: Action::All { steps },
        ..leaf.clone()
    };
    let deep = all(vec![all(vec![leaf.clone(), leaf.clone()]), leaf.clone()]);
    assert_eq!(at_once(&deep).len(), 5);
}
