//! What the judge says of a play: for each check, the timeline that makes it red.

use std::collections::BTreeMap;
use std::time::Duration;

use judge::snapshot::{Comparison, protocol, transcript};
use judge::{CheckKind, PlayVerdict, Verdict, judge};
use proptest::prelude::*;
use test_plays::{TEXT, TimelineBuilder, plan_of, planned};
use timeline::{Direction, Ended, EventKind, ExpectationId, Kind, Limit, Stream};

use crate::{judged, red};

#[test]
fn a_play_in_which_everything_is_right_passes() {
    let verdicts = judged(&TimelineBuilder::good(&planned()));
    assert_eq!(red(&verdicts), []);
    assert_eq!(verdicts.play, PlayVerdict::Pass);
    assert!(verdicts.checks.len() > 5, "{}", verdicts.checks.len());
}

#[test]
fn what_has_not_come_fails() {
    let mut timeline = TimelineBuilder::new();
    timeline.begin().end().close(&planned());
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    let check = verdicts
        .checks
        .iter()
        .find(|check| check.verdict == Verdict::Fail)
        .unwrap();
    let shows = ExpectationId("1/bob-shows".to_owned());
    assert_eq!(check.kind, CheckKind::Expectation(shows));
    assert!(check.evidence.got.contains("bob"), "{:?}", check.evidence);
}

#[test]
fn what_is_shown_twice_fails() {
    let mut timeline = TimelineBuilder::good(&planned());
    let again = timeline
        .0
        .iter()
        .find(|event| matches!(&event.kind, Kind::Line { who, .. } if who == "bob"));
    let again = again.unwrap().kind.clone();
    timeline.before_closing(again);
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(
        verdicts
            .checks
            .iter()
            .any(|check| check.evidence.got.contains("2 times"))
    );
}

#[test]
fn what_the_wrong_one_shows_fails() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.before_closing(Kind::Line {
        who: "carol".to_owned(),
        stream: Stream::Stdout,
        text: format!("gossip {TEXT}"),
        seen: None,
        unfinished: false,
    });
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(
        red(&verdicts)[0].1.contains("carol"),
        "{:?}",
        red(&verdicts)
    );
}

#[test]
fn a_later_private_text_of_the_same_sender_closes_a_never() {
    let with = |who: &str, text: &str| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin().delivered();
        timeline.shows("alice", EventKind::Sent, &["bob"]).end();
        timeline.shows("carol", EventKind::Private, &[who, text]);
        timeline.add(Kind::Closing);
        let fence = format!("{}-alice", planned().fence_prefix());
        timeline.shows("bob", EventKind::Message, &["alice", &fence]);
        timeline.add(Kind::Stopping).searched(Some(true), None);
        let checks = judged(&timeline).checks;
        let mut never = checks
            .iter()
            .filter(|check| check.name.starts_with("carol never"));
        never.next().unwrap().verdict
    };
    let fence = format!("{}-alice-carol", planned().fence_prefix());
    assert_eq!(with("alice", &fence), Verdict::Pass);
    assert_eq!(with("bob", &fence), Verdict::CannotTell);
}

#[test]
fn a_never_that_nothing_closes_cannot_tell() {
    let plan = planned();
    let mut timeline = TimelineBuilder::new();
    timeline.begin().delivered();
    timeline.shows("alice", EventKind::Sent, &["bob"]).end();
    timeline
        .add(Kind::Closing)
        .add(Kind::Stopping)
        .searched(Some(true), None);
    let verdicts = judge(&plan, &timeline.0, &[]);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    let red = red(&verdicts);
    assert!(
        red.iter()
            .all(|(verdict, name)| *verdict == Verdict::CannotTell && name.contains("carol")),
        "{red:?}"
    );
}

#[test]
fn an_end_that_no_step_asked_for_fails() {
    for (who, how) in [
        ("relay", Ended::Exit(0)),
        ("bob", Ended::Signal(11)),
        ("carol", Ended::Exit(0)),
    ] {
        let mut timeline = TimelineBuilder::good(&planned());
        timeline.before_closing(Kind::Exited {
            who: who.to_owned(),
            how,
        });
        let verdicts = judged(&timeline);
        assert_eq!(verdicts.play, PlayVerdict::Fail, "{who}");
    }
}

#[test]
fn who_is_asked_to_end_and_has_to_be_killed_or_crashes_fails_by_name() {
    let with = |kind: Kind| {
        let mut timeline = TimelineBuilder::good(&planned());
        timeline.add(kind);
        red(&judged(&timeline))
    };
    let (who, request) = ("relay".to_owned(), "SIGTERM".to_owned());
    let within = Duration::from_secs(5);
    let relay = "relay shuts down cleanly when asked to".to_owned();
    let fails = [(Verdict::Fail, relay)];
    assert_eq!(
        with(Kind::Deaf {
            who,
            request,
            within,
            terminated: false,
        }),
        fails
    );
    let ended = |how| {
        with(Kind::Exited {
            who: "relay".to_owned(),
            how,
        })
    };
    let (abort, segv) = (Ended::Signal(6), Ended::Signal(11));
    assert_eq!(
        (ended(abort), ended(segv)),
        (fails.to_vec(), fails.to_vec())
    );
    for fine in [Ended::Exit(0), Ended::Exit(1), Ended::Signal(15)] {
        assert_eq!(ended(fine), [], "{fine}");
    }
}

