//! The reason given is the reason: what is known of what has not come, and what came first.

use judge::{Check, Verdict, Verdicts};
use scenario::adapter::Terminal;
use test_plays::{TEXT, TimelineBuilder, plan_of, plan_with, planned, reference};
use timeline::{Direction, Ended, EventKind, Kind, LinkEnd};

use crate::judged;

fn got(verdicts: &Verdicts, client: &str) -> String {
    let mut red = verdicts.checks.iter();
    let check = red.find(|check| check.verdict == Verdict::Fail && check.name.starts_with(client));
    check
        .map(|check| check.evidence.got.clone())
        .unwrap_or_default()
}

fn wire(link: &str, direction: Direction, len: u64) -> Kind {
    Kind::Wire {
        link: link.to_owned(),
        direction,
        at: 0,
        len,
    }
}

#[test]
fn whether_the_relay_sent_anything_in_that_step_is_said() {
    let sent = |kinds: &[Kind]| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin();
        for kind in kinds {
            timeline.add(kind.clone());
        }
        timeline.end().add(wire("bob", Direction::Down, 99));
        timeline.close(&planned());
        got(&judged(&timeline), "bob")
    };
    let nothing = sent(&[
        wire("bob", Direction::Up, 40),
        wire("alice", Direction::Down, 40),
    ]);
    assert!(
        nothing.contains("the relay sent bob nothing meanwhile"),
        "{nothing}"
    );
    let some = sent(&[
        wire("bob", Direction::Down, 40),
        wire("bob", Direction::Down, 2),
    ]);
    assert!(
        some.contains("the relay sent bob 42 bytes meanwhile"),
        "{some}"
    );
}

#[test]
fn a_relay_that_has_ended_and_a_sender_that_sent_nothing_are_named() {
    let said = |kinds: &[Kind]| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin();
        for kind in kinds {
            timeline.add(kind.clone());
        }
        timeline.end().close(&planned());
        got(&judged(&timeline), "bob")
    };
    let sent = wire("alice", Direction::Up, 40);
    let dead = said(&[
        sent.clone(),
        Kind::Exited {
            who: "relay".to_owned(),
            how: Ended::Exit(1),
        },
    ]);
    assert!(dead.contains("the relay ended at t=0.003 s"), "{dead}");
    let unsent = said(&[]);
    let words = "alice sent the relay nothing meanwhile";
    assert!(unsent.contains(words), "{unsent}");
    assert!(!said(&[sent]).contains(words));
    let unread = said(&[Kind::Guess {
        who: "alice".to_owned(),
        why: "it has not read what was typed".to_owned(),
    }]);
    let words = "alice sent the relay nothing meanwhile: it has not read what was typed";
    assert!(unread.contains(words), "{unread}");
}

#[test]
fn a_relay_whose_end_is_seen_late_is_the_cause_of_what_its_links_show_before() {
    let mut timeline = TimelineBuilder::new();
    timeline.begin().add(wire("bob", Direction::Down, 40));
    let closed = timeline.0.len() as u64;
    timeline.add(Kind::LinkClosed {
        link: "bob".to_owned(),
        direction: Direction::Down,
        how: LinkEnd::Fin,
    });
    timeline.end().add(Kind::Exited {
        who: "relay".to_owned(),
        how: Ended::Exit(1),
    });
    timeline.close(&planned());
    let verdicts = judged(&timeline);
    let red = verdicts.checks.iter();
    let red = red.filter(|check| check.verdict == Verdict::Fail);
    let first = red.min_by_key(|check| check.evidence.event).unwrap();
    assert_eq!(first.name, "the relay keeps running");
    assert_eq!(first.evidence.event, Some(closed));
}

#[test]
fn a_refusal_of_the_sender_is_the_first_that_is_said_of_what_has_not_come() {
    let mut timeline = TimelineBuilder::new();
    timeline
        .begin()
        .line("alice", "refused offline bob is not here");
    timeline.end().close(&planned());
    let got = got(&judged(&timeline), "bob");
    let words = "alice printed \"refused offline bob is not here\", which counts as `refused`; the";
    assert!(got.contains(words), "{got}");
}

