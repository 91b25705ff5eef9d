use bytes::{Bytes, BytesMut};
use chat_client::session::Effect;
use chat_protocol::{ToClient, ToRelay};

use crate::hall::{Hall, Start, name, untouched};

#[test]
fn a_record_is_stored_before_its_delivery_is_acknowledged() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "hello");
    assert_eq!(
        hall.log("bob"),
        ["(record 1)", "message alice hello", "(ack 1)"]
    );
}

#[test]
fn nothing_is_acknowledged_before_it_was_stored_and_shown_and_the_farewell_waits_for_that() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let kept = keep_envelopes(&mut hall);
    hall.types("alice", "hello");
    let deliver = ToClient::Deliver {
        seq: 1,
        from: name("alice"),
    };
    let frame = deliver.frame(kept.take().remove(0));
    let bob = &mut hall.person("bob").session;
    bob.on_frame(&frame, crate::hall::NOW);
    bob.work();
    bob.end_batch();
    let effects = bob.take_effects();
    let [
        Effect::Record(_),
        Effect::Remember(_),
        Effect::Show(_),
        Effect::Confirm,
    ] = effects.as_slice()
    else {
        panic!("stored, then shown: {effects:?}");
    };
    bob.leave();
    bob.end_batch();
    assert!(bob.take_effects().is_empty(), "it is not shown yet");
    assert!(!bob.takes_lines());
    bob.on_confirmed();
    bob.end_batch();
    let effects = bob.take_effects();
    let [
        Effect::Send(receipt),
        Effect::Send(ack),
        Effect::Send(bye),
        Effect::End(_),
    ] = effects.as_slice()
    else {
        panic!("confirmed, acknowledged, then gone: {effects:?}");
    };
    assert!(matches!(
        ToRelay::decode(receipt),
        Ok(ToRelay::Receipt { .. })
    ));
    assert!(matches!(
        ToRelay::decode(ack),
        Ok(ToRelay::Ack { seq: 1, .. })
    ));
    assert_eq!(ToRelay::decode(bye), Ok(ToRelay::Bye {}));
}

#[test]
fn many_deliveries_at_once_are_stored_and_acknowledged_together() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let kept = keep_envelopes(&mut hall);
    for text in ["one", "two", "three"] {
        hall.types("alice", text);
    }
    let bodies = kept.take();
    for (seq, body) in (1..).zip(bodies) {
        let deliver = ToClient::Deliver {
            seq,
            from: name("alice"),
        };
        hall.person("bob")
            .session
            .on_frame(&deliver.frame(body), crate::hall::NOW);
    }
    hall.settle();
    let log = hall.log("bob");
    assert_eq!(
        (log[0].as_str(), log[4].as_str()),
        ("(record 3)", "(ack 3)")
    );
}

#[test]
fn the_same_envelope_again_is_acknowledged_and_not_shown_even_after_a_restart() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.tamper(|_, message, body| match &message {
        ToRelay::Send { .. } => vec![(message.clone(), body.clone()), (message, body)],
        _ => untouched(message, body),
    });
    let kept = {
        hall.types("alice", "once");
        assert_eq!(
            hall.log("bob"),
            ["(record 1)", "message alice once", "(ack 2)"]
        );
        keep_envelopes(&mut hall)
    };
    hall.types("alice", "twice");
    let body = kept.take().remove(0);
    deliver(&mut hall, 3, body.clone());
    let (records, contacts) = {
        let bob = hall.person("bob");
        (bob.journal.clone(), bob.contacts.clone())
    };
    hall.drop("bob");
    let mut again = Start::knowing(1, &contacts);
    again.journal = records;
    hall.join("bob", again);
    hall.forget("bob");
    deliver(&mut hall, 1, body);
    assert_eq!(hall.log("bob"), ["(ack 1)"]);
}

#[test]
fn a_sender_is_told_what_was_refused_and_never_that_it_was_sent() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Send { ref to, .. } if to.as_str() == "bob" => {
            let mut changed = BytesMut::from(&*body);
            *changed.last_mut().unwrap() ^= 1;
            vec![(message, changed.freeze())]
        }
        message => untouched(message, body),
    });
    hall.types("alice", "/msg bob pay 100");
    assert_eq!(hall.lines("alice"), ["undelivered bob refused"]);
    hall.types("alice", "hello");
    assert_eq!(
        hall.lines("alice"),
        ["undelivered bob refused", "sent all 1"]
    );
}

#[test]
fn more_refusals_than_fit_into_one_acknowledgement_are_all_told() {
    let mut hall = Hall::with(&["alice", "bob"]);
    for seq in 1..=600 {
        let deliver = ToClient::Deliver {
            seq,
            from: name("alice"),
        };
        let frame = deliver.frame(Bytes::from_static(b"short"));
        hall.person("bob")
            .session
            .on_frame(&frame, crate::hall::NOW);
    }
    hall.forget("bob");
    hall.settle();
    let acks: Vec<String> = hall.log("bob");
    let acks = acks.iter().filter(|line| line.starts_with("(ack"));
    let told: Vec<usize> = acks.map(|line| line.matches("refused").count()).collect();
    assert_eq!(told, [256, 256, 88]);
}

