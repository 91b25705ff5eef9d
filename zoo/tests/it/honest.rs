//! The honest pair.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::tempdir;

use crate::cast::{client, client_unready, relay};

#[test]
fn texts_reach_whom_they_are_for() {
    let dir = tempdir().unwrap();
    let (_relay, port) = relay("none");
    let mut alice = client("none", port, "alice", dir.path());
    let bob = client("none", port, "bob", dir.path());
    alice.shows("joined bob");
    let carol = client("none", port, "carol", dir.path());
    alice.shows("joined carol");
    bob.shows("joined carol");

    alice.types("hello \\\\ all\\nof you");
    alice.shows("sent all 2");
    bob.shows("message alice hello \\\\ all\\nof you");
    carol.shows("message alice hello \\\\ all\\nof you");

    alice.types("/msg bob psst");
    alice.shows("sent bob");
    bob.shows("private alice psst");

    alice.types("/msg dave psst");
    alice.shows("undelivered dave not-connected");

    alice.types("/quit");
    assert!(alice.ended().success());
    bob.shows("left alice quit");
    carol.shows("left alice quit");
}

#[test]
fn a_file_arrives_byte_for_byte() {
    let dir = tempdir().unwrap();
    let content: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    let path = dir.path().join("a plan.bin");
    std::fs::write(&path, &content).unwrap();
    let (_relay, port) = relay("none");
    let mut alice = client("none", port, "alice", dir.path());
    let bob = client("none", port, "bob", dir.path());
    alice.shows("joined bob");

    alice.types(&format!("/file bob {}", path.display()));
    let sha256 = "e24bc62381f1224fbbb74688663f8f9743b9680b193edd666835e97b06e730eb";
    let facts = format!("200000 {sha256} a plan.bin");
    bob.shows(&format!("file-received alice {facts}"));
    alice.shows(&format!("file-delivered bob {facts}"));
    let received = std::fs::read(dir.path().join("bob/a plan.bin")).unwrap();
    assert_eq!(received, content);
}

#[test]
fn a_taken_name_is_refused_and_a_killed_client_is_missed() {
    let dir = tempdir().unwrap();
    let (mut relay, port) = relay("none");
    let alice = client("none", port, "alice", dir.path());
    let bob = client("none", port, "bob", dir.path());
    alice.shows("joined bob");
    drop(bob);
    alice.shows("left bob lost");

    let second = client_unready("none", port, "alice", dir.path());
    second.shows("refused relay name taken");
    second.shows("disconnected relay-gone");

    let pid = Pid::from_raw(relay.pid());
    kill(pid, Signal::SIGTERM).unwrap();
    assert!(relay.ended().success());
    alice.shows("disconnected relay-gone");
}