#[test]
fn who_goes_over_a_limit_is_named_and_nobody_is_blamed_for_what_follows() {
    let exceeded = |who: &str| Kind::Exceeded {
        who: who.to_owned(),
        limit: Limit::Record,
        allowed: 32 << 20,
        used: None,
    };
    let without_bob = |who: &str| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin().add(exceeded(who));
        timeline.add(Kind::Exited {
            who: who.to_owned(),
            how: Ended::Signal(9),
        });
        if who == "relay" {
            timeline.add(Kind::Exited {
                who: "carol".to_owned(),
                how: Ended::Exit(1),
            });
        }
        timeline.end().close(&planned());
        judged(&timeline)
    };
    let failed = |verdicts: &judge::Verdicts| {
        let mut red = red(verdicts);
        red.retain(|(verdict, _)| *verdict == Verdict::Fail);
        red.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    let limits = |who: &str| format!("{who} stays within its limits");
    assert_eq!(failed(&without_bob("relay")), [limits("relay")]);
    let bob = failed(&without_bob("bob"));
    assert!(bob.iter().all(|name| name.contains("bob")), "{bob:?}");
    assert!(bob.len() > 1, "what it did not show is its own: {bob:?}");
    // What had failed before has failed.
    let mut timeline = TimelineBuilder::new();
    timeline.begin().end();
    timeline.add(exceeded("carol")).close(&planned());
    let carol = failed(&judged(&timeline));
    assert!(carol.contains(&limits("carol")), "{carol:?}");
    assert!(carol.iter().any(|name| name.contains("bob")), "{carol:?}");
}

#[test]
fn clients_that_end_with_a_dead_relay_are_not_to_blame() {
    let mut timeline = TimelineBuilder::good(&planned());
    for (who, how) in [("bob", Ended::Exit(1)), ("relay", Ended::Exit(1))] {
        let who = who.to_owned();
        timeline.before_closing(Kind::Exited { who, how });
    }
    let verdicts = judged(&timeline);
    assert_eq!(
        red(&verdicts),
        [(Verdict::Fail, "the relay keeps running".to_owned())]
    );
}

/// Verdict of a play in which the relay is made to end, and these ends are seen; clients that are
/// not named say so and end with it.
fn after_relay(action: &str, ends: &[(&str, Ended)]) -> PlayVerdict {
    let text =
        format!("title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\nrelay = \"{action}\"\n");
    let plan = plan_of(&text);
    let mut timeline = TimelineBuilder::new();
    timeline.begin();
    for client in ["alice", "bob"] {
        timeline.shows(client, EventKind::Disconnected, &["closed"]);
    }
    let is_named = |client: &&str| ends.iter().any(|(who, _)| who == client);
    let others = ["alice", "bob"].into_iter().filter(|one| !is_named(one));
    let others = others.map(|client| (client, Ended::Exit(4)));
    for (who, how) in ends.iter().copied().chain(others) {
        timeline.add(Kind::Exited {
            who: who.to_owned(),
            how,
        });
    }
    timeline.end().close(&plan);
    judge(&plan, &timeline.0, &[]).play
}

#[test]
fn a_step_that_ends_the_relay_explains_one_end_and_no_crash() {
    let (term, segv, kill) = (Ended::Signal(15), Ended::Signal(11), Ended::Signal(9));
    let fine = [("relay", term), ("alice", Ended::Exit(4))];
    assert_eq!(after_relay("stop", &fine), PlayVerdict::Pass);
    assert_eq!(after_relay("kill", &[("relay", kill)]), PlayVerdict::Pass);
    for bad in [
        vec![("relay", segv)],
        vec![("relay", term), ("alice", segv)],
        vec![("relay", term), ("relay", term)],
    ] {
        assert_eq!(after_relay("stop", &bad), PlayVerdict::Fail, "{bad:?}");
    }
}

#[test]
fn an_expected_failure_is_no_failure_and_an_unexpected_pass_is_one() {
    let mut plan = planned();
    plan.scenario.xfail = Some("bob is deaf".to_owned());
    let passed = judge(&plan, &TimelineBuilder::good(&plan).0, &[]);
    assert_eq!(passed.play, PlayVerdict::Fail);
    assert_eq!(red(&passed)[0].1, "it fails, as the scenario expects");
    let mut timeline = TimelineBuilder::good(&plan);
    let carol = Kind::Exited {
        who: "carol".to_owned(),
        how: Ended::Exit(0),
    };
    timeline.before_closing(carol);
    let failed = judge(&plan, &timeline.0, &[]);
    assert_eq!(failed.play, PlayVerdict::Xfail("bob is deaf".to_owned()));
}

