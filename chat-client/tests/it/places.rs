//! Ids, places and receipts of messages: what a relay cannot do without anybody noticing.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use chat_client::account::Entry;
use chat_client::session::Ending;
use chat_crypto::SendingSession;
use chat_identity::EncryptionKey;
use chat_protocol::{Content, Conversation, ErrorCode, LeaveReason, ToClient, ToRelay};

use crate::hall::{Hall, NOW, Start, fixture, name, peer, untouched};

/// From now on the relay keeps mail of alice until it is told to go on.
fn hold(hall: &mut Hall) -> Rc<RefCell<Vec<(ToRelay, Bytes)>>> {
    let held: Rc<RefCell<Vec<_>>> = Rc::default();
    let keeper = Rc::clone(&held);
    hall.tamper(move |from, message, body| match message {
        ToRelay::Send { .. } if from == "alice" => {
            keeper.borrow_mut().push((message, body));
            Vec::new()
        }
        message => untouched(message, body),
    });
    held
}

fn let_go(hall: &mut Hall, (message, body): (ToRelay, Bytes)) {
    hall.tamper(|_, message, body| untouched(message, body));
    hall.client_says("alice", message, body);
}

#[test]
fn a_text_with_a_number_is_marked_when_it_is_accepted_and_when_it_was_shown() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.types("alice", "@7 /msg bob hello");
    assert_eq!(hall.lines("alice"), ["sent 7 bob", "delivered 7 bob"]);
    hall.types("alice", "@8 /say hello");
    let mut told = hall.lines("alice");
    told.sort();
    let expected = [
        "delivered 8 bob",
        "delivered 8 carol",
        "sent 8 all 2",
        "sent 8 bob",
        "sent 8 carol",
    ];
    assert_eq!(told, expected);
    hall.types("alice", "@9 lives");
    assert_eq!(hall.lines("bob").last().unwrap(), "message alice @9 lives");
}

#[test]
fn what_is_refused_of_a_line_with_a_number_has_that_number() {
    let mut hall = Hall::with(&["alice", "bob"]);
    for (line, code) in [
        ("/msg nobody hello", "unknown-name"),
        ("/dance", "unknown-command"),
        ("/file bob nowhere.txt", "not-found"),
    ] {
        let told = hall.types("alice", &format!("@12 {line}"));
        let refused = format!("refused 12 {code} ");
        assert!(told[0].starts_with(&refused), "{told:?}");
    }
    hall.tamper(|_, message, body| match message {
        ToRelay::Send { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "@13 /msg bob hello");
    let (id, reason) = (1, ErrorCode::UnknownName);
    let gone = ToClient::Undelivered { id, reason };
    hall.relay_says("alice", gone, Bytes::new());
    assert_eq!(hall.lines("alice"), ["undelivered 13 bob unknown-name"]);
}

#[test]
fn the_relays_word_alone_marks_nothing_as_delivered() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Send { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "@7 /msg bob hello");
    let (id, refused) = (1, false);
    hall.relay_says("alice", ToClient::Accepted { id, refused }, Bytes::new());
    assert_eq!(hall.lines("alice"), ["sent 7 bob"]);
    // Nor does what somebody else has confirmed.
    let from = name("bob");
    let receipts = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&receipts);
    hall.tamper(move |_, message, body| {
        if let ToRelay::Receipt { .. } = &message {
            seen.borrow_mut().push(body.clone());
        }
        untouched(message, body)
    });
    hall.types("alice", "/msg carol hello");
    let receipt = receipts.borrow_mut().remove(0);
    hall.forget("alice");
    hall.relay_says("alice", ToClient::Receipt { from }, receipt);
    assert_eq!(hall.lines("alice"), ["rejected bob wrong-sender"]);
    // At the end it is told what nobody has confirmed.
    hall.forget("alice");
    hall.person("alice").session.on_end_of_input();
    hall.settle();
    assert_eq!(hall.person("alice").ending, None, "it waits for bob's word");
    hall.person("alice").session.leave_at_once();
    hall.settle();
    assert_eq!(hall.lines("alice"), ["unconfirmed bob 1"]);
    assert_eq!(hall.person("alice").ending, Some(Ending::Left));
}

