//! What a relay or anyone else can do to an envelope on its way.

use bytes::Bytes;
use chat_crypto::{Freshness, OpenError, Receiver};
use chat_protocol::limits::RSA_BLOCK;
use chat_protocol::{Conversation, Envelope, EnvelopeHeader};

use crate::people::{NOW, alice, bob, eve, open_bytes, refusal, sealed};

/// The envelope with another header, and all else as it was.
fn with_header(envelope: &Envelope, change: impl FnOnce(&mut EnvelopeHeader)) -> Envelope {
    let mut header = envelope.parse_header().unwrap();
    change(&mut header);
    Envelope {
        header: serde_json::to_vec(&header).unwrap().into(),
        ..envelope.clone()
    }
}

#[test]
fn every_single_bit_flip_is_refused() {
    let (alice, bob) = (alice(), bob());
    let bytes = sealed(&alice, &bob, b"good morning").encode();
    let mut receiver = Receiver::new();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let outcome = open_bytes(&mut receiver, (&bob, &alice), flipped.into());
        assert!(outcome.is_err(), "bit {bit} of {}", bytes.len() * 8);
    }
    // Flips in the ciphertext leave wrap and signature as they are: unwrapped once for all.
    assert_eq!(receiver.private_operations(), 1);
    let opened = open_bytes(&mut receiver, (&bob, &alice), bytes).unwrap();
    assert!(
        matches!(opened.freshness, Freshness::New(_)),
        "no refused envelope stands in the way of the genuine one"
    );
}

#[test]
fn every_truncation_is_refused() {
    let (alice, bob) = (alice(), bob());
    let bytes = sealed(&alice, &bob, b"good morning").encode();
    let mut receiver = Receiver::new();
    for length in 0..bytes.len() {
        let cut = bytes.slice(..length);
        let outcome = open_bytes(&mut receiver, (&bob, &alice), cut);
        assert!(outcome.is_err(), "{length} of {}", bytes.len());
    }
    open_bytes(&mut receiver, (&bob, &alice), bytes).unwrap();
}

#[test]
fn an_extension_is_refused() {
    let (alice, bob) = (alice(), bob());
    let bytes = sealed(&alice, &bob, b"good morning").encode();
    for tail in [&[0][..], &[0; 16], &bytes] {
        let longer = Bytes::from([&bytes, tail].concat());
        let error = open_bytes(&mut Receiver::new(), (&bob, &alice), longer).unwrap_err();
        assert_eq!(error, OpenError::CannotOpen);
    }
}

#[test]
fn parts_of_any_length_get_an_answer() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"good morning");
    for length in [0, 1, RSA_BLOCK - 1, RSA_BLOCK + 1, 5000] {
        let part = Bytes::from(vec![0x55; length]);
        let wrap = Envelope {
            wrap: part.clone(),
            ..envelope.clone()
        };
        assert_eq!(refusal(&bob, &alice, &wrap), OpenError::BadSignature);
        let signature = Envelope {
            signature: part.clone(),
            ..envelope.clone()
        };
        assert_eq!(refusal(&bob, &alice, &signature), OpenError::BadSignature);
        let ciphertext = Envelope {
            ciphertext: part,
            ..envelope.clone()
        };
        assert_eq!(refusal(&bob, &alice, &ciphertext), OpenError::CannotOpen);
    }
}

#[test]
fn a_reflected_envelope_is_refused() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"good morning");
    assert_eq!(refusal(&alice, &bob, &envelope), OpenError::Reflected);
    assert_eq!(refusal(&alice, &alice, &envelope), OpenError::Reflected);
}

#[test]
fn an_envelope_for_another_recipient_is_refused() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let envelope = sealed(&alice, &bob, b"good morning");
    assert_eq!(refusal(&eve, &alice, &envelope), OpenError::NotForMe);
    let moved = with_header(&envelope, |h| h.to = eve.public().fingerprint());
    assert_eq!(refusal(&eve, &alice, &moved), OpenError::BadSignature);
}