#[test]
fn who_does_not_get_ready_fails_the_play_and_says_why() {
    let mut timeline = TimelineBuilder::new();
    timeline.add(Kind::NotReady {
        who: "relay".to_owned(),
        why: "it printed nothing".to_owned(),
        expectation: None,
    });
    timeline
        .add(Kind::Closing)
        .add(Kind::Stopping)
        .searched(Some(true), None);
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(
        verdicts
            .checks
            .iter()
            .any(|check| check.evidence.got == "it printed nothing")
    );
}

#[test]
fn a_snapshot_that_differs_or_is_missing_fails() {
    let plan = planned();
    let timeline = TimelineBuilder::good(&plan);
    let judged = |comparison| {
        judge(
            &plan,
            &timeline.0,
            &[("transcript".to_owned(), "is".to_owned(), comparison)],
        )
    };
    assert_eq!(judged(Comparison::Same).play, PlayVerdict::Pass);
    assert_eq!(judged(Comparison::Missing).play, PlayVerdict::Fail);
    let differs = judged(Comparison::Different {
        stored: "was".to_owned(),
    });
    assert_eq!(differs.play, PlayVerdict::Fail);
    let check = differs
        .checks
        .iter()
        .find(|check| check.verdict == Verdict::Fail)
        .unwrap();
    assert!(
        check
            .evidence
            .difference
            .as_ref()
            .unwrap()
            .contains("byte 0")
    );
}

#[test]
fn a_timeline_cut_anywhere_is_judged_and_reported() {
    let plan = planned();
    let timeline = TimelineBuilder::good(&plan);
    for length in 0..=timeline.0.len() {
        let events = &timeline.0[..length];
        judge(&plan, events, &[]);
        assert!(transcript(&plan, events).starts_with("# t"));
        assert!(protocol(&plan, events).is_some());
    }
}

#[test]
fn a_play_over_its_time_fails_and_says_what_was_awaited() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.before_closing(Kind::Overdue {
        limit: Duration::from_secs(60),
        awaited: "at step 1 (alice writes) for 59.0 s: bob shows it".to_owned(),
    });
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    let first = &verdicts.checks[0];
    assert_eq!(first.name, "the play ends in time");
    assert_eq!(first.evidence.expected, "the play ends within 60s");
    assert!(first.evidence.got.contains("bob shows it"), "{first:?}");
}

/// Merges lanes in the order that `turns` says; each lane keeps its own.
fn merged(mut lanes: Vec<Vec<Kind>>, turns: &[usize]) -> Vec<Kind> {
    lanes.iter_mut().for_each(|lane| lane.reverse());
    let mut merged = Vec::new();
    let mut turns = turns.iter().cycle();
    while lanes.iter().any(|lane| !lane.is_empty()) {
        let lane = turns.next().unwrap() % lanes.len();
        let lane = (0..lanes.len())
            .map(|n| (lane + n) % lanes.len())
            .find(|n| !lanes[*n].is_empty());
        merged.extend(lanes[lane.unwrap()].pop());
    }
    merged
}

fn line(who: &str, text: &str) -> Kind {
    Kind::Line {
        who: who.to_owned(),
        stream: Stream::Stdout,
        text: text.to_owned(),
        seen: None,
        unfinished: false,
    }
}

fn frame(link: &str, direction: Direction, kind: &str) -> Kind {
    Kind::Frame {
        link: link.to_owned(),
        direction,
        at: 0,
        len: 10,
        r#type: kind.to_owned(),
        fields: BTreeMap::new(),
        body: 0,
        open: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn snapshots_do_not_depend_on_how_lanes_are_interleaved(turns in prop::collection::vec(0usize..7, 1..40)) {
        let lanes = || vec![
            vec![line("alice", "a1"), line("alice", "a2"), line("alice", "a3")],
            vec![line("bob", "b1"), line("bob", "b2")],
            vec![line("carol", "c1")],
            vec![frame("alice", Direction::Up, "send"), frame("alice", Direction::Up, "bye")],
            vec![frame("alice", Direction::Down, "joined"), frame("alice", Direction::Down, "left")],
            vec![frame("bob", Direction::Down, "deliver"), frame("bob", Direction::Down, "deliver")],
            vec![frame("carol", Direction::Down, "ping"), frame("carol", Direction::Down, "left")],
        ];
        let texts = |turns: &[usize]| {
            let plan = planned();
            let mut timeline = TimelineBuilder::new();
            timeline.begin();
            for kind in merged(lanes(), turns) {
                timeline.add(kind);
            }
            timeline.end().close(&plan);
            (transcript(&plan, &timeline.0), protocol(&plan, &timeline.0).unwrap())
        };
        let (transcript, protocol) = texts(&turns);
        prop_assert_eq!((&transcript, &protocol), (&texts(&[0]).0, &texts(&[0]).1));
        prop_assert!(transcript.contains("alice│ | a1\nalice│ | a2\nalice│ | a3\nbob│ | b1"), "{}", transcript);
        prop_assert!(protocol.contains("relay → bob  deliver  ×2"), "{}", protocol);
        prop_assert!(!protocol.contains("ping") && !transcript.contains("fence"));
    }
}
