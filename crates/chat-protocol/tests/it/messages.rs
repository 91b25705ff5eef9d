use bytes::Bytes;
use chat_protocol::{
    Blame, Blob, CancelReason, Certificate, ErrorCode, FileId, Fingerprint, Frame, InvalidMessage,
    LeaveReason, Name, Nonce, Peer, Presence, RelayKey, ReturnReason, ToClient, ToRelay,
};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Name> {
    "[a-z0-9][a-z0-9_-]{0,31}".prop_map(|text| text.parse().expect("a good name"))
}

fn blob() -> impl Strategy<Value = Blob> {
    prop::collection::vec(any::<u8>(), 0..600).prop_map(Blob)
}

fn certificate() -> impl Strategy<Value = Certificate> {
    (any::<u32>(), blob(), any::<u64>(), any::<u64>(), blob()).prop_map(
        |(number, key, not_before, not_after, signature)| Certificate {
            number,
            key,
            not_before,
            not_after,
            signature,
        },
    )
}

fn peer() -> impl Strategy<Value = Peer> {
    (name(), blob(), certificate()).prop_map(|(name, key, certificate)| Peer {
        name,
        key,
        certificate,
    })
}

fn file() -> impl Strategy<Value = FileId> {
    any::<[u8; 16]>().prop_map(FileId)
}

fn cancel() -> impl Strategy<Value = CancelReason> {
    prop::sample::select(vec![
        CancelReason::Corrupt,
        CancelReason::Gone,
        CancelReason::Refused,
        CancelReason::Source,
        CancelReason::Storage,
    ])
}

fn leave() -> impl Strategy<Value = LeaveReason> {
    prop::sample::select(vec![
        LeaveReason::Dropped,
        LeaveReason::Misbehaved,
        LeaveReason::Quit,
        LeaveReason::Replaced,
        LeaveReason::ShuttingDown,
        LeaveReason::Silent,
        LeaveReason::Slow,
    ])
}

fn nonce() -> impl Strategy<Value = Nonce> {
    any::<[u8; 32]>().prop_map(Nonce)
}

fn to_relay() -> impl Strategy<Value = ToRelay> {
    prop_oneof![
        (any::<u16>(), ".{0,40}", blob(), nonce(), ".{0,40}").prop_map(
            |(v, name, key, nonce, agent)| {
                ToRelay::Hello {
                    v,
                    name,
                    key,
                    nonce,
                    agent,
                }
            }
        ),
        (certificate(), blob()).prop_map(|(certificate, signature)| ToRelay::Login {
            certificate,
            signature
        }),
        (any::<u64>(), name()).prop_map(|(id, to)| ToRelay::Send { id, to }),
        name().prop_map(|to| ToRelay::Receipt { to }),
        (any::<u64>(), prop::collection::vec(any::<u64>(), 0..4))
            .prop_map(|(seq, refused)| ToRelay::Ack { seq, refused }),
        (name(), file(), any::<u32>()).prop_map(|(to, file, index)| ToRelay::Chunk {
            to,
            file,
            index
        }),
        (name(), file(), any::<u32>()).prop_map(|(to, file, until)| ToRelay::Credit {
            to,
            file,
            until
        }),
        (name(), file(), cancel()).prop_map(|(to, file, reason)| ToRelay::Cancel {
            to,
            file,
            reason
        }),
        name().prop_map(|name| ToRelay::Find { name }),
        peer().prop_map(|peer| ToRelay::Renew {
            certificate: peer.certificate
        }),
        any::<u64>().prop_map(|n| ToRelay::Ping { n }),
        any::<u64>().prop_map(|n| ToRelay::Pong { n }),
        Just(ToRelay::Bye {}),
    ]
}

fn to_client() -> impl Strategy<Value = ToClient> {
    prop_oneof![
        (
            ".{0,40}",
            nonce(),
            nonce(),
            prop::collection::vec(any::<u8>(), 0..80)
        )
            .prop_map(|(relay, nonce, key, signature)| ToClient::Challenge {
                relay,
                key: RelayKey(key.0),
                nonce,
                signature: Blob(signature),
            }),
        (any::<u64>(), any::<u32>(), any::<u32>()).prop_map(
            |(keepalive_ms, present, mail_days)| ToClient::Welcome {
                keepalive_ms,
                present,
                mail_days,
            }
        ),
        peer().prop_map(|peer| ToClient::Present { peer }),
        peer().prop_map(|peer| ToClient::Joined { peer }),
        peer().prop_map(|peer| ToClient::Renewed {
            name: peer.name,
            certificate: peer.certificate
        }),
        (name(), leave()).prop_map(|(name, reason)| ToClient::Left { name, reason }),
        (any::<u64>(), name()).prop_map(|(seq, from)| ToClient::Deliver { seq, from }),
        (any::<u64>(), any::<bool>()).prop_map(|(id, refused)| ToClient::Accepted { id, refused }),
        any::<u64>().prop_map(|id| ToClient::Undelivered {
            id,
            reason: ErrorCode::UnknownName
        }),
        (any::<u64>(), name(), any::<bool>()).prop_map(|(seq, to, expired)| {
            let reason = if expired {
                ReturnReason::Expired
            } else {
                ReturnReason::Refused
            };
            ToClient::Returned { seq, to, reason }
        }),
        (name(), file(), any::<u32>()).prop_map(|(from, file, index)| ToClient::Chunk {
            from,
            file,
            index
        }),
        (name(), file(), any::<u32>()).prop_map(|(from, file, until)| ToClient::Credit {
            from,
            file,
            until
        }),
        (name(), file(), cancel()).prop_map(|(from, file, reason)| ToClient::Cancel {
            from,
            file,
            reason
        }),
        peer().prop_map(|peer| ToClient::Found {
            peer,
            presence: Presence::Online
        }),
        any::<u64>().prop_map(|n| ToClient::Ping { n }),
        any::<u64>().prop_map(|n| ToClient::Pong { n }),
        ".{0,80}".prop_map(|text| ToClient::Error {
            code: ErrorCode::NameTaken,
            text
        }),
        leave().prop_map(|reason| ToClient::Bye { reason }),
    ]
}

