//! Rooms: who reads what, and what a relay can do about it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chat_protocol::{LeaveReason, ToClient, ToRelay};

use crate::hall::{Hall, Start, name, untouched};

/// Alice's room, with bob and carol in it; dave and erin are here as well.
fn team() -> Hall {
    let mut hall = Hall::with(&["alice", "bob", "carol", "dave", "erin"]);
    for line in [
        "/room create team",
        "/room invite team bob",
        "/room invite team carol",
    ] {
        hall.types("alice", line);
    }
    for who in ["alice", "bob", "carol", "dave", "erin"] {
        hall.forget(who);
    }
    hall
}

/// Somebody's program starts again with what it has stored.
fn restart(hall: &mut Hall, key: u32, who: &str) {
    hall.drop(who);
    let person = hall.person(who);
    let start = Start {
        journal: person.journal.clone(),
        ..Start::knowing(key, &person.contacts.clone())
    };
    hall.join(who, start);
    hall.forget(who);
}

fn code(told: &[String]) -> String {
    let first = told.iter().find(|line| line.starts_with("refused"));
    let words = first.unwrap().split(' ').take(2);
    words.collect::<Vec<_>>().join(" ")
}

/// Everything that is sent from now on: by whom, and to whom.
fn watch(hall: &mut Hall) -> Rc<RefCell<Vec<(String, String)>>> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let sent = Rc::clone(&seen);
    hall.tamper(move |from, message, body| {
        if let ToRelay::Send { to, .. } = &message {
            sent.borrow_mut().push((from.to_owned(), to.to_string()));
        }
        untouched(message, body)
    });
    seen
}

/// From now on the relay swallows what one person sends to another.
fn cut(hall: &mut Hall, one: &'static str, other: &'static str) {
    hall.tamper(move |from, message, body| match &message {
        ToRelay::Send { to, .. } if from == one && to.as_str() == other => Vec::new(),
        _ => untouched(message, body),
    });
}

#[test]
fn members_read_what_is_said_in_a_room_and_nobody_else_does() {
    let mut hall = team();
    let told = hall.types("bob", "/room say #team hello");
    assert_eq!(told.last().unwrap(), "sent #team 2");
    for member in ["alice", "carol"] {
        assert_eq!(hall.lines(member), ["room-message #team bob hello"]);
    }
    for other in ["dave", "erin"] {
        assert!(hall.log(other).is_empty());
    }
    let listed = hall.types("carol", "/room list team");
    let expected = [
        "room-member #team alice creator",
        "room-member #team bob member",
        "room-member #team carol member",
        "room #team members 3",
    ];
    assert_eq!(listed, expected);
    let listed = hall.types("carol", "/room list");
    let expected = ["room #lobby open 5", "room #team members 3", "rooms 1"];
    assert_eq!(listed, expected);
    assert_eq!(hall.types("dave", "/room list")[1..], ["rooms 0"]);
}

#[test]
fn everybody_is_told_who_comes_and_goes_and_by_whose_doing() {
    let mut hall = team();
    hall.types("bob", "/room invite team dave");
    for member in ["alice", "bob", "carol", "dave"] {
        let lines = hall.lines(member);
        assert_eq!(lines, ["room-added #team dave bob"], "{member}");
        hall.forget(member);
    }
    hall.types("alice", "/room remove team bob");
    hall.types("carol", "/room leave team");
    for member in ["alice", "dave"] {
        let expected = ["room-removed #team bob", "room-left #team carol"];
        assert_eq!(hall.lines(member), expected, "{member}");
    }
    assert_eq!(hall.lines("bob"), ["room-removed #team bob"]);
    assert!(hall.lines("erin").is_empty());
}

