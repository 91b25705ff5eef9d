use chat_client::session::{Effect, Ending};
use chat_protocol::{Blob, ErrorCode, LeaveReason, Peer, ToClient, ToRelay};

use crate::hall::{Hall, Start, name, untouched};

#[test]
fn a_text_to_all_reaches_everyone_once_and_is_counted() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    let told = hall.types("alice", "good morning");
    assert_eq!(told.last().unwrap(), "sent all 2");
    for other in ["bob", "carol"] {
        assert_eq!(hall.lines(other), ["message alice good morning"]);
    }
}

#[test]
fn a_private_text_reaches_its_recipient_alone() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    let told = hall.types("alice", "/msg bob the vault");
    assert_eq!(told.last().unwrap(), "sent bob");
    assert_eq!(hall.lines("bob"), ["private alice the vault"]);
    assert!(hall.lines("carol").is_empty());
}

#[test]
fn any_text_comes_out_as_it_went_in() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", r" two\nlines \\ \u{1b}[2J  ");
    assert_eq!(
        hall.lines("bob"),
        [r"message alice  two\nlines \\ \u{1b}[2J  "]
    );
}

#[test]
fn a_text_of_the_full_length_arrives() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let text = "ä".repeat(32 * 1024);
    hall.types("alice", &text);
    assert_eq!(hall.lines("bob"), [format!("message alice {text}")]);
}

#[test]
fn with_nobody_there_a_text_to_all_is_sent_to_none() {
    let mut hall = Hall::with(&["alice"]);
    assert_eq!(hall.types("alice", "hello?"), ["sent all 0"]);
}

#[test]
fn what_cannot_be_sent_is_refused_with_a_code() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let code = |told: Vec<String>| told[0].split(' ').take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(code(hall.types("alice", "/msg alice hi")), "refused self");
    assert_eq!(
        code(hall.types("alice", "/msg bbo hi")),
        "refused unknown-name"
    );
    assert_eq!(
        code(hall.types("alice", "/file nobody x")),
        "refused unknown-name"
    );
    hall.drop("bob");
    assert_eq!(code(hall.types("alice", "/msg bob hi")), "refused offline");
    assert!(hall.lines("bob").is_empty());
}

#[test]
fn an_envelope_that_does_not_arrive_is_told_and_not_counted() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Send { ref to, .. } if to.as_str() == "carol" => Vec::new(),
        message => untouched(message, body),
    });
    assert!(
        !hall
            .types("alice", "hello")
            .contains(&"sent all 1".to_owned())
    );
    let (id, reason) = (2, ErrorCode::Busy);
    hall.relay_says(
        "alice",
        ToClient::Undelivered { id, reason },
        bytes::Bytes::new(),
    );
    let told = hall.lines("alice");
    assert_eq!(told, ["undelivered carol busy", "sent all 1"]);
}

#[test]
fn a_first_text_to_many_is_sealed_for_one_after_the_other() {
    let mut hall = Hall::with(&["alice", "bob", "carol", "dave"]);
    let alice = &mut hall.person("alice").session;
    alice.on_line("hello", crate::hall::NOW);
    let mut sent = 0;
    loop {
        alice.end_batch();
        let effects = alice.take_effects();
        let sends = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Send(_)));
        assert!(sends.count() <= 1, "other things happen in between");
        sent += effects.len();
        if !alice.has_work() {
            break;
        }
        assert!(!alice.takes_lines(), "texts keep their order");
        alice.work();
    }
    assert!(sent >= 3);
    assert!(alice.takes_lines());
}

#[test]
fn nobody_leaves_who_was_never_here() {
    let mut hall = Hall::with(&["alice"]);
    let (name, reason) = (name("nobody"), LeaveReason::Quit);
    hall.relay_says(
        "alice",
        ToClient::Left { name, reason },
        bytes::Bytes::new(),
    );
    assert!(hall.log("alice").is_empty());
}

