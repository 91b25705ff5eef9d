//! Whatever the order in which happenings of several sources reach the loop, what is recorded of
//! each source and what the judge says of it is the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::testing::{Behaviour, Played, Staged, chat, planned, play};
use judge::{PlayVerdict, judge};
use scenario::plan::Plan;
use timeline::Kind;

const SCENARIO: &str = r#"
title = "everybody talks"
clients = ["alice", "bob", "carol"]
[[steps]]
say = { from = "alice", text = "good morning" }
[[steps]]
all = { steps = [
    { say = { from = "bob", text = "the one" } },
    { say = { from = "carol", text = "the other" } },
] }
[[steps]]
leave = { client = "carol", how = "eof" }
[[steps]]
leave = { client = "bob", how = "kill" }
"#;

/// The source that an event tells of; all that the driver does itself is one.
fn source(kind: &Kind) -> String {
    match kind {
        Kind::Output { who, stream, .. }
        | Kind::OutputEnded { who, stream }
        | Kind::Line { who, stream, .. } => format!("{who} {stream:?}"),
        Kind::Used { who, .. } | Kind::Exited { who, .. } => who.clone(),
        Kind::LinkOpened { link } => format!("{link} {:?}", timeline::Direction::Up),
        Kind::LinkClosed {
            link, direction, ..
        }
        | Kind::Wire {
            link, direction, ..
        } => format!("{link} {direction:?}"),
        _ => "driver".to_owned(),
    }
}

/// What happened, by source and in its order there.
fn facts(played: &Played) -> BTreeMap<String, Vec<Kind>> {
    let mut facts: BTreeMap<String, Vec<Kind>> = BTreeMap::new();
    for kind in played.kinds() {
        let source = source(kind);
        let mut kind = kind.clone();
        match &mut kind {
            // Each play has directories of its own.
            Kind::Began { scratch, .. } => *scratch = None,
            // How often the relay's arguments were scanned depends on timing.
            Kind::Searched { samples, .. } => *samples = 0,
            _ => {}
        }
        facts.entry(source).or_default().push(kind);
    }
    facts
}

/// The verdict, and every check with its own.
fn verdict(plan: &Plan, played: &Played) -> (PlayVerdict, Vec<String>) {
    let verdicts = judge(plan, played.events.as_ref().unwrap(), &[]);
    let checks = verdicts.checks.iter();
    let checks = checks.map(|check| format!("{}: {:?}", check.name, check.verdict));
    (verdicts.play, checks.collect())
}

/// A chat in which carol shows nothing of what bob says.
fn deaf() -> Behaviour {
    let mut working = chat();
    Box::new(move |cue, all| {
        working(cue, all);
        if cue.is_typed("bob", "/say the one") {
            all.forget_what_is_printed("carol");
        }
    })
}

/// Facts and verdict of a play in which sources take turns like this.
fn played(
    plan: &Plan,
    behaviour: Behaviour,
    order: Vec<usize>,
) -> (BTreeMap<String, Vec<Kind>>, PlayVerdict, Vec<String>) {
    let staged = Staged {
        order,
        ..Staged::default()
    };
    let played = play(plan, staged, behaviour);
    let (verdict, checks) = verdict(plan, &played);
    (facts(&played), verdict, checks)
}

/// Each choice is among the sources that can go on, of which there are up to a dozen.
fn orders() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..24_usize, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn facts_and_verdict_do_not_depend_on_the_order_between_sources(order in orders()) {
        let plan = planned(SCENARIO);
        let wanted = played(&plan, chat(), vec![0]);
        prop_assert_eq!(&wanted.1, &PlayVerdict::Pass, "{:?}", wanted.2);
        prop_assert_eq!(played(&plan, chat(), order), wanted);
    }

    #[test]
    fn what_is_missing_is_missing_in_every_order(order in orders()) {
        let plan = planned(SCENARIO);
        let wanted = played(&plan, deaf(), vec![0]);
        prop_assert_eq!(&wanted.1, &PlayVerdict::Fail);
        prop_assert_eq!(played(&plan, deaf(), order), wanted);
    }
}
