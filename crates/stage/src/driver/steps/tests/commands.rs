//! Tests of steps: commands.

use std::time::Duration;

use rustix::process::Signal;

use crate::driver::testing::{Cue, Happenings, Played, Staged, chatting, planned, play};
use crate::links::tap::LinkState;
use crate::{Pace, commands};
use timeline::{ControlCommand, Kind, StepResult};

const TALK: &str = r#"
title = "a talk"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "good morning" }
[[steps]]
say = { from = "bob", text = "good night" }
"#;

/// A play at this pace; `first` is commanded when the last client has started, and `then` when
/// alice says good morning.
fn commanded(pace: Pace, first: &[ControlCommand], then: &[ControlCommand]) -> Played {
    let plan = planned(TALK);
    let (_commands, held) = commands();
    let staged = Staged {
        pace,
        commands: held,
        ..Staged::default()
    };
    let (first, mut then) = (first.to_vec(), then.to_vec());
    let all_of = move |asks: &[ControlCommand], all: &mut Happenings| {
        for ask in asks.iter().cloned() {
            match pace {
                Pace::Full => all.commands(ask),
                Pace::Every(_) | Pace::Asked => all.commands_later(ask),
            }
        }
    };
    play(
        &plan,
        staged,
        Box::new(move |cue, all| {
            chatting(cue, all);
            match cue {
                Cue::Started("bob") => all_of(&first, all),
                // The first time; it may be repeated.
                Cue::Typed("alice", "/say good morning") => all_of(&std::mem::take(&mut then), all),
                _ => {}
            }
        }),
    )
}

fn unscripted(played: &Played) -> Vec<(ControlCommand, Option<String>)> {
    let kinds = played.kinds().into_iter();
    kinds
        .filter_map(|kind| match kind {
            Kind::Unscripted { ask, refused } => Some((ask.clone(), refused.clone())),
            _ => None,
        })
        .collect()
}

fn held(played: &Played) -> usize {
    let steps = played.steps();
    steps
        .iter()
        .filter(|(_, how)| **how == StepResult::Held)
        .count()
}

#[test]
fn a_play_that_waits_for_commands_goes_on_with_each_and_they_are_not_recorded() {
    let played = commanded(
        Pace::Asked,
        &[ControlCommand::Step],
        &[ControlCommand::Step],
    );
    assert_eq!(held(&played), 2);
    assert_eq!(unscripted(&played), []);
}

#[test]
fn a_line_is_shown_before_it_is_typed_where_that_is_wanted() {
    let played = commanded(
        Pace::Asked,
        &[ControlCommand::Next, ControlCommand::Next],
        &[ControlCommand::Step],
    );
    let morning = "/say good morning";
    let shown =
        played.position(|kind| matches!(kind, Kind::Composed { line, .. } if line == morning));
    let typed = played.position(|kind| matches!(kind, Kind::Typed { line, .. } if line == morning));
    assert!(shown < typed);
    let composed = |kind: &&Kind| matches!(kind, Kind::Composed { .. });
    let count = played.kinds().into_iter().filter(composed).count();
    assert_eq!(count, 1, "the second step was commanded at once");
}

#[test]
fn a_play_at_its_own_pace_makes_a_pause_before_each_step() {
    let pause = Duration::from_secs(2);
    let played = commanded(Pace::Every(pause), &[], &[]);
    assert_eq!(held(&played), 2);
    assert!(played.took >= 2 * pause, "{:?}", played.took);
    assert!(played.took < 3 * pause, "{:?}", played.took);
}

#[test]
fn a_play_that_is_paused_goes_on_only_when_somebody_says_so() {
    let plan = planned(TALK);
    let paused = |asks: &'static [ControlCommand]| {
        let (_commands, held) = commands();
        let staged = Staged {
            pace: Pace::Every(Duration::from_secs(1)),
            commands: held,
            limit: Some(Duration::from_secs(60)),
            ..Staged::default()
        };
        let behaviour = move |cue: Cue<'_>, all: &mut Happenings| {
            chatting(cue, all);
            if cue == Cue::Started("bob") {
                asks.iter().for_each(|ask| all.commands_later(ask.clone()));
            }
        };
        play(&plan, staged, Box::new(behaviour))
    };
    let for_good = paused(&[ControlCommand::Pause]);
    assert!(for_good.steps().is_empty(), "{:?}", for_good.steps());
    assert!(
        for_good.took >= Duration::from_secs(60),
        "{:?}",
        for_good.took
    );
    assert_eq!(
        held(&paused(&[ControlCommand::Pause, ControlCommand::Resume])),
        2
    );
}

#[test]
fn no_step_begins_after_somebody_has_asked_for_the_end() {
    let played = commanded(Pace::Full, &[], &[ControlCommand::Stop]);
    assert_eq!(unscripted(&played), [(ControlCommand::Stop, None)]);
    assert!(played.steps().iter().all(|(id, _)| *id == "1"));
    assert!(
        played
            .typed_to("bob")
            .iter()
            .all(|line| !line.starts_with("/say good"))
    );
}

#[test]
fn what_is_typed_by_hand_is_recorded_as_such_and_then_typed() {
    let ask = ControlCommand::Type {
        client: "bob".to_owned(),
        line: "/say by hand".to_owned(),
    };
    let played = commanded(Pace::Full, &[], std::slice::from_ref(&ask));
    assert_eq!(unscripted(&played), [(ask, None)]);
    assert!(played.typed_to("bob").contains(&"/say by hand"));
}

#[test]
fn who_does_not_run_or_does_not_exist_is_refused() {
    let kill = |client: &str| ControlCommand::Kill {
        client: client.to_owned(),
    };
    let line = ControlCommand::Type {
        client: "bob".to_owned(),
        line: "two\nlines".to_owned(),
    };
    let played = commanded(Pace::Full, &[], &[kill("nobody"), line]);
    let refused: Vec<String> = unscripted(&played)
        .into_iter()
        .filter_map(|(_, refused)| refused)
        .collect();
    assert_eq!(
        refused,
        [
            "no client is named \"nobody\"",
            "a line must not contain control characters"
        ]
    );
    assert_eq!(held(&played), 2, "nothing was done");
}

#[test]
fn a_client_is_killed_or_disconnected_when_it_is_asked_for() {
    let of = |client: &str| client.to_owned();
    let asks = [
        ControlCommand::Kill { client: of("bob") },
        ControlCommand::Disconnect {
            client: of("alice"),
        },
    ];
    let played = commanded(Pace::Full, &[], &asks);
    let signals = played.world.signals();
    assert!(signals.contains(&("bob".to_owned(), Signal::KILL)));
    assert_eq!(played.world.link_state("alice"), LinkState::Reset);
    assert_eq!(played.world.link_state("bob"), LinkState::Pass);
}

#[test]
fn a_step_that_is_repeated_is_done_twice_and_judged_once() {
    let played = commanded(
        Pace::Asked,
        &[ControlCommand::Step],
        &[ControlCommand::Repeat, ControlCommand::Step],
    );
    let typed = played.typed_to("alice");
    let said = typed.iter().filter(|line| **line == "/say good morning");
    assert!(said.count() >= 2, "{typed:?}");
    let first = played.steps().iter().filter(|(id, _)| *id == "1").count();
    assert_eq!(first, 1);
}