#[test]
fn a_text_that_the_relay_swallows_is_missed() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "one");
    let held = hold(&mut hall);
    hall.types("alice", "two");
    hall.types("alice", "three");
    held.borrow_mut().clear();
    hall.tamper(|_, message, body| untouched(message, body));
    hall.types("alice", "four");
    let lines = hall.lines("bob");
    assert_eq!(
        lines,
        ["message alice one", "missing alice 2", "message alice four"]
    );
}

#[test]
fn texts_in_another_order_are_told_as_such() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let held = hold(&mut hall);
    for text in ["one", "two", "three"] {
        hall.types("alice", &format!("/msg bob {text}"));
    }
    let mut held = held.take();
    held.swap(0, 1);
    for frame in held {
        let_go(&mut hall, frame);
    }
    let expected = [
        "missing alice 1",
        "private alice two",
        "late alice",
        "private alice one",
        "private alice three",
    ];
    assert_eq!(hall.lines("bob"), expected);
}

#[test]
fn a_conversation_goes_on_where_it_was_after_both_have_restarted() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "one");
    for (key, who) in [(0, "alice"), (1, "bob")] {
        hall.drop(who);
        let (journal, contacts) = {
            let person = hall.person(who);
            (person.journal.clone(), person.contacts.clone())
        };
        let start = Start {
            journal,
            ..Start::knowing(key, &contacts)
        };
        hall.join(who, start);
    }
    hall.forget("bob");
    let held = hold(&mut hall);
    hall.types("alice", "two");
    held.borrow_mut().clear();
    hall.tamper(|_, message, body| untouched(message, body));
    hall.types("alice", "three");
    assert_eq!(
        hall.lines("bob"),
        ["missing alice 1", "message alice three"]
    );
    // One who has lost its memory begins anew, and that is told.
    let contacts = hall.person("alice").contacts.clone();
    hall.drop("alice");
    hall.join("alice", Start::knowing(0, &contacts));
    hall.forget("bob");
    hall.types("alice", "who am I");
    assert_eq!(hall.lines("bob"), ["anew alice", "message alice who am I"]);
}

#[test]
fn what_nobody_has_answered_for_is_sent_again_byte_for_byte_and_shown_once() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let held = hold(&mut hall);
    hall.types("alice", "/msg bob hello");
    hall.types("alice", "good morning");
    let first: Vec<Bytes> = held.take().into_iter().map(|(_, body)| body).collect();
    // One arrives after all, and its acknowledgement is lost.
    hall.tamper(|_, message, body| match message {
        ToRelay::Ack { .. } => Vec::new(),
        message => untouched(message, body),
    });
    let to = name("bob");
    hall.client_says("alice", ToRelay::Send { id: 1, to }, first[0].clone());
    hall.person("alice").session.on_disconnect("closed");
    hall.drop("alice");
    let lines = hall.lines("alice");
    assert_eq!(lines, ["disconnected closed"]);

    let again: Rc<RefCell<Vec<Bytes>>> = Rc::default();
    let seen = Rc::clone(&again);
    hall.tamper(move |from, message, body| {
        if from == "alice" && matches!(message, ToRelay::Send { .. }) {
            seen.borrow_mut().push(body.clone());
        }
        untouched(message, body)
    });
    hall.forget("bob");
    let (journal, contacts) = {
        let alice = hall.person("alice");
        (alice.journal.clone(), alice.contacts.clone())
    };
    hall.join(
        "alice",
        Start {
            journal,
            ..Start::knowing(0, &contacts)
        },
    );
    assert_eq!(first, again.take(), "in their order");
    let lines = hall.lines("bob");
    assert_eq!(lines, ["joined alice", "message alice good morning"]);
    // Both have their answer now.
    let journal = hall.person("alice").journal.clone();
    let account = chat_client::account::Account::read(journal, NOW);
    assert!(account.expired(u64::MAX).is_empty());
}