#[test]
fn what_is_typed_first_on_a_terminal_and_leads_to_nothing_may_have_been_thrown_away() {
    let said = |terminal: Option<Terminal>, typed_before: bool| {
        let mut adapter = reference();
        adapter.client.io.terminal = terminal;
        let plan = plan_with(
            &format!(
                "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\n\
                 msg = {{ from = \"alice\", to = \"bob\", text = \"{TEXT}\" }}\n"
            ),
            &adapter,
        );
        let who = "alice".to_owned();
        let mut timeline = TimelineBuilder::new();
        timeline.add(Kind::Ready { who: who.clone() });
        if typed_before {
            let line = "before".to_owned();
            timeline.add(Kind::Typed { who, line });
        }
        timeline.begin().end().close(&plan);
        got(&judge::judge(&plan, &timeline.0, &[]), "bob").contains("set `settle`")
    };
    assert!(said(Some(Terminal::default()), false));
    assert!(!said(Some(Terminal::default()), true));
    assert!(!said(None, false));
}

#[test]
fn what_came_too_late_is_no_silence() {
    let mut timeline = TimelineBuilder::new();
    timeline.begin().end();
    timeline.shows("bob", EventKind::Private, &["alice", TEXT]);
    timeline.close(&planned());
    let got = got(&judged(&timeline), "bob");
    assert!(
        got.contains("bob showed it") && got.contains("too late"),
        "{got}"
    );
}

#[test]
fn what_counted_for_an_earlier_step_is_named() {
    let mut timeline = TimelineBuilder::new();
    timeline.shows("bob", EventKind::Private, &["alice", TEXT]);
    timeline.begin().end().close(&planned());
    let got = got(&judged(&timeline), "bob");
    assert!(got.contains("bob showed the same at t="), "{got}");
    assert!(got.contains("before this step"), "{got}");
}

#[test]
fn the_last_line_of_somebody_silent_is_one_that_can_be_read() {
    let mut timeline = TimelineBuilder::new();
    timeline
        .line("bob", "the last that can be read")
        .line("bob", "  ");
    timeline.begin().end().close(&planned());
    let got = got(&judged(&timeline), "bob");
    assert!(
        got.contains("its last: \"the last that can be read\""),
        "{got}"
    );
}

#[test]
fn each_failure_has_the_event_that_settled_it() {
    let mut timeline = TimelineBuilder::new();
    timeline.begin();
    let died = timeline.0.len() as u64;
    timeline.add(Kind::Exited {
        who: "relay".to_owned(),
        how: Ended::Signal(11),
    });
    timeline.end().close(&planned());
    let verdicts = judged(&timeline);
    let event = |check: &Check| check.evidence.event;
    let failed = verdicts.checks.iter();
    let failed = failed.filter(|check| check.verdict == Verdict::Fail);
    let (relay, others): (Vec<_>, Vec<_>) =
        failed.partition(|check| check.name == "the relay keeps running");
    let relay = relay.first().and_then(|check| event(check)).unwrap();
    assert!(relay >= died);
    assert!(!others.is_empty());
    assert!(others.iter().all(|check| event(check) > Some(relay)));
}

#[test]
fn who_was_asked_to_end_is_not_said_to_end_by_itself() {
    let plan = plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
         leave = { client = \"bob\", how = \"quit\" }\n",
    );
    let ended = |how| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin().add(Kind::Exited {
            who: "bob".to_owned(),
            how,
        });
        timeline.end().close(&plan);
        let verdicts = judge::judge(&plan, &timeline.0, &[]);
        let names = verdicts.checks.into_iter();
        let names = names.map(|check| check.name);
        names
            .filter(|name| name.starts_with("bob "))
            .collect::<Vec<_>>()
    };
    let asked = "bob ends as it was asked to".to_owned();
    assert!(ended(Ended::Exit(3)).contains(&asked));
    assert!(!ended(Ended::Exit(0)).contains(&asked));
}
