use bytes::Bytes;
use chat_protocol::{
    Blob, Content, Conversation, Digest, Envelope, EnvelopeHeader, FileAnswer, FileId, FileOffer,
    Fingerprint, InvalidEnvelope, MessageId, Place, ReceiptStatus, SUITE, SessionId,
    limits::RSA_BLOCK,
};
use proptest::prelude::*;

fn header() -> EnvelopeHeader {
    EnvelopeHeader {
        suite: SUITE.to_owned(),
        from: Fingerprint([1; 32]),
        to: Fingerprint([2; 32]),
        key: 3,
        session: SessionId([4; 16]),
        expires: 5,
        counter: 6,
        conversation: Conversation::Private,
    }
}

fn envelope(header: Vec<u8>, ciphertext: Vec<u8>) -> Envelope {
    Envelope {
        header: header.into(),
        wrap: vec![7; RSA_BLOCK].into(),
        signature: vec![8; RSA_BLOCK].into(),
        ciphertext: ciphertext.into(),
    }
}

proptest! {
    #[test]
    fn envelopes_round_trip(
        header in prop::collection::vec(any::<u8>(), 1..2048),
        ciphertext in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        let envelope = envelope(header, ciphertext);
        prop_assert_eq!(Envelope::decode(envelope.encode()), Ok(envelope));
    }

    #[test]
    fn any_body_gives_an_envelope_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        if let Ok(envelope) = Envelope::decode(Bytes::from(bytes.clone())) {
            prop_assert_eq!(&envelope.encode()[..], &bytes[..]);
            drop(envelope.parse_header());
        }
    }

    #[test]
    fn any_content_gives_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        drop(Content::decode(&bytes));
    }
}

#[test]
fn an_envelope_cut_short_in_its_fixed_parts_is_refused() {
    let bytes = envelope(b"{}".to_vec(), Vec::new()).encode();
    for length in 0..bytes.len() {
        let cut = Envelope::decode(bytes.slice(..length));
        assert_eq!(cut, Err(InvalidEnvelope::Length), "{length} bytes");
    }
    assert!(Envelope::decode(bytes).is_ok());
}

#[test]
fn another_suite_is_refused() {
    let good = header();
    let bytes = |header: &EnvelopeHeader| serde_json::to_vec(header).unwrap();
    assert_eq!(
        envelope(bytes(&good), vec![]).parse_header(),
        Ok(good.clone())
    );
    let other = EnvelopeHeader {
        suite: "none".to_owned(),
        ..good
    };
    let parsed = envelope(bytes(&other), vec![]).parse_header();
    assert_eq!(parsed, Err(InvalidEnvelope::Header));
}

#[test]
fn contents_round_trip_and_offers_never_print_their_key() {
    let offer = FileOffer {
        file: FileId([1; 16]),
        name: "../plan.pdf".to_owned(),
        size: 12,
        sha256: Blob(vec![2; 32]),
        key: Blob(vec![3; 32]),
    };
    assert!(!format!("{offer:?}").contains("key"), "{offer:?}");
    let place = Place {
        id: MessageId([4; 16]),
        seq: 7,
        prev: Digest([5; 32]),
    };
    let contents = [
        Content::Text {
            place,
            text: "grüße\u{1b}[31m".to_owned(),
        },
        Content::File { place, offer },
        Content::Delivered {
            ids: vec![place.id],
        },
        Content::Read {
            ids: vec![place.id],
        },
        Content::Typing {},
        Content::FileAnswer {
            file: FileId([1; 16]),
            answer: FileAnswer::Accepted {
                offer: Digest([6; 32]),
                from: u32::MAX,
            },
        },
        Content::FileAnswer {
            file: FileId([1; 16]),
            answer: FileAnswer::Asked {},
        },
        Content::Receipt {
            file: FileId([1; 16]),
            status: ReceiptStatus::Saved {
                sha256: Blob(vec![2; 32]),
            },
        },
        Content::Receipt {
            file: FileId([1; 16]),
            status: ReceiptStatus::Failed {
                why: "no space".to_owned(),
            },
        },
    ];
    for content in contents {
        assert_eq!(Content::decode(&content.encode()), Ok(content));
    }
}