#[test]
fn whoever_is_removed_gets_nothing_afterwards_and_whoever_is_new_nothing_from_before() {
    let mut hall = team();
    hall.types("alice", "/room say team for three");
    hall.types("alice", "/room remove team carol");
    hall.forget("carol");
    let sent = watch(&mut hall);
    for (who, line) in [
        ("alice", "/room say team for two"),
        ("bob", "/room say team the same"),
        ("alice", "/room invite team dave"),
        ("dave", "/room say team I am new"),
        ("bob", "/room say team welcome"),
    ] {
        hall.types(who, line);
    }
    // Not even an envelope.
    assert!(sent.borrow().iter().all(|(_, to)| to != "carol"));
    assert!(hall.log("carol").is_empty());
    let texts: Vec<String> = hall.lines("bob");
    assert_eq!(texts.last().unwrap(), "sent #team 2");
    let dave: Vec<String> = hall
        .person("dave")
        .past
        .iter()
        .map(|past| past.text.clone())
        .collect();
    assert_eq!(dave, ["I am new", "welcome"]);
    let carol: Vec<String> = hall
        .person("carol")
        .past
        .iter()
        .map(|past| past.text.clone())
        .collect();
    assert_eq!(carol, ["for three"]);
    // Nor does anybody listen any more.
    assert_eq!(
        code(&hall.types("carol", "/room say team let me in")),
        "refused unknown-room"
    );
}

#[test]
fn every_wrong_line_gets_an_answer() {
    let mut hall = team();
    for (who, line, answer) in [
        ("alice", "/room", "refused usage"),
        ("alice", "/room creat x", "refused usage"),
        ("alice", "/room create", "refused usage"),
        ("alice", "/room create Team", "refused unknown-room"),
        ("alice", "/room create two words", "refused usage"),
        ("alice", "/room create team", "refused room-exists"),
        ("alice", "/room create lobby", "refused open-room"),
        ("alice", "/room invite #lobby bob", "refused open-room"),
        ("alice", "/room leave #lobby", "refused open-room"),
        ("alice", "/room invite team", "refused usage"),
        ("alice", "/room invite team zoe", "refused unknown-name"),
        ("alice", "/room invite team alice", "refused self"),
        ("alice", "/room invite team bob", "refused a-member"),
        ("alice", "/room remove team dave", "refused not-a-member"),
        (
            "alice",
            "/room remove team alice",
            "refused not-the-creator",
        ),
        ("bob", "/room remove team carol", "refused not-the-creator"),
        ("dave", "/room say team hello", "refused unknown-room"),
        ("dave", "/room leave team", "refused unknown-room"),
        ("dave", "/room invite team erin", "refused unknown-room"),
        ("dave", "/room list team", "refused unknown-room"),
        ("alice", "/room say team", "refused empty"),
        ("alice", "@7 /room leave other", "refused 7"),
    ] {
        assert_eq!(code(&hall.types(who, line)), answer, "{line}");
    }
    hall.types("alice", "/room remove team carol");
    let told = hall.types("bob", "/room invite team carol");
    assert_eq!(code(&told), "refused was-removed");
    let told = hall.types("alice", "/room say #lobby to all");
    assert_eq!(told.last().unwrap(), "sent all 4");
    assert_eq!(
        hall.types("bob", "/room list #lobby").last().unwrap(),
        "contacts 4"
    );
}

#[test]
fn blocked_people_are_not_invited_and_get_and_show_nothing_in_rooms() {
    let mut hall = team();
    hall.types("alice", "/block dave");
    assert_eq!(
        code(&hall.types("alice", "/room invite team dave")),
        "refused blocked"
    );
    hall.types("alice", "/block carol");
    hall.forget("carol");
    assert_eq!(
        hall.types("alice", "/room say team without carol")
            .last()
            .unwrap(),
        "sent #team 1"
    );
    assert!(hall.log("carol").is_empty());
    hall.forget("alice");
    hall.types("carol", "/room say team can you hear me");
    assert!(hall.lines("alice").is_empty());
    assert!(
        hall.lines("bob")
            .contains(&"room-message #team carol can you hear me".to_owned())
    );
    hall.types("alice", "/unblock carol");
    hall.types("carol", "/room say team and now");
    assert!(
        hall.lines("alice")
            .contains(&"room-message #team carol and now".to_owned())
    );
}

#[test]
fn rooms_outlive_the_program() {
    let mut hall = team();
    restart(&mut hall, 1, "bob");
    assert_eq!(hall.types("bob", "/room list")[1], "room #team members 3");
    let told = hall.types("bob", "/room say team I am back");
    assert_eq!(told.last().unwrap(), "sent #team 2");
    hall.types("carol", "/room leave team");
    restart(&mut hall, 2, "carol");
    assert_eq!(hall.types("carol", "/room list")[1..], ["rooms 0"]);
    // Its journal leads to the same.
    let journal = hall.person("bob").journal.clone();
    let again = chat_client::account::Account::read(journal, crate::hall::NOW).entries();
    let once_more = chat_client::account::Account::read(again.clone(), crate::hall::NOW);
    assert_eq!(once_more.entries(), again);
}

