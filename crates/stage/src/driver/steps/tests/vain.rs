//! Tests of steps: nothing is waited for that cannot come any more.

use std::time::Duration;

use crate::driver::RELAY;
use crate::driver::testing::{
    ADAPTER, Cue, Happenings, Played, Staged, chatting, load_of, planned, planned_for, play,
    play_load,
};
use timeline::{Direction, Ended, Kind, LinkEnd, StepResult};

/// alice says something to bob; each has ten seconds.
const TALK: &str = "title = \"a talk\"\nclients = [\"alice\", \"bob\"]\n\
    [[steps]]\nsay = { from = \"alice\", text = \"good morning\" }\n";

/// A play in which this happens when alice is typed her text.
fn played(mut said: impl FnMut(&mut Happenings) + Send + 'static) -> Played {
    let plan = planned(TALK);
    let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
        Cue::Typed("alice", "/say good morning") => said(all),
        cue => chatting(cue, all),
    });
    play(&plan, Staged::default(), behaviour)
}

fn is_missing(played: &Played) -> bool {
    matches!(played.steps()[..], [("1", StepResult::Missing(_))])
}

#[test]
fn what_only_a_relay_could_bring_that_is_dead_is_waited_for_a_second_longer() {
    let dead = played(|all| {
        all.passes("alice", Direction::Up, "message");
        all.exits(RELAY, Ended::Exit(1));
    });
    assert!(is_missing(&dead));
    let second = Duration::from_secs(1);
    assert!(
        dead.took >= second && dead.took < 4 * second,
        "{:?}",
        dead.took
    );
    // What it has sent before is still shown.
    let shown = played(|all| {
        chatting(Cue::Typed("alice", "/say good morning"), all);
        all.exits(RELAY, Ended::Exit(1));
    });
    assert_eq!(shown.steps(), [("1", &StepResult::Held)]);
}

#[test]
fn who_ended_before_it_had_sent_anything_is_not_waited_for() {
    let ended = |has_sent: bool| {
        played(move |all| {
            if has_sent {
                all.passes("alice", Direction::Up, "message");
            }
            all.disconnects("alice", LinkEnd::Fin);
            all.exits("alice", Ended::Exit(1));
        })
    };
    let silent = ended(false);
    assert!(is_missing(&silent));
    assert!(silent.took < Duration::from_secs(4), "{:?}", silent.took);
    // The relay may have the text, and take its time.
    let heard = ended(true);
    assert!(is_missing(&heard));
    assert!(heard.took >= Duration::from_secs(10), "{:?}", heard.took);
}

#[test]
fn who_is_cut_off_says_so_and_does_not_come_back_is_not_waited_for() {
    let cut = |events: &str, is_said: bool| {
        let adapter = ADAPTER.replace("[client.events]\n", &format!("[client.events]\n{events}"));
        let plan = planned_for(&adapter, TALK);
        let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
            Cue::Typed("alice", "/say good morning") => {
                all.passes("alice", Direction::Up, "message");
                all.prints("alice", "sent all\n");
                all.disconnects("bob", LinkEnd::Fin);
                if is_said {
                    all.prints("bob", "gone\n");
                }
            }
            cue => chatting(cue, all),
        });
        let played = play(&plan, Staged::default(), behaviour);
        assert!(is_missing(&played));
        played.took
    };
    let gone = "disconnected = '^gone$'\n";
    let (short, long) = (Duration::from_secs(4), Duration::from_secs(10));
    assert!(cut(gone, true) < short);
    // It may come back, or need another connection for each thing that it asks.
    assert!(cut(&format!("{gone}reconnected = '^back$'\n"), true) >= long);
    assert!(cut(gone, false) >= long);
}

/// The adapter with another sign that a client is ready.
fn ready_when(word: &str) -> String {
    let with = format!("[client]\nready = \"{word}\"\n");
    ADAPTER
        .replace("[client]\n", &with)
        .replace("ready = '^ready$'\n", "")
}

/// A play in which somebody ends once bob is started, and bob waits for something before it is
/// ready.
fn opened(adapter: &str, ends: &'static str) -> Played {
    let plan = planned_for(adapter, TALK);
    let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
        Cue::Started("bob") => all.exits(ends, Ended::Exit(1)),
        cue => chatting(cue, all),
    });
    let played = play(&plan, Staged::default(), behaviour);
    assert!(played.steps().is_empty());
    played
}

#[test]
fn before_it_is_ready_nobody_is_waited_for_whose_relay_has_ended() {
    let asking = ADAPTER.replace(
        "[client.type]",
        "[[client.dialogue]]\nawait = 'Key: $'\ntype = \"x\"\nonly = \"later\"\n[client.type]",
    );
    let connecting = ready_when("connected");
    for adapter in [ADAPTER, asking.as_str(), connecting.as_str()] {
        let played = opened(adapter, RELAY);
        assert_eq!(played.not_ready().map(|(who, _)| who), Some("bob"));
        assert!(played.took < Duration::from_secs(4), "{:?}", played.took);
    }
}

#[test]
fn nobody_starts_where_the_relay_has_gone_between_two_clients() {
    let settling = ADAPTER.replace("[client]\n", "[client]\nsettle = \"300ms\"\n");
    let plan = planned_for(&settling, TALK);
    let behaviour = Box::new(|cue: Cue<'_>, all: &mut Happenings| {
        chatting(cue, all);
        if cue == Cue::Started("alice") {
            all.exits(RELAY, Ended::Exit(1));
        }
    });
    let played = play(&plan, Staged::default(), behaviour);
    assert!(played.steps().is_empty());
    assert!(played.took < Duration::from_secs(4), "{:?}", played.took);
    let is_bobs = |kind: &Kind| matches!(kind, Kind::Started { who, .. } if who == "bob");
    assert!(!played.kinds().into_iter().any(is_bobs));
}

#[test]
fn where_one_waits_for_another_who_has_ended_that_one_is_named_at_once() {
    let plan = planned_for(&ready_when("joined"), TALK);
    for ends in ["alice", "bob"] {
        let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
            Cue::Started(who) if who == ends => {
                all.connects(who);
                all.exits(who, Ended::Exit(1));
            }
            Cue::Started(who) if who != RELAY => all.connects(who),
            cue => chatting(cue, all),
        });
        let played = play(&plan, Staged::default(), behaviour);
        let (who, why) = played.not_ready().unwrap();
        assert_eq!(who, ends);
        assert!(why.contains("it ended with status 1"), "{why}");
        assert!(played.took < Duration::from_secs(4), "{:?}", played.took);
    }
}

#[test]
fn under_load_who_ended_before_it_had_sent_anything_is_not_waited_for() {
    let load = load_of(&TALK.replace("good morning", "good morning to all of you, {canary}"));
    load.round(1, 1).unwrap();
    let alice = load.members(1)[0].clone();
    let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
        Cue::Typed(who, line) if who == alice && line.starts_with("/say") => {
            all.disconnects(who, LinkEnd::Fin);
            all.exits(who, Ended::Exit(1));
        }
        cue => chatting(cue, all),
    });
    let played = play_load(&load, behaviour);
    assert!(matches!(
        played.steps()[..],
        [("1.1.1", StepResult::Missing(_))]
    ));
    assert!(played.took < Duration::from_secs(4), "{:?}", played.took);
}
