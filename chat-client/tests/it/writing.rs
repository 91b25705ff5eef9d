//! Who is writing, and what was read: told sealed, and only where both sides want it.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use chat_client::locale::Locale;
use chat_client::screen::{ChatView, Outside, Want, draw};
use chat_client::session::{Choices, Line};
use chat_protocol::{Conversation, RelayKey, ToClient, ToRelay};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::hall::{Hall, NOW, Start, name, untouched};

/// Alice and bob, who tell each other of writing, of reading or of both.
fn hall(typing: bool, read_marks: bool) -> Hall {
    let mut hall = Hall::default();
    hall.join("alice", Start::telling(0, typing, read_marks));
    hall.join("bob", Start::telling(1, typing, read_marks));
    hall.forget("alice");
    hall
}

/// How many receipts the relay carries from now on, and their bodies.
fn receipts(hall: &mut Hall) -> Rc<RefCell<Vec<Bytes>>> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let carried = Rc::clone(&seen);
    hall.tamper(move |_, message, body| {
        if let ToRelay::Receipt { .. } = message {
            carried.borrow_mut().push(body.clone());
        }
        untouched(message, body)
    });
    seen
}

#[test]
fn who_writes_is_shown_until_the_text_comes_or_nothing_more_is_said() {
    let mut hall = hall(true, false);
    assert!(hall.types("bob", "/typing alice").is_empty());
    assert_eq!(hall.log("alice"), ["typing bob"]);
    hall.types("bob", "/msg alice hello");
    assert_eq!(
        hall.lines("alice")[1..],
        ["typing-over bob", "private bob hello"]
    );
    // He stops without a word.
    let bob = &mut hall.person("bob").session;
    bob.on_line("/typing alice", NOW + 6);
    hall.settle();
    hall.forget("alice");
    assert!(
        hall.person("alice").session.has_transfers(),
        "it has to be ticked"
    );
    for (tick, told) in [(10, 0), (20, 1), (30, 1)] {
        hall.person("alice").session.on_tick(tick);
        hall.settle();
        assert_eq!(hall.lines("alice").len(), told, "{tick}");
    }
    assert_eq!(hall.lines("alice"), ["typing-over bob"]);
    assert!(!hall.person("alice").session.has_transfers());
    // He leaves.
    hall.person("bob")
        .session
        .on_line("/typing alice", NOW + 12);
    hall.settle();
    hall.forget("alice");
    hall.drop("bob");
    assert_eq!(hall.lines("alice"), ["left bob dropped", "typing-over bob"]);
}

#[test]
fn who_writes_says_so_at_most_once_in_five_seconds_and_to_nobody_who_is_away() {
    let mut hall = hall(true, false);
    hall.boxes = Some(std::collections::BTreeMap::default());
    let seen = receipts(&mut hall);
    for (after, said) in [(0, 1), (1, 1), (4, 1), (5, 2), (9, 2), (10, 3)] {
        hall.person("bob")
            .session
            .on_line("/typing alice", NOW + after);
        hall.settle();
        assert_eq!(seen.borrow().len(), said, "{after}");
    }
    assert_eq!(hall.lines("alice"), ["typing bob"], "once");
    hall.drop("alice");
    let told = hall.types("bob", "/typing alice");
    assert!(told[0].starts_with("refused offline "), "{told:?}");
    assert_eq!(seen.borrow().len(), 3);
    assert!(hall.boxes.as_ref().unwrap().is_empty());
}

#[test]
fn whoever_does_not_want_typing_indicators_neither_tells_nor_is_told() {
    for (bobs, alices) in [(true, false), (false, true), (false, false)] {
        let mut hall = Hall::default();
        hall.join("alice", Start::telling(0, alices, false));
        hall.join("bob", Start::telling(1, bobs, false));
        hall.forget("alice");
        let seen = receipts(&mut hall);
        let told = hall.types("bob", "/typing alice");
        assert_eq!(seen.borrow().len(), usize::from(bobs));
        assert_eq!(told.is_empty(), bobs);
        assert!(bobs || told[0].starts_with("refused off "), "{told:?}");
        assert!(hall.lines("alice").is_empty());
    }
}

