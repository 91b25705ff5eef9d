//! Tests of steps: stopping.

use std::time::Duration;

use rustix::process::Signal;

use crate::EngineError;
use crate::driver::testing::{
    ADAPTER, Cue, Happenings, Played, Staged, chat, chatting, load_of, planned, planned_for, play,
    play_load,
};
use crate::last_resort;
use scenario::plan::Plan;
use timeline::{Direction, Ended, Kind, Limit, Stream, Surface};

const TWO: &str = r#"
title = "two"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "good morning" }
"#;

#[test]
fn clients_end_before_the_relay_is_stopped_and_nobody_is_hurried() {
    let plan = planned(TWO);
    let played = play(&plan, Staged::default(), chat());
    let end = |whom: &str| {
        played.position(|kind| matches!(kind, Kind::Exited { who, .. } if who == whom))
    };
    assert!(end("alice") < end("relay") && end("bob") < end("relay"));
    assert!(played.notes().is_empty(), "{:?}", played.notes());
    let terms = played.world.signals().into_iter();
    assert!(!terms.into_iter().any(|(_, signal)| signal == Signal::TERM));
}

#[test]
fn who_does_not_quit_is_sent_sigterm_and_then_killed_and_each_is_reported() {
    let plan = planned(TWO);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            if !cue.is_typed("bob", "/quit") {
                chatting(cue, all);
            }
        }),
    );
    let notes = played.notes();
    assert_eq!(
        notes,
        ["bob did not end within 2s of the end of the play: sent SIGTERM"]
    );
    let two = Duration::from_secs(2);
    assert_eq!(played.deaf(), [("bob", "SIGTERM", two)]);
    assert!(played.took >= 2 * two, "{:?}", played.took);
}

#[test]
fn under_load_who_does_not_quit_fails() {
    let load = load_of(&TWO.replace("good morning", "good morning to all of you, {canary}"));
    let bob = load.members(1)[1].clone();
    let name = bob.clone();
    let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
        Cue::Typed(who, "/quit") if who == name => {}
        // The clock of a script stands still where nobody is waited for: so nothing is said.
        Cue::Typed(_, line) if line.starts_with("/say") => {}
        Cue::Signalled(who, Signal::TERM) if who == name => all.exits(who, Ended::Exit(0)),
        cue => chatting(cue, all),
    });
    let played = play_load(&load, behaviour);
    let ten = Duration::from_secs(10);
    let request = "what its adapter asks it to quit by";
    assert_eq!(played.deaf(), [(bob.as_str(), request, ten)]);
    let events = played.events.as_ref().unwrap();
    let (verdicts, _) = judge::load(&load.whole, &[load.round(1, 1).unwrap()], events);
    let name = format!("{bob} shuts down cleanly when asked to");
    let mut red = verdicts.checks.iter();
    assert!(
        red.any(|check| check.name == name && check.evidence.got.ends_with("was sent SIGTERM"))
    );
}

#[test]
fn a_play_that_is_cancelled_kills_everybody_and_is_an_error() {
    let plan = planned(TWO);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Typed("alice", _) => all.cancels(),
            cue => chatting(cue, all),
        }),
    );
    assert!(matches!(played.events, Err(EngineError::Interrupted)));
    let signals = played.world.signals();
    for who in ["alice", "bob", "relay"] {
        assert!(signals.contains(&(who.to_owned(), Signal::KILL)), "{who}");
    }
}

#[test]
fn an_end_waits_for_streams_that_something_left_behind_holds_open_for_half_a_second() {
    let plan = planned(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
         leave = { client = \"bob\", how = \"kill\" }\n",
    );
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Signalled("bob", Signal::KILL) if all.is_running("bob") => {
                all.exits_with_open_streams("bob", Ended::Signal(9));
                all.prints("alice", "left bob\n");
            }
            cue => chatting(cue, all),
        }),
    );
    played.position(|kind| matches!(kind, Kind::Exited { who, .. } if who == "bob"));
    let half = Duration::from_millis(500);
    assert!(
        played.took >= half && played.took < 2 * half,
        "{:?}",
        played.took
    );
}

#[test]
fn who_prints_more_than_it_may_is_cut_off_and_killed() {
    let mut plan = planned(TWO);
    plan.adapter.client.limits.output = 100;
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            chatting(cue, all);
            if matches!(cue, Cue::Typed("alice", _)) {
                all.prints("bob", &"chatter\n".repeat(50));
            }
        }),
    );
    assert_eq!(exceeded(&played), [("bob", Limit::Output, 100)]);
    let signals = played.world.signals();
    assert!(signals.contains(&("bob".to_owned(), Signal::KILL)));
    let stored = std::fs::read(played.dir.path().join(Stream::Stdout.file_of("bob"))).unwrap();
    assert!(stored.len() <= 100, "{}", stored.len());
}

