use chat_protocol::limits::MAX_UNACKNOWLEDGED;
use chat_protocol::{ErrorCode, LeaveReason, ToClient, ToRelay};
use chat_server::Registry;

use crate::client::Client;
use crate::relay::{Relay, quiet};

async fn send(client: &mut Client, id: u64, to: &str, body: &[u8]) {
    let to = to.parse().unwrap();
    client.send_with(&ToRelay::Send { id, to }, body).await;
}

fn undelivered(id: u64, reason: ErrorCode) -> ToClient {
    ToClient::Undelivered { id, reason }
}

async fn expect_delivery(client: &mut Client, seq: u64, from: &str, body: &[u8]) {
    let (message, received) = client.next_with_body().await;
    let from = from.parse().unwrap();
    assert_eq!(message, ToClient::Deliver { seq, from });
    assert_eq!(received, body);
}

#[tokio::test]
async fn envelope_is_accepted_after_the_recipient_has_acknowledged_it() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    send(&mut alice, 41, "bob", b"any bytes at all").await;
    expect_delivery(&mut bob, 1, "alice", b"any bytes at all").await;
    alice.expect_quiet().await;
    bob.send(&ToRelay::Ack {
        seq: 1,
        refused: Vec::new(),
    })
    .await;
    assert_eq!(
        alice.next().await,
        ToClient::Accepted {
            id: 41,
            refused: false
        }
    );
}

/// A relay that keeps mail in this folder.
async fn with_mail(folder: &std::path::Path) -> Relay {
    let registry = Registry::open(folder).unwrap().with_mail().unwrap();
    Relay::start_with(quiet(), registry).await
}

fn accepted(id: u64) -> ToClient {
    let refused = false;
    ToClient::Accepted { id, refused }
}

fn ack(seq: u64) -> ToRelay {
    let refused = Vec::new();
    ToRelay::Ack { seq, refused }
}

#[tokio::test]
async fn what_is_sent_to_somebody_who_is_away_is_on_the_disk_before_it_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let relay = with_mail(folder.path()).await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    bob.send(&ToRelay::Bye {}).await;
    bob.expect_end().await;
    alice.expect_left("bob", LeaveReason::Quit).await;
    for (id, body) in [(1, b"first"), (2, b"other")] {
        send(&mut alice, id, "bob", body).await;
        assert_eq!(alice.next().await, accepted(id));
    }
    send(&mut alice, 3, "nobody", b"who").await;
    assert_eq!(alice.next().await, undelivered(3, ErrorCode::UnknownName));
    relay.stop().await;

    let relay = with_mail(folder.path()).await;
    let mut bob = relay.login("bob", 1).await;
    expect_delivery(&mut bob, 1, "alice", b"first").await;
    expect_delivery(&mut bob, 2, "alice", b"other").await;
    bob.send(&ack(1)).await;
    bob.expect_quiet().await;
    relay.stop().await;

    let relay = with_mail(folder.path()).await;
    let mut bob = relay.login("bob", 1).await;
    expect_delivery(&mut bob, 1, "alice", b"other").await;
    bob.send(&ack(1)).await;
    bob.expect_quiet().await;
    relay.stop().await;
    let relay = with_mail(folder.path()).await;
    relay.login("bob", 1).await.expect_quiet().await;
}

#[tokio::test]
async fn what_somebody_has_not_acknowledged_before_leaving_waits_and_stays_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let relay = with_mail(folder.path()).await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    for id in 1..=3 {
        send(&mut alice, id, "bob", &[u8::try_from(id).unwrap()]).await;
    }
    expect_delivery(&mut bob, 1, "alice", &[1]).await;
    bob.send(&ack(1)).await;
    assert_eq!(alice.next().await, accepted(1));
    drop(bob);
    send(&mut alice, 4, "bob", &[4]).await;
    alice.expect_left("bob", LeaveReason::Dropped).await;
    for id in 2..=4 {
        assert_eq!(alice.next().await, accepted(id));
    }
    let mut bob = relay.login("bob", 1).await;
    alice.expect_joined("bob").await;
    for seq in 1..=3 {
        expect_delivery(&mut bob, seq, "alice", &[u8::try_from(seq).unwrap() + 1]).await;
    }
    // As long as something waits, what is new comes after it.
    send(&mut alice, 5, "bob", &[5]).await;
    assert_eq!(alice.next().await, accepted(5));
    bob.expect_quiet().await;
    bob.send(&ack(3)).await;
    expect_delivery(&mut bob, 4, "alice", &[5]).await;
    bob.send(&ack(4)).await;
    bob.expect_quiet().await;
    // Then it comes at once, and is accepted by its recipient again.
    send(&mut alice, 6, "bob", &[6]).await;
    expect_delivery(&mut bob, 5, "alice", &[6]).await;
    alice.expect_quiet().await;
    bob.send(&ack(5)).await;
    assert_eq!(alice.next().await, accepted(6));
}

