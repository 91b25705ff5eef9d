//! Tests of steps: relay.

use std::time::Duration;

use rustix::process::Signal;

use crate::driver::RELAY;
use crate::driver::testing::{Behaviour, Cue, Staged, chat, chatting, planned, play};
use crate::links::tap::LinkState;
use scenario::adapter::Transport;
use timeline::{Ended, Kind, LinkEnd, StepResult};

fn relay(action: &str) -> String {
    format!("title = \"the relay\"\nclients = [\"alice\"]\n[[steps]]\nrelay = \"{action}\"\n")
}

fn starts(played: &crate::driver::testing::Played) -> Vec<u32> {
    let kinds = played.kinds().into_iter();
    kinds
        .filter_map(|kind| match kind {
            Kind::Started { who, turn, .. } if who == RELAY => Some(*turn),
            _ => None,
        })
        .collect()
}

#[test]
fn a_restarted_relay_is_another_process_that_gets_ready_again() {
    let plan = planned(&relay("restart"));
    let played = play(&plan, Staged::default(), chat());
    assert_eq!(starts(&played), [1, 2]);
    let ends = |kind: &Kind| matches!(kind, Kind::Exited { who, .. } if who == RELAY);
    let end = played.position(ends);
    let second =
        played.position(|kind| matches!(kind, Kind::Started { who, turn: 2, .. } if who == RELAY));
    assert!(end < second);
    let ready = |kind: &&Kind| matches!(kind, Kind::Ready { who } if who == RELAY);
    assert_eq!(played.kinds().into_iter().filter(ready).count(), 2);
}

#[test]
fn a_relay_that_takes_datagrams_where_connections_are_expected_is_said_to() {
    let plan = planned(&relay("freeze"));
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            all.transport = Transport::Udp;
            chatting(cue, all);
        }),
    );
    let why = played.kinds().into_iter().find_map(|kind| match kind {
        Kind::NotReady { who, why, .. } if who == RELAY => Some(why.clone()),
        _ => None,
    });
    let why = why.expect("it takes no connections");
    assert!(why.contains("write `transport = \"udp\"`"), "{why}");
}

#[test]
fn a_relay_that_prints_its_line_before_it_listens_is_waited_for() {
    let plan = planned(&relay("freeze"));
    let behaviour = |deaf| -> Behaviour {
        Box::new(move |cue, all| {
            if cue == Cue::Started(RELAY) {
                all.deaf = deaf;
            }
            chatting(cue, all);
        })
    };
    let alice_starts = |kind: &Kind| matches!(kind, Kind::Started { who, .. } if who == "alice");
    let played = play(&plan, Staged::default(), behaviour(9));
    played.position(alice_starts);
    let played = play(&plan, Staged::default(), behaviour(u32::MAX));
    let why = played.kinds().into_iter().find_map(|kind| match kind {
        Kind::NotReady { who, why, .. } if who == RELAY => Some(why.clone()),
        _ => None,
    });
    let why = why.expect("it never listens");
    assert!(
        why.contains("by listening on port 4000, which its line announces"),
        "{why}"
    );
    assert!(!played.kinds().into_iter().any(alice_starts));
}

#[test]
fn a_relay_that_does_not_stop_even_without_its_clients_is_killed_and_that_is_reported() {
    let plan = planned(&relay("stop"));
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            if cue != Cue::InputEnded(RELAY) {
                chatting(cue, all);
            }
        }),
    );
    let request = "the end of its input";
    let within = Duration::from_millis(7500);
    assert_eq!(played.deaf(), [("relay", request, within)]);
    assert!(played.took >= within, "{:?}", played.took);
    let how = played.kinds().into_iter().find_map(|kind| match kind {
        Kind::Exited { who, how } if who == RELAY => Some(*how),
        _ => None,
    });
    assert_eq!(how, Some(Ended::Signal(9)));
}

#[test]
fn a_relay_that_waits_for_its_clients_to_go_is_not_deaf() {
    let played = play(
        &planned(&relay("restart")),
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::InputEnded(RELAY) if all.is_running("alice") => {}
            Cue::Cut("alice") => {
                all.disconnects("alice", LinkEnd::Reset);
                all.exits(RELAY, Ended::Exit(0));
            }
            cue => chatting(cue, all),
        }),
    );
    assert_eq!(played.deaf(), []);
    assert!(
        played.took >= Duration::from_secs(5),
        "it has all of its time before anything is ended for it: {:?}",
        played.took
    );
    assert_eq!(starts(&played), [1, 2]);
    assert_eq!(played.world.link_state("alice"), LinkState::Pass);
    let note = "the relay ended once the harness had closed its clients' connections";
    assert_eq!(played.notes(), [note]);
}

#[test]
fn a_relay_that_a_step_kills_is_not_deaf_and_a_frozen_one_hears_that_it_is_to_stop() {
    let played = play(&planned(&relay("kill")), Staged::default(), chat());
    assert_eq!(played.deaf(), []);
    let plan = planned("title = \"ice\"\nclients = [\"alice\"]\n[[steps]]\nrelay = \"freeze\"\n");
    let played = play(&plan, Staged::default(), chat());
    let signals = played.world.signals();
    let mut to_relay = signals.iter().filter(|(who, _)| who == RELAY);
    assert!(
        to_relay.any(|(_, signal)| *signal == Signal::CONT),
        "{signals:?}"
    );
}

#[test]
fn a_frozen_relay_is_stopped_by_a_signal_and_goes_on_by_another() {
    let plan = planned(
        "title = \"ice\"\nclients = [\"alice\"]\n[[steps]]\nrelay = \"freeze\"\n\
         [[steps]]\nrelay = \"thaw\"\n",
    );
    let played = play(&plan, Staged::default(), chat());
    let signals = played.world.signals();
    let to_relay: Vec<Signal> = signals
        .iter()
        .filter(|(who, _)| who == RELAY)
        .map(|(_, signal)| *signal)
        .collect();
    assert_eq!(to_relay[..2], [Signal::STOP, Signal::CONT]);
    assert_eq!(starts(&played), [1]);
}

#[test]
fn who_stays_when_its_relay_is_gone_is_ended_before_it_joins_again() {
    let text = "title = \"t\"\nclients = [\"alice\"]\n[[steps]]\nrelay = \"restart\"\n\
        [[steps]]\njoin = { client = \"alice\" }\n";
    let played = |deaf: bool| {
        let behaviour: Behaviour = Box::new(move |cue, all| match cue {
            Cue::Typed("alice", "/quit") if deaf => {}
            cue => chatting(cue, all),
        });
        let plan = planned(text);
        let played = play(&plan, Staged::default(), behaviour);
        let held: Vec<_> = played.steps();
        assert!(
            held.iter().all(|(_, result)| **result == StepResult::Held),
            "{held:?}"
        );
        let verdicts = judge::judge(&plan, played.events.as_ref().unwrap(), &[]);
        let mut red = verdicts.checks.into_iter();
        red.find(|check| check.name.starts_with("alice does not end"))
    };
    assert!(played(false).is_none());
    assert!(played(true).is_none(), "it is killed for that");
}
