use chat_crypto::{Freshness, OpenError, Receiver, ReplayRecord};
use chat_protocol::{Conversation, Envelope};

use crate::by_hand::{Sender, padded, session_statement, signed};
use crate::people::{NOW, alice, bob, eve, sealed, session};

fn record(freshness: Freshness) -> ReplayRecord {
    match freshness {
        Freshness::New(record) => record,
        Freshness::Repeated => panic!("opened for the first time"),
    }
}

#[test]
fn the_identical_envelope_is_repeated_not_new() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"once");
    let mut receiver = Receiver::new();
    let first = receiver.open(&bob, alice.public(), &envelope, NOW).unwrap();
    let record = record(first.freshness);
    let header = envelope.parse_header().unwrap();
    assert_eq!(record.session, header.session);
    assert_eq!(record.from, alice.public().fingerprint());
    assert_eq!(record.counter, 0);
    assert_eq!(record.expires, header.expires);
    for _ in 0..2 {
        let again = receiver.open(&bob, alice.public(), &envelope, NOW).unwrap();
        assert_eq!(again.freshness, Freshness::Repeated);
        assert_eq!(again.content.as_slice(), b"once");
    }
}

#[test]
fn a_repetition_is_known_after_a_restart() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let one = session.seal(Conversation::All, b"one", NOW).unwrap();
    let two = session.seal(Conversation::All, b"two", NOW).unwrap();
    let opened = Receiver::new()
        .open(&bob, alice.public(), &one, NOW)
        .unwrap();
    let stored = serde_json::to_string(&record(opened.freshness)).unwrap();

    let mut restarted = Receiver::new();
    let read: ReplayRecord = serde_json::from_str(&stored).unwrap();
    restarted.restore([read], NOW);
    let again = restarted.open(&bob, alice.public(), &one, NOW).unwrap();
    assert_eq!(again.freshness, Freshness::Repeated);
    let other = restarted.open(&bob, alice.public(), &two, NOW).unwrap();
    assert!(matches!(other.freshness, Freshness::New(_)));
}

#[test]
fn the_same_counter_with_other_bytes_is_refused() {
    let (alice, bob) = (alice(), bob());
    let sender = Sender::new(&alice, &bob);
    let (one, two) = (sender.seal(&padded(b"one")), sender.seal(&padded(b"two")));
    let mut receiver = Receiver::new();
    let first = receiver.open(&bob, alice.public(), &one, NOW).unwrap();
    let error = receiver.open(&bob, alice.public(), &two, NOW).unwrap_err();
    assert_eq!(error, OpenError::Reused);

    let mut restarted = Receiver::new();
    restarted.restore([record(first.freshness)], NOW);
    let error = restarted.open(&bob, alice.public(), &two, NOW).unwrap_err();
    assert_eq!(error, OpenError::Reused);
}

#[test]
fn the_same_content_signed_again_is_other_bytes() {
    let (alice, bob) = (alice(), bob());
    let sender = Sender::new(&alice, &bob);
    let (one, two) = (sender.seal(&padded(b"same")), sender.seal(&padded(b"same")));
    assert_eq!(one.ciphertext, two.ciphertext);
    let mut receiver = Receiver::new();
    receiver.open(&bob, alice.public(), &one, NOW).unwrap();
    let error = receiver.open(&bob, alice.public(), &two, NOW).unwrap_err();
    assert_eq!(error, OpenError::Reused);
}

#[test]
fn a_second_signature_over_the_same_wrap_is_other_bytes() {
    let (alice, bob) = (alice(), bob());
    let one = sealed(&alice, &bob, b"same");
    let two = Envelope {
        signature: signed(&alice, &session_statement(&one)).into(),
        ..one.clone()
    };
    let mut receiver = Receiver::new();
    receiver.open(&bob, alice.public(), &one, NOW).unwrap();
    let error = receiver.open(&bob, alice.public(), &two, NOW).unwrap_err();
    assert_eq!(error, OpenError::Reused);
}

#[test]
fn sessions_of_two_senders_with_one_number_are_told_apart() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let by_alice = Sender::new(&alice, &bob).seal(&padded(b"hello"));
    let by_eve = Sender::new(&eve, &bob).seal(&padded(b"hello"));
    let mut receiver = Receiver::new();
    for (sender, envelope) in [(&alice, by_alice), (&eve, by_eve)] {
        let opened = receiver
            .open(&bob, sender.public(), &envelope, NOW)
            .unwrap();
        assert!(matches!(opened.freshness, Freshness::New(_)));
    }
}

/// A sender who signs a second, later expiry for one session cannot have the counters of the
/// first forgotten early.
#[test]
fn a_later_expiry_keeps_what_was_seen() {
    let (alice, bob) = (alice(), bob());
    let mut sender = Sender::new(&alice, &bob);
    sender.expires = NOW;
    let early = sender.seal(&padded(b"early"));
    sender.expires = NOW + 1000;
    sender.counter = 1;
    let late = sender.seal(&padded(b"late"));
    let mut receiver = Receiver::new();
    receiver.open(&bob, alice.public(), &early, NOW).unwrap();
    receiver.open(&bob, alice.public(), &late, NOW).unwrap();
    // Another session arrives when the first expiry is over: time to forget, but not this.
    sender.session = [8; 16];
    let other = sender.seal(&padded(b"other"));
    receiver
        .open(&bob, alice.public(), &other, NOW + 500)
        .unwrap();
    let again = receiver
        .open(&bob, alice.public(), &late, NOW + 500)
        .unwrap();
    assert_eq!(again.freshness, Freshness::Repeated);
}

#[test]
fn a_record_travels_as_short_text() {
    let record = ReplayRecord {
        session: chat_protocol::SessionId([1; 16]),
        from: chat_protocol::Fingerprint([2; 32]),
        counter: 3,
        digest: [4; 16],
        expires: 5,
    };
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<ReplayRecord>(&text).unwrap(), record);
    let short = text.replace("BAQEBAQEBAQEBAQEBAQEBA", "BAQE");
    assert_ne!(short, text);
    serde_json::from_str::<ReplayRecord>(&short).expect_err("a digest has 16 bytes");
}