#[test]
fn members_who_are_away_find_changes_and_texts_in_their_mail() {
    let mut hall = Hall::default();
    hall.boxes = Some(BTreeMap::new());
    for (key, who) in [(0, "alice"), (1, "bob"), (2, "carol")] {
        hall.join(who, Start::new(key));
    }
    hall.drop("carol");
    for line in [
        "/room create team",
        "/room invite team bob",
        "/room invite team carol",
        "/room say team for all of us",
        "/room remove team bob",
        "/room say team for the two of us",
    ] {
        hall.types("alice", line);
    }
    hall.drop("alice");
    let person = hall.person("carol");
    let start = Start {
        journal: person.journal.clone(),
        ..Start::knowing(2, &person.contacts.clone())
    };
    hall.join("carol", start);
    let expected = [
        "room-added #team carol alice",
        "room-message #team alice for all of us",
        "room-removed #team bob",
        "room-message #team alice for the two of us",
    ];
    assert_eq!(hall.lines("carol")[1..], expected);
}

#[test]
fn a_change_that_did_not_arrive_comes_with_the_next_text_or_when_its_reader_comes() {
    let mut hall = team();
    hall.drop("carol");
    hall.types("alice", "/room invite team dave");
    hall.forget("carol");
    hall.reconnect("carol");
    assert!(
        hall.lines("carol")
            .contains(&"room-added #team dave alice".to_owned())
    );
}

#[test]
fn a_text_without_its_list_is_not_shown_and_the_next_one_brings_both_together() {
    let mut hall = team();
    cut(&mut hall, "alice", "bob");
    hall.types("alice", "/room invite team dave");
    hall.forget("bob");
    // Dave is nobody to bob until bob knows the list: dave sends it himself.
    hall.types("dave", "/room say team hello");
    let expected = [
        "room-added #team dave alice",
        "room-message #team dave hello",
    ];
    assert_eq!(hall.lines("bob"), expected);
}

#[test]
fn a_text_for_another_list_says_so_and_both_sides_end_with_the_same() {
    let mut hall = team();
    cut(&mut hall, "alice", "bob");
    hall.types("alice", "/room remove team carol");
    hall.tamper(|_, message, body| untouched(message, body));
    hall.forget("alice");
    hall.forget("bob");
    // Bob does not know yet, so what he says is for carol as well, who answers nothing; alice is told, and tells him.
    let bob_to_carol = |from: &str, to: &str| (from == "bob" && to == "carol") || from == "carol";
    hall.tamper(move |from, message, body| match &message {
        ToRelay::Send { to, .. } if bob_to_carol(from, to.as_str()) => Vec::new(),
        _ => untouched(message, body),
    });
    hall.types("bob", "/room say team still three?");
    let lines = hall.lines("alice");
    let expected = [
        "room-differs #team bob",
        "room-message #team bob still three?",
    ];
    assert_eq!(lines, expected);
    let told = hall.lines("bob");
    assert_eq!(told.last().unwrap(), "room-removed #team carol");
    let sent = watch(&mut hall);
    hall.types("bob", "/room say team two now");
    assert!(sent.borrow().iter().all(|(_, to)| to == "alice"));
}

#[test]
fn whoever_does_not_know_of_the_own_removal_is_told_by_whoever_hears_from_it() {
    let mut hall = team();
    cut(&mut hall, "alice", "carol");
    hall.types("alice", "/room remove team carol");
    hall.tamper(|_, message, body| untouched(message, body));
    hall.types("bob", "/room invite team dave");
    hall.forget("carol");
    hall.types("carol", "/room say team am I still in?");
    let lines = hall.lines("carol");
    assert!(
        lines.contains(&"room-removed #team carol".to_owned()),
        "{lines:?}"
    );
    // And of nothing later.
    assert!(!lines.iter().any(|line| line.contains("dave")), "{lines:?}");
}