#[test]
fn a_relay_that_invents_people_without_end_is_left() {
    let mut hall = Hall::with(&["alice"]);
    let ghost = crate::hall::peer("ghost", &crate::hall::fixture(9));
    for number in 0..=10_000 {
        let peer = Peer {
            name: name(&format!("ghost{number}")),
            // No key at all, which is found out at once.
            key: Blob(vec![1]),
            certificate: ghost.certificate.clone(),
        };
        let joined = ToClient::Joined { peer }.frame(bytes::Bytes::new());
        let alice = &mut hall.person("alice").session;
        alice.on_frame(&joined, crate::hall::NOW);
    }
    hall.settle();
    let ending = Some(Ending::Gone("misbehaved".to_owned()));
    assert_eq!(hall.person("alice").ending, ending);
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "/msg bob hi");
    hall.forget("alice");
    hall.relay_says(
        "alice",
        ToClient::Accepted {
            id: 1,
            refused: false,
        },
        bytes::Bytes::new(),
    );
    assert!(hall.log("alice").is_empty());
}

#[test]
fn what_is_said_is_remembered_once_on_both_sides() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.types("alice", "good morning");
    hall.types("bob", "/msg alice psst");
    hall.types("alice", "/msg nobody lost");
    let said = |hall: &mut Hall, who: &str| -> Vec<(String, Option<String>, String)> {
        let past = hall.person(who).past.clone();
        let said = past.into_iter().map(|past| {
            let to = past.to.map(|name| name.to_string());
            (past.from.to_string(), to, past.text)
        });
        said.collect()
    };
    let entry = |from: &str, to: Option<&str>, text: &str| {
        (from.to_owned(), to.map(str::to_owned), text.to_owned())
    };
    let public = entry("alice", None, "good morning");
    let private = entry("bob", Some("alice"), "psst");
    for who in ["alice", "bob"] {
        assert_eq!(said(&mut hall, who), [public.clone(), private.clone()]);
    }
    assert_eq!(said(&mut hall, "carol"), [public]);
}

#[test]
fn people_come_and_go_and_are_listed() {
    let mut hall = Hall::with(&["alice", "bob"]);
    assert_eq!(
        hall.types("alice", "/who"),
        ["contact bob first-use", "contacts 1"]
    );
    hall.types("bob", "/quit");
    assert_eq!(hall.lines("alice").last().unwrap(), "left bob quit");
    assert_eq!(hall.person("bob").ending, Some(Ending::Left));
    assert_eq!(hall.types("alice", "/who"), ["contacts 0"]);
}

#[test]
fn the_end_of_the_input_waits_for_what_is_on_its_way() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Ack { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "/msg bob last words");
    hall.person("alice").session.on_end_of_input();
    hall.settle();
    assert_eq!(hall.person("alice").ending, None);
    hall.relay_says(
        "alice",
        ToClient::Accepted {
            id: 1,
            refused: false,
        },
        bytes::Bytes::new(),
    );
    assert_eq!(hall.person("alice").ending, Some(Ending::Left));
    assert_eq!(hall.lines("alice").last().unwrap(), "sent bob");
}

#[test]
fn nobody_is_written_to_on_the_relays_word_for_our_own_name() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let twin = crate::hall::peer("alice", &crate::hall::fixture(9));
    hall.relay_says(
        "alice",
        ToClient::Joined { peer: twin },
        bytes::Bytes::new(),
    );
    assert!(hall.log("alice").is_empty());
    assert_eq!(hall.types("alice", "hello").last().unwrap(), "sent all 1");
}

#[test]
fn the_help_explains_every_command() {
    let mut hall = Hall::with(&["alice"]);
    assert_eq!(hall.types("alice", "/help").len(), 21);
    let about = hall.types("alice", "/help trust");
    insta::assert_snapshot!(about.join("\n"), @"help /trust NAME NUMBER: trusts an identity that has changed, so that you can write again; NUMBER is the whole number that /verify showed");
}

#[test]
fn a_key_session_is_started_once_for_many_texts() {
    let mut hall = Hall::default();
    let sessions = std::rc::Rc::new(std::cell::RefCell::new(std::collections::BTreeSet::new()));
    hall.join("alice", Start::new(0));
    hall.join("bob", Start::new(1));
    let seen = sessions.clone();
    hall.tamper(move |_, message, body| {
        if let ToRelay::Send { to, .. } = &message
            && *to == name("bob")
        {
            let envelope = chat_protocol::Envelope::decode(body.clone()).unwrap();
            seen.borrow_mut().insert(envelope.wrap);
        }
        untouched(message, body)
    });
    for _ in 0..3 {
        hall.types("alice", "again");
    }
    assert_eq!(sessions.borrow().len(), 1);
    assert_eq!(hall.lines("bob").len(), 4);
}
