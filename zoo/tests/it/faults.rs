//! Each fault shows, and nothing else is wrong.

use std::fs;
use std::thread;
use std::time::Instant;

use assert_cmd::Command;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::{TempDir, tempdir};

use crate::cast::{CLIENT, DEADLINE, Program, RELAY, client, relay};

/// A relay with this fault and two honest clients.
fn faulty_relay(fault: &str) -> (TempDir, Program, Program, Program, u16) {
    let dir = tempdir().unwrap();
    let (relay, port) = relay(fault);
    let alice = client("none", port, "alice", dir.path());
    let bob = client("none", port, "bob", dir.path());
    alice.shows("joined bob");
    (dir, relay, alice, bob, port)
}

#[test]
fn relay_drops_loses_the_second_message_alone() {
    let (_dir, _relay, mut alice, bob, _) = faulty_relay("drops");
    for text in ["one", "two", "three"] {
        alice.types(text);
        alice.shows("sent all 1");
    }
    bob.shows("message alice one");
    bob.shows("message alice three");
}

#[test]
fn relay_doubles_delivers_twice() {
    let (_dir, _relay, mut alice, bob, _) = faulty_relay("doubles");
    alice.types("one");
    bob.shows("message alice one");
    bob.shows("message alice one");
}

#[test]
fn relay_gossips_shows_a_private_text_to_a_third() {
    let (dir, _relay, mut alice, _bob, port) = faulty_relay("gossips");
    let carol = client("none", port, "carol", dir.path());
    alice.types("/msg bob psst");
    carol.shows("private alice psst");
}

#[test]
fn relay_logs_text_prints_what_was_said() {
    let (_dir, relay, mut alice, _bob, _) = faulty_relay("logs-text");
    relay.shows("crow: alice joined");
    relay.shows("crow: bob joined");
    alice.types("one");
    relay.shows("crow: alice to everyone: one");
}

#[test]
fn relay_dies_midway_takes_two_messages() {
    let (_dir, mut relay, mut alice, bob, _) = faulty_relay("dies-midway");
    alice.types("one");
    bob.shows("message alice one");
    alice.types("two");
    assert_eq!(relay.ended().code(), Some(1));
}

#[test]
fn relay_dies_starting_says_one_line_on_standard_error() {
    let mut command = Command::new(RELAY);
    command
        .args(["--fault", "dies-starting"])
        .assert()
        .code(1)
        .stdout("")
        .stderr("relay: the licence file is missing\n");
}

#[test]
fn client_corrupts_file_changes_one_byte() {
    let dir = tempdir().unwrap();
    let sent = dir.path().join("plan.txt");
    fs::write(&sent, "abc").unwrap();
    let (_relay, port) = relay("none");
    let mut alice = client("none", port, "alice", dir.path());
    let bob = client("corrupts-file", port, "bob", dir.path());
    alice.types(&format!("/file bob {}", sent.display()));
    let sha256 = "89f900390e14d37c405c75244fb086aa35b54c0fb6ec3638c1c21451d4743d11";
    bob.shows(&format!("file-received alice 3 {sha256} plan.txt"));
    assert_eq!(fs::read(dir.path().join("bob/plan.txt")).unwrap(), b"`bc");
}

#[test]
fn client_floods_prints_more_than_anyone_wants() {
    let dir = tempdir().unwrap();
    let (_relay, port) = relay("none");
    let alice = client("floods", port, "alice", dir.path());
    let mut bob = client("none", port, "bob", dir.path());
    alice.shows("joined bob");
    bob.types("good morning");
    let bytes: usize = (0..5_000).map(|_| alice.line().len()).sum();
    assert!(bytes > 4_000_000, "{bytes}");
}

#[test]
fn client_hangs_outlives_quit_end_of_input_and_sigterm() {
    let dir = tempdir().unwrap();
    let (_relay, port) = relay("none");
    let mut hung = client("hangs", port, "alice", dir.path());
    let mut bob = client("none", port, "bob", dir.path());
    hung.shows("joined bob");
    hung.types("/quit");
    hung.ends_input();
    kill(Pid::from_raw(hung.pid()), Signal::SIGTERM).unwrap();
    bob.types("still there?");
    hung.shows("message bob still there?");
}

#[test]
fn client_orphan_leaves_a_process_that_is_deaf_to_sigterm() {
    let dir = tempdir().unwrap();
    let (_relay, port) = relay("none");
    let mut alice = client("orphans", port, "alice", dir.path());
    alice.types("/quit");
    assert!(alice.ended().success());
    let deadline = Instant::now() + DEADLINE;
    let orphan = loop {
        match deaf_orphan() {
            Some(orphan) => break orphan,
            None => assert!(Instant::now() < deadline, "no deaf orphan is there"),
        }
        thread::yield_now();
    };
    kill(Pid::from_raw(orphan), Signal::SIGKILL).unwrap();
}

fn deaf_orphan() -> Option<i32> {
    fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let ours = line.starts_with(CLIENT) && line.contains("--be-the-orphan");
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        let blocked = status
            .lines()
            .find_map(|line| line.strip_prefix("SigBlk:"))?;
        let blocked = u64::from_str_radix(blocked.trim(), 16).ok()?;
        let deaf = blocked & (1 << (Signal::SIGTERM as u64 - 1)) != 0;
        (ours && deaf).then_some(pid)
    })
}
