//! Mail for those who are away.

use std::collections::BTreeMap;

use bytes::Bytes;
use chat_protocol::{ReturnReason, ToClient, ToRelay};

use crate::hall::{Hall, Start, untouched};

/// Alice and bob, and a relay that keeps mail. Bob has left.
fn bob_is_away() -> Hall {
    let mut hall = Hall::default();
    hall.boxes = Some(BTreeMap::new());
    hall.join("alice", Start::new(0));
    hall.join("bob", Start::new(1));
    hall.drop("bob");
    hall.forget("alice");
    hall
}

/// Somebody's program starts again with what it has stored.
fn comes_back(hall: &mut Hall, key: u32, who: &str) {
    let person = hall.person(who);
    let start = Start {
        journal: person.journal.clone(),
        ..Start::knowing(key, &person.contacts.clone())
    };
    hall.join(who, start);
}

#[test]
fn a_text_to_somebody_who_is_away_waits_and_is_shown_and_confirmed_when_that_person_comes() {
    let mut hall = bob_is_away();
    hall.types("alice", "@7 /msg bob one");
    let told = hall.lines("alice");
    assert!(told.contains(&"sent 7 bob".to_owned()), "{told:?}");
    hall.types("alice", "/msg bob two");
    comes_back(&mut hall, 1, "bob");
    let lines = hall.lines("bob");
    assert_eq!(lines[1..], ["private alice one", "private alice two"]);
    let told = hall.lines("alice");
    assert!(told.contains(&"delivered 7 bob".to_owned()), "{told:?}");
}

#[test]
fn who_is_away_is_sent_no_files_and_no_public_texts() {
    let mut hall = bob_is_away();
    let told = hall.types("alice", "/file bob plan.pdf");
    assert!(told[0].starts_with("refused offline "), "{told:?}");
    hall.types("alice", "good morning");
    assert!(hall.boxes.as_ref().unwrap().is_empty());
}

#[test]
fn a_relay_without_mail_is_asked_for_none() {
    let mut hall = bob_is_away();
    hall.boxes = None;
    hall.reconnect("alice");
    let told = hall.types("alice", "/msg bob hello");
    assert!(told[0].starts_with("refused offline "), "{told:?}");
}

#[test]
fn what_nobody_has_answered_for_waits_for_somebody_who_is_away_after_the_next_login() {
    let mut hall = bob_is_away();
    hall.tamper(|_, message, body| match message {
        ToRelay::Send { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "/msg bob one");
    hall.types("alice", "/msg bob two");
    hall.tamper(|_, message, body| untouched(message, body));
    hall.drop("alice");
    comes_back(&mut hall, 0, "alice");
    assert_eq!(
        hall.lines("alice"),
        ["ready alice with nobody", "sent bob", "sent bob"]
    );
    comes_back(&mut hall, 1, "bob");
    let lines = hall.lines("bob");
    assert_eq!(lines[1..], ["private alice one", "private alice two"]);
}

#[test]
fn the_end_of_the_input_does_not_wait_for_the_word_of_somebody_who_is_away() {
    let mut hall = bob_is_away();
    hall.types("alice", "/msg bob hello");
    hall.person("alice").session.on_end_of_input();
    hall.settle();
    assert!(hall.person("alice").ending.is_some());
}

#[test]
fn a_letter_that_comes_twice_is_shown_once() {
    let mut hall = bob_is_away();
    hall.types("alice", "/msg bob hello");
    let letters = hall.boxes.clone();
    comes_back(&mut hall, 1, "bob");
    hall.drop("bob");
    hall.boxes = letters;
    comes_back(&mut hall, 1, "bob");
    assert_eq!(hall.lines("bob"), ["ready bob with alice"]);
    assert!(hall.log("bob").contains(&"(ack 1)".to_owned()));
}

#[test]
fn the_sender_is_told_that_a_letter_comes_to_nothing_and_says_that_it_has_heard() {
    let mut hall = bob_is_away();
    hall.types("alice", "/msg bob hello");
    for (seq, reason) in [(1, ReturnReason::Expired), (2, ReturnReason::Refused)] {
        hall.forget("alice");
        let to = "bob".parse().unwrap();
        let returned = ToClient::Returned { seq, to, reason };
        hall.relay_says("alice", returned, Bytes::new());
        let told = hall.log("alice");
        let expected = [format!("undelivered bob {reason}"), format!("(ack {seq})")];
        assert_eq!(told, expected);
    }
}
