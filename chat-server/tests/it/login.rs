use std::time::Duration;

use chat_crypto::Identity;
use chat_identity::{Channel, EncryptionKey};
use chat_protocol::{Blob, ErrorCode, Presence, ToClient, ToRelay};
use chat_server::{Registry, Settings};

use crate::client::{CLIENT_NONCE, Challenge, NOW, hello, identity, login};
use crate::relay::{Relay, quiet};

#[tokio::test]
async fn login_is_welcomed_and_both_sides_learn_of_each_other() {
    let relay = Relay::start().await;
    let mut alice = relay.connect().await;
    assert_eq!(alice.login("alice", 0).await, []);
    let mut bob = relay.connect().await;
    let present = bob.login("bob", 1).await;
    assert_eq!(present.len(), 1);
    assert_eq!(present[0].name.as_str(), "alice");
    assert_eq!(present[0].key.0, identity(0).public().spki());
    let certificate = &present[0].certificate;
    let owner = identity(0);
    EncryptionKey::vouched_for(certificate, (&present[0].name, owner.public())).unwrap();
    let ToClient::Joined { peer } = alice.next().await else {
        panic!("bob has joined");
    };
    assert_eq!(peer.name.as_str(), "bob");
    assert_eq!(peer.key.0, identity(1).public().spki());
}

