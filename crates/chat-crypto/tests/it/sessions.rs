use chat_crypto::{CLOCK_SKEW_SECONDS, MAX_CONTENT, OpenError, Receiver, SealError, padded_len};
use chat_protocol::Conversation;
use chat_protocol::limits::{
    MAIL_SECONDS, MAX_FRAME, MAX_HOP_HEADER, MAX_SESSION_MESSAGES, SESSION_SECONDS,
};

use crate::people::{NOW, alice, bob, eve, sealed, session};

#[test]
fn what_was_sealed_opens_with_content_and_conversation() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let mut receiver = Receiver::new();
    for conversation in [Conversation::All, Conversation::Private] {
        for content in [&b""[..], b"hello", b"\x80", b"hello\x80\0\0", &[0; 300]] {
            let envelope = session.seal(conversation, content, NOW).unwrap();
            let opened = receiver.open(&bob, alice.public(), &envelope, NOW).unwrap();
            assert_eq!(opened.content.as_slice(), content);
            assert_eq!(opened.conversation, conversation);
        }
    }
}

#[test]
fn one_session_costs_its_receiver_one_private_operation() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let mut receiver = Receiver::new();
    for _ in 0..20 {
        let envelope = session.seal(Conversation::All, b"hello", NOW).unwrap();
        receiver.open(&bob, alice.public(), &envelope, NOW).unwrap();
    }
    assert_eq!(receiver.private_operations(), 1);
}

#[test]
fn each_envelope_opens_alone_and_in_any_order() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let mut envelopes: Vec<_> = (0..5_u8)
        .map(|n| session.seal(Conversation::All, &[n], NOW).unwrap())
        .collect();
    let last = envelopes.pop().unwrap();
    let opened = Receiver::new()
        .open(&bob, alice.public(), &last, NOW)
        .unwrap();
    assert_eq!(opened.content.as_slice(), [4]);

    let mut receiver = Receiver::new();
    for (n, envelope) in envelopes.iter().enumerate().rev() {
        let opened = receiver.open(&bob, alice.public(), envelope, NOW).unwrap();
        assert_eq!(usize::from(opened.content[0]), n);
    }
}

#[test]
fn the_same_content_never_gives_the_same_bytes() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let one = session.seal(Conversation::All, b"hello", NOW).unwrap();
    let two = session.seal(Conversation::All, b"hello", NOW).unwrap();
    let other = sealed(&alice, &bob, b"hello");
    let prefixes = [&one, &two, &other].map(|e| e.ciphertext.slice(..16));
    assert!(prefixes[0] != prefixes[1] && prefixes[0] != prefixes[2]);
    assert_eq!(one.wrap, two.wrap);
    assert_ne!(one.wrap, other.wrap);
}

#[test]
fn a_session_ends_with_its_time() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let end = NOW + SESSION_SECONDS;
    assert!(session.is_usable(end) && !session.is_usable(end + 1));
    // Started by a clock that was ahead, and has come back.
    assert!(session.is_usable(NOW) && !session.is_usable(NOW - 1));
    let envelope = session.seal(Conversation::All, b"late", end).unwrap();
    let error = session.seal(Conversation::All, b"too late", end + 1);
    assert_eq!(error.unwrap_err(), SealError::SessionOver);

    let at = |now| {
        let outcome = Receiver::new().open(&bob, alice.public(), &envelope, now);
        outcome.map(|opened| opened.content.to_vec())
    };
    // What was sealed opens as long as a relay keeps mail.
    let end = end + MAIL_SECONDS;
    assert_eq!(at(end + CLOCK_SKEW_SECONDS), Ok(b"late".to_vec()));
    assert_eq!(at(end + CLOCK_SKEW_SECONDS + 1), Err(OpenError::Expired));
    assert_eq!(at(NOW - CLOCK_SKEW_SECONDS), Ok(b"late".to_vec()));
    assert_eq!(at(NOW - CLOCK_SKEW_SECONDS - 1), Err(OpenError::Expired));
}

#[test]
fn a_session_ends_with_its_number_of_messages() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    for _ in 0..MAX_SESSION_MESSAGES {
        session.seal(Conversation::All, b"", NOW).unwrap();
    }
    assert!(!session.is_usable(NOW));
    let error = session.seal(Conversation::All, b"", NOW).unwrap_err();
    assert_eq!(error, SealError::SessionOver);
}

#[test]
fn the_largest_content_fits_into_a_frame_and_a_larger_one_is_refused() {
    let (alice, bob) = (alice(), bob());
    let mut session = session(&alice, &bob);
    let largest = (0..MAX_CONTENT)
        .rev()
        .find(|len| padded_len(*len) <= MAX_CONTENT)
        .unwrap();
    let envelope = session
        .seal(Conversation::All, &vec![b'x'; largest], NOW)
        .unwrap();
    assert!(6 + MAX_HOP_HEADER + envelope.encode().len() <= MAX_FRAME);
    let opened = Receiver::new().open(&bob, alice.public(), &envelope, NOW);
    assert_eq!(opened.unwrap().content.len(), largest);
    let error = session.seal(Conversation::All, &vec![b'x'; largest + 1], NOW);
    assert_eq!(
        error.unwrap_err(),
        SealError::TooLong {
            length: largest + 1,
            limit: MAX_CONTENT
        }
    );
}

#[test]
fn the_cache_is_bounded_and_the_oldest_session_goes_first() {
    let (alice, bob) = (alice(), bob());
    let envelopes = [b"1", b"2", b"3"].map(|content| sealed(&alice, &bob, content));
    let mut receiver = Receiver::with_cache(2);
    let mut open = |n: usize| {
        receiver
            .open(&bob, alice.public(), &envelopes[n], NOW)
            .unwrap();
        receiver.private_operations()
    };
    assert_eq!([open(0), open(1), open(0)], [1, 2, 2]);
    assert_eq!([open(2), open(1), open(2)], [3, 3, 3]);
    assert_eq!(open(0), 4, "the first one had to go");
}

#[test]
fn one_receiver_hears_several_senders() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let mut receiver = Receiver::new();
    for sender in [&alice, &eve] {
        let envelope = sealed(sender, &bob, b"hello");
        receiver
            .open(&bob, sender.public(), &envelope, NOW)
            .unwrap();
    }
    assert_eq!(receiver.private_operations(), 2);
}