#[test]
fn an_envelope_under_another_senders_name_is_refused() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let envelope = sealed(&alice, &bob, b"good morning");
    assert_eq!(refusal(&bob, &eve, &envelope), OpenError::WrongSender);
    let renamed = with_header(&envelope, |h| h.from = eve.public().fingerprint());
    assert_eq!(refusal(&bob, &eve, &renamed), OpenError::BadSignature);
}

#[test]
fn an_envelope_moved_to_another_conversation_is_refused() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"good morning");
    let moved = with_header(&envelope, |h| h.conversation = Conversation::All);
    assert_eq!(refusal(&bob, &alice, &moved), OpenError::CannotOpen);
}

#[test]
fn a_changed_counter_session_or_expiry_is_refused() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"good morning");
    let counter = with_header(&envelope, |h| h.counter += 1);
    assert_eq!(refusal(&bob, &alice, &counter), OpenError::CannotOpen);
    let session = with_header(&envelope, |h| h.session.0[0] ^= 1);
    assert_eq!(refusal(&bob, &alice, &session), OpenError::BadSignature);
    let expires = with_header(&envelope, |h| h.expires += 1);
    assert_eq!(refusal(&bob, &alice, &expires), OpenError::BadSignature);
}

#[test]
fn a_header_spelled_otherwise_is_refused() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"good morning");
    let header = envelope.parse_header().unwrap();
    let respelled = Envelope {
        header: serde_json::to_vec_pretty(&header).unwrap().into(),
        ..envelope
    };
    assert_eq!(refusal(&bob, &alice, &respelled), OpenError::CannotOpen);
}

#[test]
fn another_suite_is_refused() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"good morning");
    let other = with_header(&envelope, |h| h.suite = "none".to_owned());
    assert_eq!(refusal(&bob, &alice, &other), OpenError::Malformed);
}

#[test]
fn wraps_swapped_between_two_sessions_are_refused() {
    let (alice, bob) = (alice(), bob());
    let (one, two) = (sealed(&alice, &bob, b"one"), sealed(&alice, &bob, b"two"));
    let wrap = Envelope {
        wrap: two.wrap.clone(),
        ..one.clone()
    };
    assert_eq!(refusal(&bob, &alice, &wrap), OpenError::BadSignature);
    let with_signature = Envelope {
        wrap: two.wrap,
        signature: two.signature,
        ..one
    };
    assert_eq!(
        refusal(&bob, &alice, &with_signature),
        OpenError::BadSignature
    );
}

#[test]
fn a_ciphertext_of_another_message_is_refused() {
    let (alice, bob) = (alice(), bob());
    let mut session = crate::people::session(&alice, &bob);
    let one = session.seal(Conversation::Private, b"one", NOW).unwrap();
    let two = session.seal(Conversation::Private, b"two", NOW).unwrap();
    let mixed = Envelope {
        ciphertext: two.ciphertext,
        ..one
    };
    assert_eq!(refusal(&bob, &alice, &mixed), OpenError::CannotOpen);
}

#[test]
fn a_forged_signature_costs_no_private_operation() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let genuine = sealed(&alice, &bob, b"good morning");
    let by_eve = sealed(&eve, &bob, b"good morning");
    let mut receiver = Receiver::new();
    for signature in [
        by_eve.signature,
        genuine.wrap.clone(),
        vec![0; RSA_BLOCK].into(),
    ] {
        let forged = Envelope {
            signature,
            ..genuine.clone()
        };
        let error = receiver
            .open(&bob, alice.public(), &forged, NOW)
            .unwrap_err();
        assert_eq!(error, OpenError::BadSignature);
    }
    assert_eq!(receiver.private_operations(), 0);
    receiver.open(&bob, alice.public(), &genuine, NOW).unwrap();
    assert_eq!(receiver.private_operations(), 1);
}

#[test]
fn what_waited_while_its_sender_started_again_and_again_all_opens() {
    let (alice, bob) = (alice(), bob());
    let mut receiver = Receiver::new();
    for _ in 0..36 {
        let envelope = sealed(&alice, &bob, b"one run, one text");
        receiver.open(&bob, alice.public(), &envelope, NOW).unwrap();
    }
    assert_eq!(receiver.private_operations(), 36);
}
