//! A play that somebody interfered with never passes as the scenario.

use judge::{CheckKind, PlayVerdict, Verdict};
use test_plays::{TimelineBuilder, planned};
use timeline::{ControlCommand, Ended, Kind, Surface};

use crate::{judged, red};

fn by_hand(ask: ControlCommand) -> Kind {
    Kind::Unscripted { ask, refused: None }
}

fn typed() -> Kind {
    by_hand(ControlCommand::Type {
        client: "alice".to_owned(),
        line: "/say hi".to_owned(),
    })
}

#[test]
fn what_is_done_by_hand_keeps_a_play_from_passing_and_is_named() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.before_closing(typed());
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    let first = verdicts.checks.first().unwrap();
    assert_eq!(first.kind, CheckKind::Scripted);
    assert!(first.name.contains("UNSCRIPTED"), "{}", first.name);
    assert_eq!(first.evidence.got, "alice typed \"/say hi\" by hand");
}

#[test]
fn what_was_refused_or_only_paces_the_play_changes_nothing() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.before_closing(Kind::Unscripted {
        ask: ControlCommand::Repeat,
        refused: Some("no step has run yet".to_owned()),
    });
    timeline.before_closing(Kind::Composed {
        who: "alice".to_owned(),
        line: "/msg".to_owned(),
    });
    assert_eq!(judged(&timeline).play, PlayVerdict::Pass);
}

#[test]
fn a_client_that_was_killed_by_hand_is_no_failure_of_its_own() {
    let mut timeline = TimelineBuilder::good(&planned());
    let killed = Kind::Exited {
        who: "carol".to_owned(),
        how: Ended::Signal(9),
    };
    timeline.before_closing(by_hand(ControlCommand::Kill {
        client: "carol".to_owned(),
    }));
    timeline.before_closing(killed.clone());
    let verdicts = judged(&timeline);
    assert_eq!(
        verdicts.play,
        PlayVerdict::CannotTell,
        "{:?}",
        red(&verdicts)
    );
    // Bob has not: nobody asked for it, but then nobody can tell what it comes from.
    timeline.before_closing(Kind::Exited {
        who: "bob".to_owned(),
        how: Ended::Signal(9),
    });
    assert!(
        red(&judged(&timeline))
            .contains(&(Verdict::CannotTell, "bob does not end by itself".to_owned()))
    );
}

#[test]
fn what_failed_before_anybody_interfered_still_fails() {
    let interfered = |is_early: bool| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin();
        if is_early {
            timeline.add(typed());
        }
        timeline.end();
        timeline.add(typed());
        timeline.close(&planned());
        timeline
    };
    assert_eq!(judged(&interfered(false)).play, PlayVerdict::Fail);
    assert_eq!(judged(&interfered(true)).play, PlayVerdict::CannotTell);
}

#[test]
fn what_a_search_found_stands_whoever_interfered() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.before_closing(typed());
    timeline.add(Kind::Finding {
        surface: Surface::Output,
        place: "out/relay.stdout".to_owned(),
        at: 0,
        what: "#1".to_owned(),
        transformation: "as it is".to_owned(),
    });
    assert_eq!(judged(&timeline).play, PlayVerdict::Plaintext);
}