#[tokio::test]
async fn mail_for_somebody_who_is_here_costs_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let relay = with_mail(folder.path()).await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let file = || std::fs::read(folder.path().join("mail.redb")).unwrap();
    let before = file();
    send(&mut alice, 1, "bob", b"at once").await;
    expect_delivery(&mut bob, 1, "alice", b"at once").await;
    bob.send(&ack(1)).await;
    assert_eq!(alice.next().await, accepted(1));
    assert!(file() == before, "the file has changed");
}

#[tokio::test]
async fn a_full_box_is_told_to_its_senders() {
    let folder = tempfile::tempdir().unwrap();
    let relay = with_mail(folder.path()).await;
    let (mut alice, bob) = relay.alice_and_bob().await;
    drop(bob);
    alice.expect_left("bob", LeaveReason::Dropped).await;
    for id in 1..=257 {
        send(&mut alice, id, "bob", b"x").await;
    }
    let mut answers = Vec::new();
    for _ in 1..=257 {
        answers.push(alice.next().await);
    }
    assert!(answers.contains(&undelivered(257, ErrorCode::Full)));
    assert!((1..=256).all(|id| answers.contains(&accepted(id))));
}

#[tokio::test]
async fn acknowledgement_is_cumulative_and_counts_once() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    for id in [7, 5, 9] {
        send(&mut alice, id, "bob", &[0; 100_000]).await;
    }
    for seq in 1..=3 {
        expect_delivery(&mut bob, seq, "alice", &[0; 100_000]).await;
    }
    bob.send(&ToRelay::Ack {
        seq: 2,
        refused: Vec::new(),
    })
    .await;
    bob.send(&ToRelay::Ack {
        seq: 2,
        refused: Vec::new(),
    })
    .await;
    bob.send(&ToRelay::Ack {
        seq: 1,
        refused: Vec::new(),
    })
    .await;
    bob.send(&ToRelay::Ack {
        seq: 3,
        refused: Vec::new(),
    })
    .await;
    for id in [7, 5, 9] {
        assert_eq!(
            alice.next().await,
            ToClient::Accepted { id, refused: false }
        );
    }
    alice.expect_quiet().await;
}

#[tokio::test]
async fn a_sender_is_told_which_of_its_envelopes_were_refused() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    for (seq, id) in [(1, 7), (2, 5), (3, 9)] {
        send(&mut alice, id, "bob", b"any bytes at all").await;
        expect_delivery(&mut bob, seq, "alice", b"any bytes at all").await;
    }
    // What is refused ahead of its acknowledgement, or was never delivered, means nothing.
    let refused = vec![2, 3, 77];
    bob.send(&ToRelay::Ack { seq: 2, refused }).await;
    let refused = false;
    assert_eq!(alice.next().await, ToClient::Accepted { id: 7, refused });
    let refused = true;
    assert_eq!(alice.next().await, ToClient::Accepted { id: 5, refused });
    let refused = Vec::new();
    bob.send(&ToRelay::Ack { seq: 3, refused }).await;
    let refused = false;
    assert_eq!(alice.next().await, ToClient::Accepted { id: 9, refused });
}

#[tokio::test]
async fn acknowledging_what_was_never_delivered_is_an_error() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    send(&mut alice, 1, "bob", b"x").await;
    expect_delivery(&mut bob, 1, "alice", b"x").await;
    bob.send(&ToRelay::Ack {
        seq: 2,
        refused: Vec::new(),
    })
    .await;
    bob.expect_error(ErrorCode::OutOfOrder).await;
    alice.expect_quiet().await;
    bob.send(&ToRelay::Ack {
        seq: 1,
        refused: Vec::new(),
    })
    .await;
    assert_eq!(
        alice.next().await,
        ToClient::Accepted {
            id: 1,
            refused: false
        }
    );
}

