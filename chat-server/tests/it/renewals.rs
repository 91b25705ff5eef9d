use std::time::SystemTime;

use chat_protocol::{Certificate, ErrorCode, ToClient, ToRelay};
use chat_server::Registry;

use crate::client::{Client, identity};
use crate::relay::{Relay, quiet};

/// The next encryption key of an identity, for this name: valid now, by the relay's clock.
fn next_key(of: usize, name: &str) -> Certificate {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut identity = identity(of);
    identity.renew(&mut rand::rng(), now);
    identity.certify(&mut rand::rng(), &name.parse().unwrap(), now)
}

async fn expect_renewed(client: &mut Client, who: &str, expected: &Certificate) {
    let ToClient::Renewed { name, certificate } = client.next().await else {
        panic!("{who} has another key");
    };
    assert_eq!((name.as_str(), &certificate), (who, expected));
}

#[tokio::test]
async fn everybody_is_told_of_a_new_key_and_so_is_who_comes_later_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_with(quiet(), Registry::open(folder.path()).unwrap()).await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let certificate = next_key(0, "alice");
    assert_eq!(certificate.number, 2);
    let renew = ToRelay::Renew {
        certificate: certificate.clone(),
    };
    alice.send(&renew).await;
    expect_renewed(&mut alice, "alice", &certificate).await;
    expect_renewed(&mut bob, "alice", &certificate).await;
    let mut carol = relay.connect().await;
    let present = carol.login("carol", 2).await;
    let shown = present.iter().find(|peer| peer.name.as_str() == "alice");
    assert_eq!(shown.unwrap().certificate, certificate);
    relay.stop().await;

    let relay = Relay::start_with(quiet(), Registry::open(folder.path()).unwrap()).await;
    let mut bob = relay.login("bob", 1).await;
    let name = "alice".parse().unwrap();
    bob.send(&ToRelay::Find { name }).await;
    let ToClient::Found { peer, .. } = bob.next().await else {
        panic!("alice is known");
    };
    assert_eq!(peer.certificate, certificate);
}

#[tokio::test]
async fn a_key_that_is_not_vouched_for_or_not_newer_is_refused_and_nobody_hears_of_it() {
    let relay = Relay::start().await;
    let of_another = next_key(1, "alice");
    let for_another = next_key(0, "bob");
    let same = identity(0).certify(&mut rand::rng(), &"alice".parse().unwrap(), 1_800_000_000);
    for certificate in [of_another, for_another, same] {
        let (mut alice, mut bob) = relay.alice_and_bob().await;
        alice.send(&ToRelay::Renew { certificate }).await;
        alice.expect_error(ErrorCode::BadCertificate).await;
        // One attempt a minute, whatever came of it.
        let certificate = identity(0).certify(&mut rand::rng(), &"alice".parse().unwrap(), 0);
        alice.send(&ToRelay::Renew { certificate }).await;
        alice.expect_error(ErrorCode::Busy).await;
        bob.expect_quiet().await;
        alice.send(&ToRelay::Bye {}).await;
        alice.expect_end().await;
        bob.send(&ToRelay::Bye {}).await;
        bob.expect_left("alice", chat_protocol::LeaveReason::Quit)
            .await;
        bob.expect_end().await;
    }
}