#[test]
fn forged_typing_indicators_are_rejected_like_texts_and_those_of_blocked_people_hidden() {
    let mut hall = hall(true, false);
    hall.join("carol", Start::telling(2, true, false));
    let seen = receipts(&mut hall);
    hall.types("bob", "/typing alice");
    let real = seen.borrow()[0].clone();
    hall.forget("alice");
    let says = |hall: &mut Hall, from: &str, body: Bytes| {
        let from = name(from);
        hall.relay_says("alice", ToClient::Receipt { from }, body);
    };
    // Once more, under another name, changed, and made up.
    says(&mut hall, "bob", real.clone());
    says(&mut hall, "carol", real.clone());
    let mut changed = BytesMut::from(&*real);
    let last = changed.len() - 1;
    changed[last] ^= 1;
    says(&mut hall, "bob", changed.freeze());
    says(&mut hall, "bob", Bytes::from_static(b"typing"));
    let rejected = [
        "rejected carol wrong-sender",
        "rejected bob cannot-open",
        "rejected bob malformed",
    ];
    assert_eq!(hall.lines("alice"), rejected);
    hall.types("alice", "/block carol");
    hall.forget("alice");
    hall.types("carol", "/typing alice");
    assert!(hall.lines("alice").is_empty());
}

#[test]
fn what_was_read_is_told_at_once_for_many_texts_and_only_to_who_wrote_them() {
    let mut hall = hall(false, true);
    hall.join("carol", Start::telling(2, false, true));
    hall.types("alice", "@1 /msg bob one");
    hall.types("alice", "@2 /msg bob two");
    hall.types("alice", "@3 /say three");
    hall.types("carol", "@4 /msg bob four");
    let read = |hall: &mut Hall, who: &str| -> Vec<String> {
        let lines = hall.lines(who).into_iter();
        lines.filter(|line| line.starts_with("read ")).collect()
    };
    assert!(read(&mut hall, "alice").is_empty());
    let seen = receipts(&mut hall);
    hall.types("bob", "/read alice");
    assert_eq!(seen.borrow().len(), 1, "one for both");
    assert_eq!(read(&mut hall, "alice"), ["read 1 bob", "read 2 bob"]);
    hall.types("bob", "/read alice");
    assert_eq!(seen.borrow().len(), 1, "nothing twice");
    hall.types("bob", "/read");
    assert_eq!(read(&mut hall, "alice").last().unwrap(), "read 3 bob");
    assert!(read(&mut hall, "carol").is_empty());
    hall.types("bob", "/read carol");
    assert_eq!(read(&mut hall, "carol"), ["read 4 bob"]);
}

