use std::time::Duration;

use chat_protocol::{ErrorCode, LeaveReason, ToClient, ToRelay, limits};
use chat_server::{Registry, Settings};

use crate::relay::{Relay, quiet};

#[tokio::test]
async fn mail_for_one_who_does_not_read_is_refused_and_nobody_is_cut() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let body = vec![0; 200 * 1024];
    // Five times what the relay queues: the rest is for the buffers of the system.
    let sent = 200;
    let send = |id| ToRelay::Send {
        id,
        to: "bob".parse().unwrap(),
    };
    for id in 1..=sent {
        alice.send_with(&send(id), &body).await;
    }
    // The answers come while bob reads nothing, in the order of sending.
    let to = "nobody".parse().unwrap();
    alice.send_with(&ToRelay::Send { id: 0, to }, b"").await;
    let mut refused = Vec::new();
    loop {
        match alice.next().await {
            ToClient::Undelivered {
                id,
                reason: ErrorCode::Busy,
            } => refused.push(id),
            ToClient::Undelivered {
                reason: ErrorCode::UnknownName,
                ..
            } => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(refused.len() > 40 && refused.is_sorted(), "{refused:?}");
    let arrived = sent - refused.len() as u64;
    for expected in 1..=arrived {
        let (message, _) = bob.next_with_body().await;
        assert!(matches!(message, ToClient::Deliver { seq, .. } if seq == expected));
    }
    // All is well again.
    alice.send_with(&send(sent + 1), b"again").await;
    assert_eq!(bob.next_with_body().await.1, b"again"[..]);
    bob.expect_quiet().await;
}

#[tokio::test]
async fn silent_client_is_pinged_and_then_cut() {
    let settings = Settings {
        // Long enough for an answer to come in time on a busy machine.
        keepalive: Some(Duration::from_secs(1)),
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    let mut alice = relay.login("alice", 0).await;
    let mut bob = relay.login("bob", 1).await;
    // Alice answers and stays, bob reads and is silent.
    let silent = LeaveReason::Silent;
    loop {
        match alice.next().await {
            ToClient::Ping { n } => alice.send(&ToRelay::Pong { n }).await,
            ToClient::Joined { peer } => assert_eq!(peer.name.as_str(), "bob"),
            ToClient::Left { name, reason } => {
                assert_eq!((name.as_str(), reason), ("bob", silent));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(bob.next().await, ToClient::Ping { .. }));
    assert_eq!(bob.next().await, ToClient::Bye { reason: silent });
    bob.expect_end().await;
    alice.send(&ToRelay::Ping { n: 1 }).await;
    while alice.next().await != (ToClient::Pong { n: 1 }) {}
}

#[tokio::test]
async fn oversized_frame_before_the_login_is_refused_at_its_length() {
    let relay = Relay::start().await;
    let mut client = relay.connect().await;
    let length = u32::try_from(limits::MAX_FRAME_BEFORE_LOGIN + 1).unwrap();
    client.send_bytes(&length.to_be_bytes()).await;
    client.expect_error(ErrorCode::TooLarge).await;
    client.expect_end().await;
}

#[tokio::test]
async fn oversized_frame_after_the_login_ends_the_connection_as_misbehaved() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let length = u32::try_from(limits::MAX_FRAME + 1).unwrap();
    bob.send_bytes(&length.to_be_bytes()).await;
    // The error must arrive although the relay leaves bytes unread.
    bob.send_bytes(&vec![0; 100_000]).await;
    bob.expect_error(ErrorCode::TooLarge).await;
    bob.expect_end().await;
    alice.expect_left("bob", LeaveReason::Misbehaved).await;
}

#[tokio::test]
async fn connections_above_the_cap_are_told_so() {
    let settings = Settings {
        max_connections: 2,
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let mut third = relay.connect().await;
    third.expect_error(ErrorCode::Full).await;
    third.expect_end().await;
    alice.expect_quiet().await;
    // A place is free again as soon as somebody's connection is closed.
    bob.send(&ToRelay::Bye {}).await;
    bob.expect_end().await;
    drop(bob);
    alice.expect_left("bob", LeaveReason::Quit).await;
    loop {
        let mut third = relay.connect().await;
        third
            .send(&crate::client::hello("carol", &crate::client::identity(2)))
            .await;
        match third.next().await {
            ToClient::Challenge { .. } => break,
            ToClient::Error { code, .. } => assert_eq!(code, ErrorCode::Full),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let settings = Settings {
        max_connections: 3,
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    let mut alice = relay.login("alice", 0).await;
    let mut oldest = relay.connect().await;
    let _silent = relay.connect().await;
    let mut bob = relay.login("bob", 1).await;
    alice.expect_joined("bob").await;
    oldest.expect_error(ErrorCode::Full).await;
    oldest.expect_end().await;
    bob.expect_quiet().await;
}

#[tokio::test]
async fn flood_of_pings_without_reading_ends_only_the_flooder() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let ping = ToRelay::Ping { n: u64::MAX }.frame(bytes::Bytes::new());
    let pings = ping.to_bytes().repeat(10_000);
    let flood = async {
        // Ends when the relay has closed: writing fails then.
        for _ in 0..100 {
            bob.send_bytes(&pings).await;
        }
    };
    let watch = alice.expect_left("bob", LeaveReason::Slow);
    tokio::join!(flood, watch);
    alice.expect_quiet().await;
}