#[tokio::test]
async fn challenge_carries_the_relays_name_and_a_fresh_nonce() {
    let settings = Settings {
        name: "classroom".parse().unwrap(),
        keepalive: Some(Duration::from_millis(1500)),
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let mut client = relay.connect().await;
        let challenge = client.challenge("alice", &identity(0)).await;
        assert_eq!(challenge.relay, "classroom");
        nonces.push(challenge.nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
    let mut client = relay.connect().await;
    client.ask_for_login("alice", &identity(0)).await;
    let welcome = ToClient::Welcome {
        mail_days: 0,
        keepalive_ms: 1500,
        present: 0,
    };
    assert_eq!(client.next().await, welcome);
}

async fn hello_is_refused(hello: ToRelay, code: ErrorCode) {
    let relay = Relay::start().await;
    let mut client = relay.connect().await;
    client.send(&hello).await;
    client.expect_error(code).await;
    client.expect_end().await;
}

fn changed(change: impl FnOnce(&mut u16, &mut String, &mut Blob)) -> ToRelay {
    let mut message = hello("alice", &identity(0));
    if let ToRelay::Hello { v, name, key, .. } = &mut message {
        change(v, name, key);
    }
    message
}

#[tokio::test]
async fn other_version_is_refused() {
    let hello = changed(|v, _, _| *v = 1);
    hello_is_refused(hello, ErrorCode::UnsupportedVersion).await;
}

#[tokio::test]
async fn version_is_checked_before_the_name_and_the_name_before_the_key() {
    let all_wrong = changed(|v, name, key| {
        *v = 0;
        *name = "../alice".to_owned();
        key.0.clear();
    });
    hello_is_refused(all_wrong, ErrorCode::UnsupportedVersion).await;
    let name_and_key = changed(|_, name, key| {
        *name = "../alice".to_owned();
        key.0.clear();
    });
    hello_is_refused(name_and_key, ErrorCode::BadName).await;
}

#[tokio::test]
async fn name_that_breaks_the_rules_is_refused() {
    let hello = changed(|_, name, _| *name = "Alice".to_owned());
    hello_is_refused(hello, ErrorCode::BadName).await;
}

#[tokio::test]
async fn key_that_breaks_the_policy_is_refused() {
    let hello = changed(|_, _, key| key.0.truncate(200));
    hello_is_refused(hello, ErrorCode::BadKey).await;
}

#[tokio::test]
async fn login_before_hello_is_refused() {
    let alice = identity(0);
    let anywhere = Challenge {
        relay: "relay".to_owned(),
        key: chat_protocol::RelayKey([0; 32]),
        channel: Channel::Plain,
        nonce: chat_protocol::Nonce([0; 32]),
    };
    hello_is_refused(login("alice", &alice, &anywhere), ErrorCode::OutOfOrder).await;
}

/// Answers the challenge with whatever `answer` makes of it.
async fn answer_is_refused(answer: impl FnOnce(Challenge) -> ToRelay, code: ErrorCode) {
    let relay = Relay::start().await;
    let mut client = relay.connect().await;
    let challenge = client.challenge("alice", &identity(0)).await;
    client.send(&answer(challenge)).await;
    client.expect_error(code).await;
    client.expect_end().await;
}

#[tokio::test]
async fn second_hello_in_place_of_the_proof_is_refused() {
    answer_is_refused(|_| hello("alice", &identity(0)), ErrorCode::OutOfOrder).await;
}

#[tokio::test]
async fn proof_by_another_key_is_refused() {
    let answer = |challenge| login("alice", &identity(1), &challenge);
    answer_is_refused(answer, ErrorCode::BadSignature).await;
}

#[tokio::test]
async fn proof_for_another_relay_is_refused() {
    let answer = |challenge| {
        let relay = "elsewhere".to_owned();
        login("alice", &identity(0), &Challenge { relay, ..challenge })
    };
    answer_is_refused(answer, ErrorCode::BadSignature).await;
}

#[tokio::test]
async fn a_login_that_another_relay_passes_on_is_refused() {
    // It was signed for the relay with the other key, whatever that calls itself.
    let answer = |challenge| {
        let key = chat_protocol::RelayKey([9; 32]);
        login("alice", &identity(0), &Challenge { key, ..challenge })
    };
    answer_is_refused(answer, ErrorCode::BadSignature).await;
}

#[tokio::test]
async fn a_relay_has_the_same_key_after_a_restart_and_every_folder_has_its_own() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut keys = Vec::new();
    for folder in [&folders[0], &folders[0], &folders[1]] {
        let relay = Relay::start_with(quiet(), Registry::open(folder.path()).unwrap()).await;
        let mut client = relay.connect().await;
        keys.push(client.challenge("alice", &identity(0)).await.key);
        drop(client);
        relay.stop().await;
    }
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    std::fs::write(folders[0].path().join("relay.key"), "short").unwrap();
    let refused = Registry::open(folders[0].path()).unwrap_err().to_string();
    assert!(refused.contains("relay.key"), "{refused}");
}

#[tokio::test]
async fn proof_for_another_challenge_is_refused() {
    let answer = |challenge| {
        let nonce = chat_protocol::Nonce([9; 32]);
        login("alice", &identity(0), &Challenge { nonce, ..challenge })
    };
    answer_is_refused(answer, ErrorCode::BadSignature).await;
}

#[tokio::test]
async fn proof_for_another_name_is_refused() {
    let answer = |challenge| login("bob", &identity(0), &challenge);
    answer_is_refused(answer, ErrorCode::BadSignature).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let relay = Relay::start().await;
    let mut client = relay.connect().await;
    let alice = identity(0);
    let Challenge {
        relay,
        key,
        channel,
        nonce,
    } = client.challenge("alice", &alice).await;
    let mut rng = rand::rng();
    let certificate = alice.certify(&mut rng, &"bob".parse().unwrap(), NOW);
    let statement = (
        (relay.as_str(), &key, &channel),
        &nonce,
        &CLIENT_NONCE,
        "alice",
    );
    let signature = Blob(alice.sign_login(&mut rng, statement, &certificate));
    client
        .send(&ToRelay::Login {
            certificate,
            signature,
        })
        .await;
    let text = client.expect_error(ErrorCode::BadCertificate).await;
    assert!(text.contains("for this name"), "{text}");
    client.expect_end().await;
}

#[tokio::test]
async fn expired_certificate_is_refused() {
    let relay = Relay::start().await;
    let old = Identity::generate_valid_until(&mut rand::rng(), 0, 1_000_000);
    let mut client = relay.connect().await;
    client.ask_for_login("alice", &old).await;
    let text = client.expect_error(ErrorCode::BadCertificate).await;
    assert!(text.contains("expired"), "{text}");
    client.expect_end().await;
}

#[tokio::test]
async fn slow_login_is_cut_with_a_word() {
    let settings = Settings {
        // Long enough for the first half of a login on a busy machine.
        login_deadline: Duration::from_secs(2),
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    let mut silent = relay.connect().await;
    silent.expect_error(ErrorCode::TooSlow).await;
    silent.expect_end().await;
    let mut halfway = relay.connect().await;
    halfway.send(&hello("alice", &identity(0))).await;
    assert!(matches!(halfway.next().await, ToClient::Challenge { .. }));
    halfway.expect_error(ErrorCode::TooSlow).await;
    halfway.expect_end().await;
}

#[tokio::test]
async fn hello_after_the_login_is_an_error_and_changes_nothing() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    alice.send(&hello("bob", &identity(0))).await;
    alice.expect_error(ErrorCode::OutOfOrder).await;
    alice.expect_quiet().await;
}

#[tokio::test]
async fn directory_answers_who_somebody_is_and_whether_connected() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let find = |name: &str| ToRelay::Find {
        name: name.parse().unwrap(),
    };
    alice.send(&find("bob")).await;
    let ToClient::Found { peer, presence } = alice.next().await else {
        panic!("bob is known");
    };
    assert_eq!(peer.key.0, identity(1).public().spki());
    assert_eq!(presence, Presence::Online);
    bob.send(&ToRelay::Bye {}).await;
    alice
        .expect_left("bob", chat_protocol::LeaveReason::Quit)
        .await;
    alice.send(&find("bob")).await;
    let found = alice.next().await;
    let offline = Presence::Offline;
    assert!(matches!(found, ToClient::Found { presence, .. } if presence == offline));
    alice.send(&find("nobody")).await;
    alice.expect_error(ErrorCode::UnknownName).await;
    alice.expect_quiet().await;
}
