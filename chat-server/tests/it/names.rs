use chat_protocol::{ErrorCode, LeaveReason, ToClient, ToRelay};
use chat_server::{Registry, StoreError};

use crate::client::identity;
use crate::relay::{Relay, quiet};

#[tokio::test]
async fn name_belongs_to_the_first_key_even_when_its_owner_is_away() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    let mut thief = relay.connect().await;
    thief.ask_for_login("alice", &identity(1)).await;
    thief.expect_error(ErrorCode::NameTaken).await;
    thief.expect_end().await;
    alice.expect_quiet().await;
    alice.send(&ToRelay::Bye {}).await;
    alice.expect_end().await;
    let mut thief = relay.connect().await;
    thief.ask_for_login("alice", &identity(1)).await;
    thief.expect_error(ErrorCode::NameTaken).await;
    relay.login("alice", 0).await;
}

#[tokio::test]
async fn binding_outlives_the_relay_where_it_has_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/data");
    let relay = Relay::start_with(quiet(), Registry::open(&path).unwrap()).await;
    relay.alice_and_bob().await;
    relay.stop().await;

    let relay = Relay::start_with(quiet(), Registry::open(&path).unwrap()).await;
    let mut thief = relay.connect().await;
    thief.ask_for_login("bob", &identity(0)).await;
    thief.expect_error(ErrorCode::NameTaken).await;
    let mut alice = relay.login("alice", 0).await;
    let name = "bob".parse().unwrap();
    alice.send(&ToRelay::Find { name }).await;
    let found = alice.next().await;
    assert!(
        matches!(found, ToClient::Found { peer, .. } if peer.key.0 == identity(1).public().spki())
    );
}

#[tokio::test]
async fn name_that_the_operator_lets_go_of_is_the_next_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let relay = Relay::start_with(quiet(), Registry::open(path).unwrap()).await;
    relay.alice_and_bob().await;
    let bob = "bob".parse().unwrap();
    let running = chat_server::forget(path, &bob);
    assert!(matches!(running, Err(StoreError::InUse(_))), "{running:?}");
    relay.stop().await;
    assert!(chat_server::forget(path, &bob).unwrap());
    assert!(!chat_server::forget(path, &bob).unwrap(), "nobody has it");

    let relay = Relay::start_with(quiet(), Registry::open(path).unwrap()).await;
    relay.login("bob", 2).await;
    let mut thief = relay.connect().await;
    thief.ask_for_login("alice", &identity(2)).await;
    thief.expect_error(ErrorCode::NameTaken).await;
}

#[cfg(unix)]
#[test]
fn folder_of_names_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/data");
    let _registry = Registry::open(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn name_is_stored_before_its_owner_is_welcomed() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    let relay = Relay::start_with(quiet(), registry).await;
    for (key, name) in ["alice", "bob", "carol"].into_iter().enumerate() {
        relay.login(name, key).await;
        let stored = std::fs::read_to_string(folder.path().join("directory.json")).unwrap();
        assert!(stored.contains(&format!("\"name\":\"{name}\"")), "{stored}");
    }
}

#[tokio::test]
async fn name_that_cannot_be_stored_is_refused_and_stays_free() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let relay = Relay::start_with(quiet(), Registry::open(&path).unwrap()).await;
    std::fs::remove_dir_all(&path).unwrap();
    let mut alice = relay.connect().await;
    alice.ask_for_login("alice", &identity(0)).await;
    alice.expect_error(ErrorCode::Internal).await;
    alice.expect_end().await;
    std::fs::create_dir(&path).unwrap();
    relay.login("alice", 1).await;
}

#[tokio::test]
async fn live_incumbent_keeps_the_name() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    let mut second = relay.connect().await;
    second.ask_for_login("alice", &identity(0)).await;
    let ToClient::Ping { n } = alice.next().await else {
        panic!("the incumbent is asked");
    };
    alice.send(&ToRelay::Pong { n }).await;
    second.expect_error(ErrorCode::AlreadyOnline).await;
    second.expect_end().await;
    alice.expect_quiet().await;
}

#[tokio::test]
async fn dead_incumbent_is_replaced_and_the_others_are_told() {
    let relay = Relay::start().await;
    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let mut second = relay.connect().await;
    second.ask_for_login("alice", &identity(0)).await;
    assert_eq!(second.welcomed().await.len(), 1);
    assert!(matches!(alice.next().await, ToClient::Ping { .. }));
    let reason = LeaveReason::Replaced;
    assert_eq!(alice.next().await, ToClient::Bye { reason });
    alice.expect_end().await;
    bob.expect_left("alice", LeaveReason::Replaced).await;
    bob.expect_joined("alice").await;
    bob.expect_quiet().await;
}

#[tokio::test]
async fn second_newcomer_is_refused_while_the_first_one_waits() {
    let relay = Relay::start().await;
    let _alice = relay.login("alice", 0).await;
    let mut first = relay.connect().await;
    first.ask_for_login("alice", &identity(0)).await;
    let mut second = relay.connect().await;
    second.ask_for_login("alice", &identity(0)).await;
    // Which of the two came first is for the relay to say.
    let refused = tokio::select! {
        answer = first.next() => answer,
        answer = second.next() => answer,
    };
    let already = ErrorCode::AlreadyOnline;
    assert!(matches!(refused, ToClient::Error { code, .. } if code == already));
}

#[tokio::test]
async fn newcomer_is_let_in_at_once_when_the_incumbent_leaves() {
    let relay = Relay::start().await;
    let mut alice = relay.login("alice", 0).await;
    let mut second = relay.connect().await;
    second.ask_for_login("alice", &identity(0)).await;
    assert!(matches!(alice.next().await, ToClient::Ping { .. }));
    alice.send(&ToRelay::Bye {}).await;
    second.welcomed().await;
    second.expect_quiet().await;
}

#[tokio::test]
async fn folder_belongs_to_one_relay() {
    let folder = tempfile::tempdir().unwrap();
    let held = Registry::open(folder.path()).unwrap();
    let second = Registry::open(folder.path());
    assert!(matches!(second, Err(StoreError::InUse(_))), "{second:?}");
    drop(held);
    Registry::open(folder.path()).unwrap();
}

#[test]
fn damaged_and_newer_directories_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("directory.json");
    std::fs::write(&file, "{\"version\":1,\"people\":[{}]}").unwrap();
    let damaged = Registry::open(folder.path());
    assert!(
        matches!(damaged, Err(StoreError::Damaged { .. })),
        "{damaged:?}"
    );
    std::fs::write(&file, "{\"version\":2,\"persons\":[]}").unwrap();
    let newer = Registry::open(folder.path());
    assert!(
        matches!(newer, Err(StoreError::Version { found: 2, .. })),
        "{newer:?}"
    );
}
