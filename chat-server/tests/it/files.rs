use bytes::Bytes;
use chat_protocol::{CancelReason, FileId, LeaveReason, Name, ToClient, ToRelay};

use crate::relay::Relay;

const FILE: FileId = FileId([6; 16]);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn chunk(to: &str, index: u32) -> ToRelay {
    let to = name(to);
    ToRelay::Chunk {
        to,
        file: FILE,
        index,
    }
}

fn gone(from: &str) -> ToClient {
    ToClient::Cancel {
        from: name(from),
        file: FILE,
        reason: CancelReason::Gone,
    }
}

#[tokio::test]
async fn chunk_credit_and_cancel_reach_the_other_side_with_their_sender() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let sealed = vec![1; 64 * 1024 + 16];
    let credit = ToRelay::Credit {
        to: name("alice"),
        file: FILE,
        until: 4,
    };
    bob.send(&credit).await;
    alice.next().await;
    alice.send_with(&chunk("bob", 3), &sealed).await;
    let (message, body) = bob.next_with_body().await;
    let expected = ToClient::Chunk {
        from: name("alice"),
        file: FILE,
        index: 3,
    };
    assert_eq!(message, expected);
    assert_eq!(body, sealed);

    let credit = ToRelay::Credit {
        to: name("alice"),
        file: FILE,
        until: 12,
    };
    bob.send(&credit).await;
    let expected = ToClient::Credit {
        from: name("bob"),
        file: FILE,
        until: 12,
    };
    assert_eq!(alice.next().await, expected);

    let cancel = ToRelay::Cancel {
        to: name("alice"),
        file: FILE,
        reason: CancelReason::Storage,
    };
    bob.send(&cancel).await;
    let expected = ToClient::Cancel {
        from: name("bob"),
        file: FILE,
        reason: CancelReason::Storage,
    };
    assert_eq!(alice.next().await, expected);
}

#[tokio::test]
async fn chunk_and_credit_for_somebody_gone_come_back_as_a_cancel() {
    let relay = Relay::start().await;
    let (mut alice, bob) = relay.alice_and_bob().await;
    drop(bob);
    alice.expect_left("bob", LeaveReason::Dropped).await;
    alice.send_with(&chunk("bob", 0), b"sealed").await;
    assert_eq!(alice.next().await, gone("bob"));
    let credit = ToRelay::Credit {
        to: name("bob"),
        file: FILE,
        until: 8,
    };
    alice.send(&credit).await;
    assert_eq!(alice.next().await, gone("bob"));
}

#[tokio::test]
async fn cancel_for_somebody_gone_has_no_answer() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    let cancel = ToRelay::Cancel {
        to: name("bob"),
        file: FILE,
        reason: CancelReason::Source,
    };
    alice.send(&cancel).await;
    alice.expect_quiet().await;
}

#[tokio::test]
async fn chunks_that_nobody_asked_for_reach_nobody() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let sealed = vec![1; 200 * 1024];
    for index in 0..200 {
        alice.send_with(&chunk("bob", index), &sealed).await;
    }
    alice.expect_quiet().await;
    bob.expect_quiet().await;
}

#[tokio::test]
async fn a_cancel_reaches_whoever_waits_for_the_file_however_much_waits_for_it() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let credit = ToRelay::Credit {
        to: name("alice"),
        file: FILE,
        until: 4,
    };
    bob.send(&credit).await;
    assert!(matches!(alice.next().await, ToClient::Credit { .. }));
    // Bob reads nothing: his queue takes no more of what others say.
    let body = vec![0; 200 * 1024];
    for id in 1..=200 {
        let to = name("bob");
        alice.send_with(&ToRelay::Send { id, to }, &body).await;
    }
    let cancel = |file| ToRelay::Cancel {
        to: name("bob"),
        file,
        reason: CancelReason::Source,
    };
    let nobody_asked = FileId([7; 16]);
    let others = 20_000;
    let flood = cancel(nobody_asked).frame(Bytes::new()).to_bytes();
    alice.send_bytes(&flood.repeat(others)).await;
    alice.send(&cancel(FILE)).await;
    // The relay has taken everything before bob begins to read.
    alice.send(&ToRelay::Ping { n: 1 }).await;
    while alice.next().await != (ToClient::Pong { n: 1 }) {}
    let mut passed = 0;
    loop {
        match bob.next().await {
            ToClient::Deliver { .. } => {}
            ToClient::Cancel { file: FILE, .. } => break,
            ToClient::Cancel { .. } => passed += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(passed < others, "the queue was full");
    bob.expect_quiet().await;
}