fn exceeded(played: &Played) -> Vec<(&str, Limit, u64)> {
    let kinds = played.kinds().into_iter();
    kinds
        .filter_map(|kind| match kind {
            Kind::Exceeded {
                who,
                limit,
                allowed,
                ..
            } => Some((who.as_str(), *limit, *allowed)),
            _ => None,
        })
        .collect()
}

/// A play in which everybody may make so much of the record, and somebody something else of alice's
/// text.
fn with_little_record(mut makes: impl FnMut(&mut Happenings) + Send + 'static) -> Played {
    let mut plan = planned(TWO);
    plan.adapter.client.limits.record = 100_000;
    plan.adapter.relay.limits.record = 100_000;
    play(
        &plan,
        Staged::default(),
        Box::new(move |cue, all| {
            chatting(cue, all);
            if matches!(cue, Cue::Typed("alice", line) if line.starts_with("/say")) {
                makes(all);
            }
        }),
    )
}

#[test]
fn who_fills_the_record_with_empty_lines_is_ended_and_no_more_of_it_is_recorded() {
    let played = with_little_record(|all| {
        for _ in 0..20 {
            all.prints("bob", &"\n".repeat(10_000));
        }
    });
    assert_eq!(exceeded(&played), [("bob", Limit::Record, 100_000)]);
    assert!(played.kinds().len() < 2000, "{}", played.kinds().len());
}

#[test]
fn who_has_sent_what_others_show_is_ended_for_their_lines() {
    let played = with_little_record(|all| {
        for _ in 0..20 {
            all.passes("bob", Direction::Down, &"joined x".repeat(100));
            all.prints("bob", &"joined x\n".repeat(100));
        }
    });
    assert_eq!(exceeded(&played), [("relay", Limit::Record, 100_000)]);
    let signals = played.world.signals();
    let is_killed_early = |who: &str| {
        let killed = (who.to_owned(), Signal::KILL);
        let stopped = (who.to_owned(), Signal::STOP);
        signals.contains(&killed) && signals.contains(&stopped)
    };
    assert!(
        is_killed_early("relay") && !is_killed_early("bob"),
        "{signals:?}"
    );
}

/// A play in which a scan of the relay never ends, and what is said of its files.
fn stuck(plan: &Plan, limit: Option<Duration>) -> (Played, Option<String>) {
    let staged = Staged {
        limit,
        scans_are_stuck: true,
        ..Staged::default()
    };
    let played = play(plan, staged, chat());
    let why = played.kinds().into_iter().find_map(|kind| match kind {
        Kind::Searched {
            surface: Surface::Files,
            incomplete,
            ..
        } => incomplete.clone(),
        _ => None,
    });
    (played, why)
}

#[test]
fn a_scan_of_the_relay_that_stands_still_is_given_up_and_the_play_goes_on() {
    let (played, why) = stuck(&planned(TWO), None);
    assert!(why.unwrap().starts_with("a scan of it made no progress"));
    assert_eq!(played.steps().len(), planned(TWO).steps.len());
    assert!(played.took < Duration::from_secs(60), "{:?}", played.took);
}

#[test]
fn a_relay_that_cannot_be_traced_in_time_is_not_scanned_in_the_act_and_the_play_goes_on() {
    let adapter = ADAPTER.replace("[relay]\n", "[relay]\nmemory = \"stop\"\n");
    let plan = planned_for(&adapter, TWO);
    let (played, why) = stuck(&plan, None);
    assert!(why.unwrap().starts_with("a scan of it made no progress"));
    assert_eq!(played.steps().len(), plan.steps.len());
    assert!(played.took < Duration::from_secs(60), "{:?}", played.took);
}

#[test]
fn a_scan_of_the_relay_that_never_ends_does_not_hold_up_a_play_that_is_late() {
    let limit = Duration::from_secs(20);
    let (played, why) = stuck(&planned(TWO), Some(limit));
    played.position(|kind| matches!(kind, Kind::Overdue { .. }));
    assert_eq!(
        why.as_deref(),
        Some("the play was over before a scan of it had ended")
    );
    assert!(
        played.took < limit + last_resort::WITHIN,
        "{:?}",
        played.took
    );
}
