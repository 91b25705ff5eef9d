//! Tests of steps: opening.

use std::time::Duration;

use crate::driver::RELAY;
use crate::driver::testing::{
    ADAPTER, Behaviour, Cue, Staged, chat, chatting, planned, planned_for, play,
};
use timeline::{Ended, Kind};

const TWO: &str = r#"
title = "two"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "good morning" }
"#;

/// A chat in which one participant does nothing by itself.
fn without(whom: &'static str) -> Behaviour {
    Box::new(move |cue, all| {
        if !matches!(cue, Cue::Started(who) if who == whom) {
            chatting(cue, all);
        }
    })
}

#[test]
fn a_client_starts_when_the_one_before_it_is_ready() {
    let plan = planned(TWO);
    let played = play(&plan, Staged::default(), chat());
    let ready =
        |whom: &str| played.position(|kind| matches!(kind, Kind::Ready { who } if who == whom));
    let started = |whom: &str| {
        played.position(|kind| matches!(kind, Kind::Started { who, .. } if who == whom))
    };
    assert!(ready(RELAY) < started("alice"));
    assert!(ready("alice") < started("bob"));
    let join = played.position(|kind| {
        matches!(kind, Kind::Line { who, text, .. } if who == "alice" && text == "joined bob")
    });
    let step = played.position(|kind| matches!(kind, Kind::StepBegan { .. }));
    assert!(ready("bob") < step && join < step);
    assert_eq!(played.took, Duration::ZERO, "nothing is waited for in vain");
}

#[test]
fn a_relay_that_says_nothing_is_given_up_after_ten_seconds() {
    let plan = planned(TWO);
    let played = play(&plan, Staged::default(), without(RELAY));
    let (who, why) = played.not_ready().unwrap();
    assert_eq!(who, RELAY);
    assert!(why.contains("it is still running after 10s"), "{why}");
    assert!(why.contains("it printed nothing"), "{why}");
    assert!(played.took >= Duration::from_secs(10), "{:?}", played.took);
    assert!(played.steps().is_empty());
}

#[test]
fn of_a_client_that_ends_before_it_is_ready_the_end_and_the_last_words_are_reported() {
    let plan = planned(TWO);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Started("bob") => {
                all.prints("bob", "no such relay\n");
                all.exits("bob", Ended::Exit(3));
            }
            cue => chatting(cue, all),
        }),
    );
    let (who, why) = played.not_ready().unwrap();
    assert_eq!(who, "bob");
    assert!(why.contains("no such relay"), "{why}");
    assert!(why.contains("it ended with status 3"), "{why}");
}

#[test]
fn who_is_not_reported_of_a_newcomer_is_named() {
    let plan = planned(TWO);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            chatting(cue, all);
            if cue == Cue::Started("bob") {
                all.forget_what_is_printed("alice");
            }
        }),
    );
    let missed = played.kinds().into_iter().find_map(|kind| match kind {
        Kind::Missed { who, awaited, .. } => Some((who.as_str(), awaited.as_str())),
        _ => None,
    });
    let (who, awaited) = missed.unwrap();
    assert_eq!(who, "alice");
    assert!(awaited.contains("bob"), "{awaited}");
    assert!(played.steps().is_empty(), "no step begins");
}

/// Clients are asked who they are, and show something that the next one needs.
fn asking() -> String {
    let with = r#"
[[client.dialogue]]
await = 'Name: $'
type = "{name}"
[[client.dialogue]]
await = 'Password: $'
type = "sesame"
secret = true
[client.type]"#;
    ADAPTER.replace("[client.type]", with.trim_start())
}

#[test]
fn a_dialogue_is_answered_question_by_question() {
    let plan = planned_for(&asking(), TWO);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Started(RELAY) => chatting(cue, all),
            Cue::Started(client) => all.prints(client, "welcome\nName: "),
            Cue::Typed(client, "sesame") => chatting(Cue::Started(client), all),
            Cue::Typed(client, name) if name == client => all.prints(client, "Password: "),
            cue => chatting(cue, all),
        }),
    );
    assert_eq!(played.not_ready(), None);
    let typed = played.typed_to("alice");
    assert_eq!(typed[0], "alice");
    assert_eq!(
        typed[1], "sesame",
        "of a secret, the adapter's template is recorded"
    );
    let question = |text: &str| {
        played.position(|kind| {
            matches!(kind, Kind::Line { who, text: line, .. } if who == "alice" && line == text)
        })
    };
    assert!(question("Name: ") < question("Password: "));
    assert!(question("Password: ") < question("ready"));
}

#[test]
fn a_question_that_does_not_come_is_named_with_what_was_seen_instead() {
    let plan = planned_for(&asking(), TWO);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Started("alice") => all.prints("alice", "Login: "),
            cue => chatting(cue, all),
        }),
    );
    let (who, why) = played.not_ready().unwrap();
    assert_eq!(who, "alice");
    assert!(why.contains("/Name: $/"), "{why}");
    assert!(why.contains("its last lines: Login: "), "{why}");
}

/// The adapter with other signs of readiness.
fn with(keys: &str, without: &str) -> String {
    ADAPTER
        .replace("[client]", &format!("[client]\n{keys}"))
        .replace(without, "")
}

#[test]
fn a_client_that_prints_nothing_is_ready_when_it_has_connected() {
    let adapter = with("ready = \"connected\"", "ready = '^ready$'");
    let plan = planned_for(&adapter, TWO);
    let played = play(&plan, Staged::default(), chat());
    assert_eq!(played.not_ready(), None);
    assert_eq!(played.steps().len(), 1);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Started("bob") => {}
            cue => chatting(cue, all),
        }),
    );
    let (who, why) = played.not_ready().unwrap();
    assert_eq!(who, "bob");
    assert!(why.contains("by connecting to the relay"), "{why}");
}

#[test]
fn where_one_is_ready_only_when_others_are_there_nobody_waits_for_anybody() {
    let adapter = with("ready = \"joined\"", "ready = '^ready$'");
    let plan = planned_for(&adapter, TWO);
    let mut started = 0;
    let played = play(
        &plan,
        Staged::default(),
        Box::new(move |cue, all| match cue {
            Cue::Started(client) if client != RELAY => {
                all.connects(client);
                started += 1;
                if started == 2 {
                    all.prints("alice", "joined bob\n");
                    all.prints("bob", "joined alice\n");
                }
            }
            cue => chatting(cue, all),
        }),
    );
    assert_eq!(played.not_ready(), None);
    assert_eq!(played.steps().len(), 1);
}

#[test]
fn a_client_is_left_alone_as_long_as_its_adapter_says() {
    let adapter = with("settle = \"300ms\"", "ready = '^ready$'");
    let played = play(&planned_for(&adapter, TWO), Staged::default(), chat());
    assert_eq!(played.not_ready(), None);
    assert_eq!(played.took, Duration::from_millis(600), "each in its turn");
}

#[test]
fn a_slow_client_has_the_time_that_its_adapter_gives_it() {
    let adapter = with("ready_within = \"40s\"", "");
    let played = play(
        &planned_for(&adapter, TWO),
        Staged::default(),
        without("bob"),
    );
    let (_, why) = played.not_ready().unwrap();
    assert!(why.contains("it is still running after 40s"), "{why}");
}
