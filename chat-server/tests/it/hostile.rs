use chat_protocol::{ErrorCode, LeaveReason, ToClient, ToRelay};

use crate::client::{hello, identity};
use crate::relay::Relay;

#[tokio::test]
async fn unknown_type_is_answered_and_the_connection_goes_on() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    alice.send_header(r#"{"t":"teleport","to":"bob"}"#).await;
    let text = alice.expect_error(ErrorCode::UnknownType).await;
    assert!(text.contains("teleport"), "{text}");
    alice.expect_quiet().await;
}

#[tokio::test]
async fn malformed_message_is_answered_and_the_connection_goes_on() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    let long = format!(
        r#"{{"t":"cancel","to":"bob","reason":"{}"}}"#,
        "\\u0001".repeat(1300)
    );
    let headers = [
        "{",
        "[]",
        "null",
        "\u{1}",
        r#"{"t":"send","id":-1,"to":"bob"}"#,
        r#"{"t":"send","id":1,"to":"../bob"}"#,
        r#"{"t":"send","id":1}"#,
        r#"{"t":"ack","seq":1.5}"#,
        r#"{"t":"find","name":""}"#,
        long.as_str(),
    ];
    for header in headers {
        alice.send_header(header).await;
        alice.expect_error(ErrorCode::Malformed).await;
    }
    alice.send_header(&"[".repeat(8000)).await;
    alice.expect_error(ErrorCode::Malformed).await;
    alice.expect_quiet().await;
}

#[tokio::test]
async fn unknown_field_is_ignored() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    alice.send_header(r#"{"t":"ping","n":4,"later":[1]}"#).await;
    assert_eq!(alice.next().await, ToClient::Pong { n: 4 });
}

#[tokio::test]
async fn broken_frame_after_the_login_ends_the_connection_as_misbehaved() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    bob.send_bytes(&[0, 0, 0, 4, 0, 0, 1, 1]).await;
    bob.expect_error(ErrorCode::Malformed).await;
    bob.expect_end().await;
    alice.expect_left("bob", LeaveReason::Misbehaved).await;
}

#[tokio::test]
async fn reset_connection_is_a_drop() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    alice
        .send(&ToRelay::Send {
            id: 1,
            to: "bob".parse().unwrap(),
        })
        .await;
    // Closed with unread bytes: the system resets the connection.
    bob.send_bytes(&[0, 0, 1]).await;
    drop(bob);
    alice.expect_left("bob", LeaveReason::Dropped).await;
}

/// What a stranger may throw at the relay.
fn garbage() -> Vec<Vec<u8>> {
    let frame = |message: &ToRelay| message.frame(bytes::Bytes::new()).to_bytes().to_vec();
    let raw = |header: &str| {
        let frame = chat_protocol::Frame {
            header: header.as_bytes().to_vec().into(),
            body: bytes::Bytes::new(),
        };
        frame.to_bytes().to_vec()
    };
    let alice = hello("alice", &identity(0));
    let mut half = frame(&alice);
    half.truncate(half.len() / 2);
    vec![
        vec![],
        vec![0],
        vec![0; 4],
        vec![0xff; 64 * 1024],
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        vec![
            0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
        ],
        raw("{"),
        raw(&"[".repeat(4000)),
        raw(r#"{"t":"teleport"}"#),
        raw(r#"{"t":"bye"}"#),
        frame(&ToRelay::Send {
            id: 1,
            to: "alice".parse().unwrap(),
        }),
        frame(&ToRelay::Ack {
            seq: 1,
            refused: Vec::new(),
        }),
        frame(&ToRelay::Pong { n: 0 }),
        frame(&alice),
        [frame(&alice), frame(&alice)].concat(),
        [
            frame(&alice),
            frame(&ToRelay::Find {
                name: "bob".parse().unwrap(),
            }),
        ]
        .concat(),
        half,
    ]
}

#[tokio::test]
async fn strangers_with_garbage_never_disturb_those_who_are_logged_in() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let mut strangers = Vec::new();
    for (id, bytes) in (1..).zip(garbage()) {
        let mut stranger = relay.connect().await;
        stranger.send_bytes(&bytes).await;
        // Every second one goes away, the others stay.
        if id % 2 == 0 {
            strangers.push(stranger);
        }
        let to = "bob".parse().unwrap();
        alice.send_with(&ToRelay::Send { id, to }, b"through").await;
        let from = "alice".parse().unwrap();
        let (message, body) = bob.next_with_body().await;
        assert_eq!(message, ToClient::Deliver { seq: id, from });
        assert_eq!(body, &b"through"[..]);
        bob.send(&ToRelay::Ack {
            seq: id,
            refused: Vec::new(),
        })
        .await;
        assert_eq!(
            alice.next().await,
            ToClient::Accepted { id, refused: false }
        );
    }
    alice.expect_quiet().await;
    bob.expect_quiet().await;
}
