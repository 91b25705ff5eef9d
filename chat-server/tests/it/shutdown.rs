use chat_protocol::{ErrorCode, LeaveReason, ToClient, ToRelay};

use crate::client::within;
use crate::relay::Relay;

const BYE: ToClient = ToClient::Bye {
    reason: LeaveReason::ShuttingDown,
};

#[tokio::test]
async fn shutdown_says_bye_to_everyone_after_what_was_queued() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let mut stranger = relay.connect().await;
    let to = "bob".parse().unwrap();
    alice.send(&ToRelay::Send { id: 1, to }).await;
    // The pong shows that the relay has read the envelope.
    alice.expect_quiet().await;
    let ended = relay.begin_stop();
    assert!(matches!(bob.next().await, ToClient::Deliver { .. }));
    assert_eq!(bob.next().await, BYE);
    bob.expect_end().await;
    assert_eq!(alice.next().await, BYE);
    alice.expect_end().await;
    stranger.expect_error(ErrorCode::ShuttingDown).await;
    stranger.expect_end().await;
    drop((alice, bob, stranger));
    within(ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn client_that_does_not_read_cannot_hold_up_the_shutdown() {
    let relay = Relay::start().await;
    let (mut alice, _bob) = relay.alice_and_bob().await;
    let to: chat_protocol::Name = "bob".parse().unwrap();
    for id in 0..30 {
        let to = to.clone();
        alice
            .send_with(&ToRelay::Send { id, to }, &[0; 200 * 1024])
            .await;
    }
    alice.expect_quiet().await;
    relay.stop().await;
}

#[tokio::test]
async fn port_is_free_after_the_shutdown() {
    let relay = Relay::start().await;
    let address = relay.address;
    relay.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