#[tokio::test]
async fn deliveries_are_numbered_for_each_recipient_and_reach_no_other() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let mut carol = relay.login("carol", 2).await;
    alice.expect_joined("carol").await;
    bob.expect_joined("carol").await;
    send(&mut alice, 1, "bob", b"for bob").await;
    send(&mut alice, 2, "carol", b"for carol").await;
    expect_delivery(&mut bob, 1, "alice", b"for bob").await;
    expect_delivery(&mut carol, 1, "alice", b"for carol").await;
    bob.expect_quiet().await;
    carol.expect_quiet().await;
}

#[tokio::test]
async fn sender_may_be_the_recipient() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    send(&mut alice, 1, "alice", b"note").await;
    expect_delivery(&mut alice, 1, "alice", b"note").await;
    alice
        .send(&ToRelay::Ack {
            seq: 1,
            refused: Vec::new(),
        })
        .await;
    assert_eq!(
        alice.next().await,
        ToClient::Accepted {
            id: 1,
            refused: false
        }
    );
}

#[tokio::test]
async fn nothing_is_delivered_to_somebody_unknown_or_away() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    send(&mut alice, 1, "nobody", b"x").await;
    assert_eq!(alice.next().await, undelivered(1, ErrorCode::UnknownName));
    bob.send(&ToRelay::Bye {}).await;
    alice.expect_left("bob", LeaveReason::Quit).await;
    send(&mut alice, 2, "bob", b"x").await;
    assert_eq!(alice.next().await, undelivered(2, ErrorCode::UnknownName));
}

#[tokio::test]
async fn sender_is_told_when_the_recipient_leaves_without_acknowledging() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    send(&mut alice, 1, "bob", b"seen").await;
    send(&mut alice, 2, "bob", b"not seen").await;
    expect_delivery(&mut bob, 1, "alice", b"seen").await;
    bob.send(&ToRelay::Ack {
        seq: 1,
        refused: Vec::new(),
    })
    .await;
    assert_eq!(
        alice.next().await,
        ToClient::Accepted {
            id: 1,
            refused: false
        }
    );
    expect_delivery(&mut bob, 2, "alice", b"not seen").await;
    drop(bob);
    alice.expect_left("bob", LeaveReason::Dropped).await;
    assert_eq!(alice.next().await, undelivered(2, ErrorCode::UnknownName));
    alice.expect_quiet().await;
}

#[tokio::test]
async fn recipient_with_too_much_unacknowledged_is_busy_and_stays() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let most = u64::try_from(MAX_UNACKNOWLEDGED).unwrap();
    for id in 1..=most + 1 {
        send(&mut alice, id, "bob", b"small").await;
    }
    assert_eq!(alice.next().await, undelivered(most + 1, ErrorCode::Busy));
    for seq in 1..=most {
        expect_delivery(&mut bob, seq, "alice", b"small").await;
    }
    bob.send(&ToRelay::Ack {
        seq: most,
        refused: Vec::new(),
    })
    .await;
    for id in 1..=most {
        assert_eq!(
            alice.next().await,
            ToClient::Accepted { id, refused: false }
        );
    }
    send(&mut alice, most + 2, "bob", b"again").await;
    expect_delivery(&mut bob, most + 1, "alice", b"again").await;
}

#[tokio::test]
async fn largest_frame_passes_whole() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let body = vec![0xa5; chat_protocol::limits::MAX_FRAME - 200];
    send(&mut alice, 1, "bob", &body).await;
    expect_delivery(&mut bob, 1, "alice", &body).await;
}

#[tokio::test]
async fn receipt_is_passed_on_as_it_is_and_needs_no_answer() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let to = "alice".parse().unwrap();
    bob.send_with(&ToRelay::Receipt { to }, b"sealed").await;
    let from = "bob".parse().unwrap();
    let (message, body) = alice.next_with_body().await;
    assert_eq!(
        (message, &*body),
        (ToClient::Receipt { from }, &b"sealed"[..])
    );
    let to = "nobody".parse().unwrap();
    bob.send_with(&ToRelay::Receipt { to }, b"sealed").await;
    bob.expect_quiet().await;
    alice.expect_quiet().await;
}
