//! A play that somebody interfered with never passes as the scenario.

use judge::{CheckKind, PlayVerdict, Verdict};
use timeline::{Ask, Ended, ExpectationId, Kind, StepResult, Surface};

use crate::tape::Tape;
use crate::verdicts::{before_closing, good, judged, planned, red};

fn by_hand(ask: Ask) -> Kind {
    Kind::Unscripted { ask, refused: None }
}

fn typed() -> Kind {
    by_hand(Ask::Type {
        client: "alice".to_owned(),
        line: "/say hi".to_owned(),
    })
}

#[test]
fn what_is_done_by_hand_keeps_a_play_from_passing_and_is_named() {
    let mut tape = good(&planned());
    before_closing(&mut tape, typed());
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    let first = verdicts.checks.first().unwrap();
    assert_eq!(first.kind, CheckKind::Scripted);
    assert!(first.name.contains("UNSCRIPTED"), "{}", first.name);
    assert_eq!(first.evidence.got, "alice typed \"/say hi\" by hand");
}

#[test]
fn what_was_refused_or_only_paces_the_play_changes_nothing() {
    let mut tape = good(&planned());
    before_closing(
        &mut tape,
        Kind::Unscripted {
            ask: Ask::Repeat,
            refused: Some("no step has been done yet".to_owned()),
        },
    );
    before_closing(
        &mut tape,
        Kind::Composed {
            who: "alice".to_owned(),
            line: "/msg".to_owned(),
        },
    );
    assert_eq!(judged(&tape).play, PlayVerdict::Pass);
}

#[test]
fn a_client_that_was_killed_by_hand_is_no_failure_of_its_own() {
    let mut tape = good(&planned());
    let killed = Kind::Exited {
        who: "carol".to_owned(),
        how: Ended::Signal(9),
    };
    before_closing(
        &mut tape,
        by_hand(Ask::Kill {
            client: "carol".to_owned(),
        }),
    );
    before_closing(&mut tape, killed.clone());
    let verdicts = judged(&tape);
    assert_eq!(
        verdicts.play,
        PlayVerdict::CannotTell,
        "{:?}",
        red(&verdicts)
    );
    // Bob has not: nobody asked for it, but then nobody can tell what it comes from.
    before_closing(
        &mut tape,
        Kind::Exited {
            who: "bob".to_owned(),
            how: Ended::Signal(9),
        },
    );
    assert!(
        red(&judged(&tape))
            .contains(&(Verdict::CannotTell, "bob does not end by itself".to_owned()))
    );
}

#[test]
fn what_failed_before_anybody_interfered_still_fails() {
    let missing = StepResult::Missing(vec![ExpectationId("1/bob-shows".to_owned())]);
    let tape = |is_early: bool| {
        let mut tape = Tape::new();
        tape.begin();
        if is_early {
            tape.add(typed());
        }
        tape.step(missing.clone());
        tape.add(typed());
        tape.close(&planned());
        tape
    };
    assert_eq!(judged(&tape(false)).play, PlayVerdict::Fail);
    assert_eq!(judged(&tape(true)).play, PlayVerdict::CannotTell);
}

#[test]
fn what_a_search_found_stands_whoever_interfered() {
    let mut tape = good(&planned());
    before_closing(&mut tape, typed());
    tape.add(Kind::Finding {
        surface: Surface::Output,
        place: "out/relay.stdout".to_owned(),
        at: 0,
        what: "#1".to_owned(),
        transformation: "as it is".to_owned(),
    });
    assert_eq!(judged(&tape).play, PlayVerdict::Plaintext);
}