fn header(json: &str) -> Frame {
    Frame {
        header: Bytes::copy_from_slice(json.as_bytes()),
        body: Bytes::new(),
    }
}

proptest! {
    #[test]
    fn every_message_to_the_relay_round_trips(message in to_relay()) {
        let frame = message.frame(Bytes::from_static(b"body"));
        prop_assert_eq!(&frame.body[..], b"body");
        prop_assert_eq!(ToRelay::decode(&frame), Ok(message));
    }

    #[test]
    fn every_message_to_a_client_round_trips(message in to_client()) {
        prop_assert_eq!(ToClient::decode(&message.frame(Bytes::new())), Ok(message));
    }

    #[test]
    fn any_header_gives_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let frame = Frame { header: bytes.into(), body: Bytes::new() };
        drop((ToRelay::decode(&frame), ToClient::decode(&frame)));
    }

    #[test]
    fn every_type_of_a_message_is_listed(up in to_relay(), down in to_client()) {
        let kind = |frame: Frame| -> String {
            let value: serde_json::Value = serde_json::from_slice(&frame.header).unwrap();
            value["t"].as_str().unwrap().to_owned()
        };
        prop_assert!(ToRelay::TYPES.contains(&&*kind(up.frame(Bytes::new()))));
        prop_assert!(ToClient::TYPES.contains(&&*kind(down.frame(Bytes::new()))));
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let frame = header(r#"{"t":"ping","n":7,"later":{"a":[1]}}"#);
    assert_eq!(ToRelay::decode(&frame), Ok(ToRelay::Ping { n: 7 }));
}

#[test]
fn an_unknown_type_is_told_from_a_malformed_message() {
    let unknown = ToRelay::decode(&header(r#"{"t":"dance","n":7}"#));
    assert_eq!(
        unknown,
        Err(InvalidMessage::UnknownType("dance".to_owned()))
    );
    for malformed in [
        r#"{"t":"ping"}"#,
        r#"{"n":1}"#,
        "[]",
        "{",
        r#"{"t":"send","id":1,"to":"NO"}"#,
    ] {
        let error = ToRelay::decode(&header(malformed)).unwrap_err();
        assert!(
            matches!(error, InvalidMessage::Malformed(_)),
            "{malformed}: {error:?}"
        );
    }
}

#[test]
fn base64_has_one_spelling() {
    let decode = |text: &str| serde_json::from_str::<Blob>(&format!("\"{text}\""));
    assert_eq!(decode("-_8").unwrap(), Blob(vec![0xfb, 0xff]));
    for other in ["+/8", "-_8=", "-_9", "-_ 8", "-"] {
        assert!(decode(other).is_err(), "{other}");
    }
}

#[test]
fn fingerprints_have_exactly_32_bytes() {
    let fingerprint = Fingerprint([0xab; 32]);
    assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
    assert!("ab".parse::<Fingerprint>().is_err());
    assert!("é".repeat(32).parse::<Fingerprint>().is_err());
    let json = serde_json::to_string(&fingerprint).unwrap();
    assert_eq!(
        serde_json::from_str::<Fingerprint>(&json).unwrap(),
        fingerprint
    );
    assert!(serde_json::from_str::<Fingerprint>("\"qqqq\"").is_err());
}

/// The codes are part of the protocol: a changed word breaks other implementations.
#[test]
fn error_codes_and_their_blame_do_not_change_by_accident() {
    use ErrorCode as E;
    let all = [
        E::Malformed,
        E::TooLarge,
        E::UnknownType,
        E::UnsupportedVersion,
        E::OutOfOrder,
        E::BadSignature,
        E::BadKey,
        E::BadCertificate,
        E::BadName,
        E::NameTaken,
        E::AlreadyOnline,
        E::UnknownName,
        E::TooSlow,
        E::Busy,
        E::Full,
        E::ShuttingDown,
        E::Internal,
    ];
    let lines: Vec<String> = all
        .iter()
        .map(|code| format!("{code} {:?}", code.blame()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    malformed Bytes
    too-large Bytes
    unknown-type Bytes
    unsupported-version Protocol
    out-of-order Protocol
    bad-signature Protocol
    bad-key Protocol
    bad-certificate Protocol
    bad-name Request
    name-taken Request
    already-online Request
    unknown-name Request
    too-slow Request
    busy Relay
    full Relay
    shutting-down Relay
    internal Relay
    ");
    assert_eq!(E::NameTaken.blame(), Blame::Request);
}