#[test]
fn what_does_not_open_is_told_and_acknowledged() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let kept = keep_envelopes(&mut hall);
    hall.types("alice", "hello");
    let good = kept.take().remove(0);

    let mut changed = BytesMut::from(&*good);
    *changed.last_mut().unwrap() ^= 1;
    let mut unsigned = BytesMut::from(&*good);
    let signature = 2 + usize::from(u16::from_be_bytes([good[0], good[1]])) + 384;
    unsigned[signature] ^= 1;
    let cases = [
        (Bytes::from_static(b"short"), "malformed"),
        (changed.freeze(), "cannot-open"),
        (unsigned.freeze(), "bad-signature"),
    ];
    for (seq, (body, code)) in (1..).zip(cases) {
        hall.forget("bob");
        deliver(&mut hall, seq, body);
        assert_eq!(
            hall.log("bob"),
            [
                format!("rejected alice {code}"),
                format!("(ack {seq} refused {seq})")
            ]
        );
    }
    // A forgery does not stand in the way of the genuine one.
    hall.forget("bob");
    deliver(&mut hall, 4, good);
    assert_eq!(hall.lines("bob"), ["message alice hello"]);
}

#[test]
fn an_envelope_under_another_name_is_rejected() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Send { .. } => Vec::new(),
        message => untouched(message, body),
    });
    let kept = keep_envelopes(&mut hall);
    hall.types("alice", "/msg bob hello");
    let body = kept.take().remove(0);
    let from = name("carol");
    hall.relay_says("bob", ToClient::Deliver { seq: 1, from }, body.clone());
    let from = name("nobody");
    hall.relay_says("bob", ToClient::Deliver { seq: 2, from }, body.clone());
    let from = name("alice");
    hall.relay_says("carol", ToClient::Deliver { seq: 1, from }, body.clone());
    hall.relay_says(
        "alice",
        ToClient::Deliver {
            seq: 1,
            from: name("bob"),
        },
        body,
    );
    assert_eq!(
        hall.lines("bob"),
        [
            "rejected carol wrong-sender",
            "rejected nobody unknown-sender"
        ]
    );
    assert_eq!(hall.lines("carol"), ["rejected alice not-for-me"]);
    assert_eq!(hall.lines("alice"), ["rejected bob reflected"]);
}

/// From now on the relay keeps every envelope instead of passing it on.
fn keep_envelopes(hall: &mut Hall) -> std::rc::Rc<std::cell::RefCell<Vec<Bytes>>> {
    let kept = std::rc::Rc::default();
    let keeper: std::rc::Rc<std::cell::RefCell<Vec<Bytes>>> = std::rc::Rc::clone(&kept);
    hall.tamper(move |_, message, body| match message {
        ToRelay::Send { .. } => {
            keeper.borrow_mut().push(body);
            Vec::new()
        }
        message => untouched(message, body),
    });
    kept
}

fn deliver(hall: &mut Hall, seq: u64, body: Bytes) {
    let from = name("alice");
    hall.relay_says("bob", ToClient::Deliver { seq, from }, body);
}

#[test]
fn a_sender_waits_while_very_much_is_on_its_way() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    let _kept = keep_envelopes(&mut hall);
    let text = "x".repeat(64 * 1024);
    let mut typed = 0;
    while hall.person("alice").session.takes_lines() {
        hall.types("alice", &text);
        typed += 1;
        assert!(
            typed < 256,
            "texts of this length fill the memory before a window"
        );
    }
    // Two envelopes of 66 kB each, and 16 MiB.
    assert!((110..130).contains(&typed), "{typed}");
}

#[test]
fn a_sender_waits_while_a_window_of_messages_is_on_its_way_and_loses_none() {
    let mut hall = Hall::with(&["alice", "bob"]);
    // The relay keeps all answers back.
    let acks = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let held = std::rc::Rc::clone(&acks);
    hall.tamper(move |from, message, body| match message {
        ToRelay::Ack { .. } => {
            held.borrow_mut().push((from.to_owned(), message, body));
            Vec::new()
        }
        message => untouched(message, body),
    });
    let mut typed = 0;
    while hall.person("alice").session.takes_lines() {
        hall.types("alice", "/msg bob again");
        typed += 1;
        assert!(typed < 1_000, "the relay would refuse the rest");
    }
    assert_eq!(typed, 256);
    hall.tamper(|_, message, body| untouched(message, body));
    for (from, message, body) in acks.borrow_mut().drain(..) {
        hall.client_says(&from, message, body);
    }
    assert!(hall.person("alice").session.takes_lines());
    assert_eq!(hall.lines("alice").len(), 256);
}