#[test]
fn a_person_who_goes_leaves_a_word_of_what_is_unconfirmed() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Receipt { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "/msg bob hello");
    hall.forget("alice");
    let (name, reason) = (name("bob"), LeaveReason::Quit);
    hall.relay_says("alice", ToClient::Left { name, reason }, Bytes::new());
    assert_eq!(hall.lines("alice"), ["left bob quit", "unconfirmed bob 1"]);
}

#[test]
fn who_does_not_come_back_tells_what_is_unconfirmed() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Receipt { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "/msg bob hello");
    hall.forget("alice");
    let alice = &mut hall.person("alice").session;
    alice.on_disconnect("replaced");
    alice.conclude();
    hall.settle();
    assert_eq!(
        hall.lines("alice"),
        ["disconnected replaced", "unconfirmed bob 1"]
    );
}

#[test]
fn another_connection_goes_on_where_the_last_one_ended() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    let held = hold(&mut hall);
    hall.types("alice", "@7 /msg bob hello");
    hall.types("alice", "@8 /say good morning");
    held.borrow_mut().clear();
    hall.tamper(|_, message, body| untouched(message, body));
    for who in ["alice", "bob", "carol"] {
        hall.forget(who);
    }
    hall.reconnect("alice");
    let lines = hall.lines("alice");
    assert_eq!(
        lines[..2],
        ["disconnected closed", "ready alice with bob,carol"]
    );
    let mut rest = lines[2..].to_vec();
    rest.sort();
    let expected = [
        "delivered 7 bob",
        "delivered 8 bob",
        "delivered 8 carol",
        "sent 7 bob",
        "sent 8 bob",
        "sent 8 carol",
    ];
    assert_eq!(rest, expected);
    let mut bobs = hall.lines("bob");
    bobs.sort();
    let expected = [
        "joined alice",
        "left alice dropped",
        "message alice good morning",
        "private alice hello",
    ];
    assert_eq!(bobs, expected);
    // And on from there.
    hall.forget("carol");
    hall.types("alice", "more");
    assert_eq!(hall.lines("carol"), ["message alice more"]);
}

#[test]
fn what_was_shown_on_a_lost_connection_is_not_shown_again_on_the_next() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Ack { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "once");
    assert_eq!(hall.lines("bob"), ["message alice once"]);
    hall.tamper(|_, message, body| untouched(message, body));
    hall.forget("bob");
    hall.reconnect("alice");
    assert_eq!(hall.lines("bob"), ["left alice dropped", "joined alice"]);
    assert!(hall.lines("alice").contains(&"sent bob".to_owned()));
}

#[test]
fn nobody_confirms_what_was_written_to_somebody_else() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Receipt { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "@7 /msg bob hello");
    let kept = hall.person("alice").journal.iter().find_map(|entry| {
        let Entry::Kept(kept) = entry else {
            return None;
        };
        Some(kept.id)
    });
    let ids = vec![kept.unwrap()];
    // Carol has learnt the id, and says that it was shown to her.
    let (alice, carol) = (fixture(0), fixture(2));
    let certificate = peer("alice", &alice).certificate;
    let owner = (&name("alice"), alice.public());
    let key = EncryptionKey::certified(&certificate, owner, NOW).unwrap();
    let mut rng = rand::rng();
    let session = SendingSession::start(&mut rng, &carol, alice.public(), &key, NOW);
    let content = Content::Delivered { ids }.encode();
    let sealed = session.unwrap().seal(Conversation::Private, &content, NOW);
    hall.forget("alice");
    let from = name("carol");
    let body = sealed.unwrap().encode();
    hall.relay_says("alice", ToClient::Receipt { from }, body);
    assert!(hall.lines("alice").is_empty(), "{:?}", hall.lines("alice"));
}