#[test]
fn what_was_said_before_a_removal_is_not_sent_again_after_it() {
    let mut hall = team();
    cut(&mut hall, "alice", "carol");
    hall.types(
        "alice",
        "/room say team for three, lost on its way to carol",
    );
    hall.types("alice", "/room remove team carol");
    hall.tamper(|_, message, body| untouched(message, body));
    hall.forget("carol");
    hall.reconnect("alice");
    let lines = hall.lines("carol");
    assert!(
        lines.contains(&"room-removed #team carol".to_owned()),
        "{lines:?}"
    );
    assert!(
        !lines.iter().any(|line| line.starts_with("room-message")),
        "{lines:?}"
    );
}

#[test]
fn two_who_change_a_room_at_once_end_with_the_same_list() {
    let mut hall = team();
    // Nothing passes between alice and the others, while bob adds dave and alice removes bob.
    hall.tamper(|from, message, body| match &message {
        ToRelay::Send { to, .. } if from == "alice" || to.as_str() == "alice" => Vec::new(),
        _ => untouched(message, body),
    });
    hall.types("bob", "/room invite team dave");
    hall.types("alice", "/room remove team bob");
    hall.tamper(|_, message, body| untouched(message, body));
    for who in ["alice", "bob", "carol", "dave"] {
        hall.forget(who);
    }
    // On the next connection what was lost comes again: a removal wins, and what bob did meanwhile counts nowhere.
    hall.reconnect("alice");
    hall.reconnect("bob");
    let mut lists = Vec::new();
    for who in ["alice", "carol"] {
        lists.push(hall.types(who, "/room list team"));
    }
    assert_eq!(lists[0], lists[1]);
    assert_eq!(lists[0].last().unwrap(), "room #team members 2");
    for who in ["bob", "dave"] {
        assert_eq!(hall.types(who, "/room list")[1..], ["rooms 0"], "{who}");
    }
}

#[test]
fn whoever_goes_back_to_before_the_own_removal_is_heard_by_nobody() {
    let mut hall = team();
    let before = hall.person("carol").journal.clone();
    hall.types("alice", "/room remove team carol");
    // As a dishonest program would: with what it knew before, and another session.
    let contacts = hall.person("carol").contacts.clone();
    hall.drop("carol");
    let start = Start {
        journal: before,
        ..Start::knowing(2, &contacts)
    };
    hall.join("carol", start);
    for who in ["alice", "bob", "dave"] {
        hall.forget(who);
    }
    assert_eq!(hall.types("carol", "/room list")[1], "room #team members 3");
    hall.types("carol", "/room invite team dave");
    hall.types("carol", "/room say team nothing has happened");
    for who in ["alice", "bob"] {
        let lines = hall.lines(who);
        let refused = "rejected carol not-a-member".to_owned();
        assert!(lines.contains(&refused), "{lines:?}");
        assert!(
            !lines.iter().any(|line| line.starts_with("room-")),
            "{lines:?}"
        );
        assert_eq!(hall.types(who, "/room list team").len(), 3);
    }
}

#[test]
fn two_rooms_of_one_name_are_told_apart() {
    let mut hall = team();
    hall.types("dave", "/room create team");
    hall.types("dave", "/room invite team bob");
    assert_eq!(
        hall.lines("bob").last().unwrap(),
        "room-added #team-2 bob dave"
    );
    hall.types("dave", "/room say team from the other one");
    let told = hall.lines("bob");
    assert_eq!(
        told.last().unwrap(),
        "room-message #team-2 dave from the other one"
    );
    hall.types("bob", "/room say team-2 I see");
    assert!(
        hall.lines("dave")
            .contains(&"room-message #team bob I see".to_owned())
    );
    assert!(hall.lines("alice").is_empty());
}

#[test]
fn the_presence_of_somebody_adds_nobody_to_a_room() {
    let mut hall = team();
    let (who, reason) = (name("dave"), LeaveReason::Dropped);
    let left = ToClient::Left { name: who, reason };
    hall.relay_says("alice", left, bytes::Bytes::new());
    let sent = watch(&mut hall);
    hall.types("alice", "/room say team only us");
    let to: Vec<String> = sent.borrow().iter().map(|(_, to)| to.clone()).collect();
    assert!(to.iter().all(|to| to == "bob" || to == "carol"), "{to:?}");
}