#[test]
fn a_text_is_delivered_before_it_is_read_even_if_the_relay_loses_the_word_of_that() {
    let mut hall = hall(false, true);
    // The relay keeps back its own answer and the recipient's first word.
    let kept = Rc::new(RefCell::new(Vec::new()));
    let held = Rc::clone(&kept);
    hall.tamper(move |from, message, body| match message {
        ToRelay::Receipt { .. } if held.borrow().is_empty() => {
            held.borrow_mut().push(body);
            Vec::new()
        }
        ToRelay::Ack { .. } if from == "bob" => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "@1 /msg bob one");
    hall.types("bob", "/read alice");
    assert!(hall.lines("alice").is_empty());
    let accepted = ToClient::Accepted {
        id: 1,
        refused: false,
    };
    hall.relay_says("alice", accepted, Bytes::new());
    assert_eq!(hall.lines("alice")[..2], ["sent 1 bob", "delivered 1 bob"]);
    assert_eq!(hall.lines("alice")[2..], ["read 1 bob"]);
}

#[test]
fn nobody_but_the_recipient_says_that_a_text_was_read_and_nobody_who_does_not_want_to() {
    let mut hall = hall(false, true);
    let seen = receipts(&mut hall);
    hall.types("alice", "@1 /msg bob one");
    hall.types("bob", "/read alice");
    let real = seen.borrow().last().unwrap().clone();
    hall.types("alice", "@2 /msg bob two");
    hall.forget("alice");
    let mut changed = BytesMut::from(&*real);
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let from = name("bob");
    hall.relay_says("alice", ToClient::Receipt { from }, changed.freeze());
    assert_eq!(hall.lines("alice"), ["rejected bob cannot-open"]);
    let mut quiet = Hall::default();
    quiet.join("alice", Start::telling(0, false, true));
    quiet.join("bob", Start::new(1));
    let seen = receipts(&mut quiet);
    quiet.types("alice", "@1 /msg bob one");
    let delivered = seen.borrow().len();
    let told = quiet.types("bob", "/read alice");
    assert!(told[0].starts_with("refused off "), "{told:?}");
    assert_eq!(seen.borrow().len(), delivered);
}

/// A screen with bob and carol, for somebody who tells of both.
fn screen() -> ChatView {
    let outside = Outside {
        locale: Locale::English,
        zone: |_| 0,
        list: |_| Vec::new(),
        home: None,
        has_colours: false,
    };
    let mut view = ChatView::new(name("alice"), outside);
    view.choose(Choices {
        typing: true,
        read_marks: true,
        ..Choices::default()
    });
    let ready = Line::Ready {
        me: name("alice"),
        with: vec![name("bob"), name("carol")],
        first_contacts: Vec::new(),
        relay: RelayKey([0xcd; 32]),
        first_relay: false,
        relay_known_at: None,
    };
    view.take(&ready, NOW);
    view
}

fn drawn(view: &mut ChatView) -> String {
    let mut terminal = Terminal::new(TestBackend::new(90, 12)).unwrap();
    terminal.draw(|frame| draw(view, frame)).unwrap();
    terminal.backend().to_string()
}

fn press(view: &mut ChatView, code: KeyCode, at: u64) -> Vec<Want> {
    view.key(KeyEvent::from(code), at)
}

#[test]
fn the_status_line_says_who_is_writing() {
    let mut view = screen();
    let typing = |view: &mut ChatView, who: &str, active| {
        let name = name(who);
        view.take(&Line::Typing { name, active }, NOW);
    };
    typing(&mut view, "bob", true);
    assert!(drawn(&mut view).contains("connected · bob is writing · 2 here"));
    typing(&mut view, "carol", true);
    assert!(drawn(&mut view).contains("bob, carol are writing"));
    typing(&mut view, "bob", false);
    assert!(drawn(&mut view).contains("carol is writing"));
    let left = Line::Left {
        name: name("carol"),
        reason: "quit".to_owned(),
        stranger: false,
    };
    view.take(&left, NOW);
    assert!(!drawn(&mut view).contains("writing"));
}

#[test]
fn a_screen_tells_that_somebody_writes_a_text_in_the_window_of_a_person_and_nothing_else() {
    let mut view = screen();
    let tells = |to: &str| vec![Want::Tell(format!("/typing {to}"))];
    // To everyone: nobody is told.
    assert_eq!(press(&mut view, KeyCode::Char('a'), NOW), []);
    press(&mut view, KeyCode::Backspace, NOW);
    for letter in "/msg bob hi".chars() {
        assert_eq!(
            press(&mut view, KeyCode::Char(letter), NOW),
            [],
            "a command"
        );
    }
    press(&mut view, KeyCode::Enter, NOW);
    assert_eq!(press(&mut view, KeyCode::Char('a'), NOW), tells("bob"));
    assert_eq!(press(&mut view, KeyCode::Char('b'), NOW + 5), []);
    assert_eq!(
        press(&mut view, KeyCode::Backspace, NOW + 6),
        [],
        "nothing is added"
    );
    assert_eq!(press(&mut view, KeyCode::Char('c'), NOW + 6), tells("bob"));
    view.choose(Choices::default());
    assert_eq!(press(&mut view, KeyCode::Char('d'), NOW + 60), []);
}

#[test]
fn a_screen_tells_that_a_conversation_was_read_once_somebody_presses_a_key_in_front_of_it() {
    let mut view = screen();
    let message = |from: &str, conversation| Line::Message {
        from: name(from),
        conversation,
        text: "hello".to_owned(),
        flagged: false,
    };
    view.take(&message("bob", Conversation::Private), NOW);
    view.take(&message("carol", Conversation::All), NOW);
    let read = |spot: &str| vec![Want::Tell(format!("/read{spot}"))];
    assert_eq!(press(&mut view, KeyCode::Esc, NOW), read(""));
    assert_eq!(press(&mut view, KeyCode::Esc, NOW), []);
    let next = KeyEvent::new(
        KeyCode::Char('n'),
        ratatui::crossterm::event::KeyModifiers::CONTROL,
    );
    assert_eq!(view.key(next, NOW), [], "shown, and nobody has looked yet");
    assert_eq!(press(&mut view, KeyCode::Esc, NOW), read(" bob"));
    view.choose(Choices::default());
    view.take(&message("bob", Conversation::Private), NOW);
    assert_eq!(press(&mut view, KeyCode::Esc, NOW), []);
}

#[test]
fn a_text_that_was_read_has_a_mark_of_its_own() {
    let mut view = screen();
    let mut sent = String::new();
    for code in "/msg bob hi"
        .chars()
        .map(KeyCode::Char)
        .chain([KeyCode::Enter])
    {
        for want in press(&mut view, code, NOW) {
            if let Want::Send(line) = want {
                sent = line;
            }
        }
    }
    let tag = sent[1..].split(' ').next().unwrap().parse().ok();
    let to = || name("bob");
    view.take(&Line::Sent { tag, to: to() }, NOW);
    view.take(&Line::Delivered { tag, to: to() }, NOW);
    assert!(drawn(&mut view).contains("alice: hi ✓✓ "));
    assert!(!drawn(&mut view).contains('◉'));
    view.take(&Line::Read { tag, to: to() }, NOW);
    assert!(drawn(&mut view).contains("alice: hi ✓✓ ◉"));
}
