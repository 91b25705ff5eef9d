//! Nothing that a run starts survives it, however the run ends.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use testing::{Feature, can_show};

use crate::runs::{Runs, root};

/// Longer than any wait in these tests should take, also on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// Starts `xtask test` on a play that waits for a client that never says anything.
fn start(runs: &Runs, arguments: &[&str]) -> Child {
    runs.xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Polls until something holds. Processes do not announce themselves.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "not within {DEADLINE:?}: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn level_is_namespaces() -> bool {
    let output = Runs::new().xtask(&["doctor"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains("level namespaces")
}

#[test]
fn an_interrupted_run_leaves_nothing_and_says_so() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for level in [&["--level", "reaper"][..], &[]] {
            // A client that hangs: the play is certainly in the middle when it is interrupted.
            let hanging = ["--adapter", "zoo/adapters/relay-never-ready.toml"];
            let runs = Runs::new();
            let mut run = start(&runs, &[&hanging[..], level].concat());
            until("the play has begun", || !runs.processes().is_empty());
            send(&run, signal);
            let status = run.wait().unwrap();
            assert_eq!(runs.processes(), [], "after signal {signal:?}");
            let mut printed = String::new();
            run.stderr
                .take()
                .unwrap()
                .read_to_string(&mut printed)
                .unwrap();
            assert_eq!(status.code(), Some(code), "{printed}");
            let files = format!(
                "0 of 1 scenarios finished\nfiles: {}",
                runs.path().display()
            );
            assert!(printed.contains(&files), "{printed}");
            assert!(printed.contains("interrupted"), "{printed}");
        }
    }
}

/// The plain chat, but each client makes 8 GiB of holes where files that it has received lie.
fn adapter_with_holes(runs: &Runs) -> String {
    let plain = std::fs::read_to_string(root().join("zoo/adapters/plain.toml")).unwrap();
    let make =
        r#"mkdir downloads; cd downloads; truncate -s 510M $(seq 16); cd ..; exec "$0" "$@""#;
    let holes = format!("\"{{sh}}\", \"-c\", '{make}', \"{{client}}\",");
    let plain = plain
        .replace("[programs]", "[programs]\nsh = { path = \"/bin/sh\" }")
        .replace("\"{client}\",", &holes)
        .replace("file_mib = 32", "file_mib = 512");
    let path = runs.path().join("holes.toml");
    std::fs::write(&path, plain).unwrap();
    path.display().to_string()
}

/// What the one play of these runs has recorded so far.
pub(crate) fn recorded(runs: &Runs) -> String {
    let mut dirs = vec![runs.path().to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.file_name() == "timeline.jsonl" {
                return std::fs::read_to_string(entry.path()).unwrap_or_default();
            }
            dirs.extend(entry.path().is_dir().then(|| entry.path()));
        }
    }
    String::new()
}

#[test]
fn a_search_that_takes_long_ends_when_it_is_interrupted() {
    let runs = Runs::new();
    let adapter = adapter_with_holes(&runs);
    let mut run = start(&runs, &["--adapter", &adapter]);
    until("the relay has ended, and everything is searched", || {
        let timeline = recorded(&runs);
        timeline.contains(r#"{"is":"exited","who":"relay""#)
    });
    send(&run, Signal::INT);
    let status = run.wait().unwrap();
    let mut printed = String::new();
    let mut stderr = run.stderr.take().unwrap();
    stderr.read_to_string(&mut printed).unwrap();
    assert_eq!(status.code(), Some(130), "{printed}");
    assert!(printed.contains("interrupted"), "{printed}");
    assert_eq!(runs.processes(), []);
}

#[test]
fn who_reads_no_more_of_what_a_run_says_does_not_keep_it_from_ending() {
    let (unread, stderr) = std::io::pipe().unwrap();
    // Another open file of the same pipe: only this one does not wait for room.
    let mut filler = File::options()
        .write(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(format!("/proc/self/fd/{}", stderr.as_raw_fd()))
        .unwrap();
    let runs = Runs::new();
    let mut run = runs
        .xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(["--adapter", "zoo/adapters/relay-never-ready.toml"])
        .args(["--level", "reaper"])
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .unwrap();
    // Not before: while it builds what it plays, it may wait for another cargo, and says so.
    until("the play has begun", || !runs.processes().is_empty());
    for size in [4096, 1] {
        while filler.write(&vec![b'.'; size]).is_ok() {}
    }
    // It answers what it waits for, and waits for that to be read.
    send(&run, Signal::USR1);
    send(&run, Signal::TERM);
    let began = Instant::now();
    let status = run.wait().unwrap();
    assert_eq!(status.code(), Some(101), "the last resort has ended it");
    assert!(began.elapsed() < DEADLINE / 2, "{:?}", began.elapsed());
    assert_eq!(runs.processes(), []);
    drop(unread);
}

#[test]
fn a_killed_run_leaves_nothing_where_there_are_namespaces() {
    if !can_show(Feature::Namespaces, level_is_namespaces()) {
        return;
    }
    let runs = Runs::new();
    let mut run = start(&runs, &["--adapter", "zoo/adapters/relay-never-ready.toml"]);
    until("the play has begun", || !runs.processes().is_empty());
    send(&run, Signal::KILL);
    run.wait().unwrap();
    until("all of its processes are gone", || {
        runs.processes().is_empty()
    });
}

#[test]
fn an_orphan_is_named_killed_and_fails_the_play() {
    for level in [&["--level", "reaper"][..], &[]] {
        let runs = Runs::new();
        let run = start(
            &runs,
            &[&["--adapter", "zoo/adapters/client-orphan.toml"][..], level].concat(),
        );
        let output = run.wait_with_output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(printed.contains("ORPHAN"), "{printed}");
        assert!(printed.contains("--be-the-orphan"), "{printed}");
        assert_eq!(runs.processes(), []);
        assert_ne!(output.status.code(), Some(0));
    }
}

#[test]
fn a_child_that_has_ended_and_was_never_reaped_is_no_survivor() {
    for level in [&["--level", "reaper"][..], &[]] {
        let plain = ["--adapter", "zoo/adapters/plain.toml"];
        let unreaped = ["--set", "client_fault=leaves-unreaped"];
        let runs = Runs::new();
        let run = start(&runs, &[&plain[..], &unreaped, level].concat());
        let output = run.wait_with_output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(!printed.contains("ORPHAN"), "{printed}");
        // Nothing is encrypted, and that is all that is wrong.
        assert!(!printed.contains("FAIL"), "{printed}");
        assert_eq!(output.status.code(), Some(3), "{printed}");
    }
}

#[test]
fn shared_memory_of_system_v_is_gone_with_its_participant() {
    // A size that nothing else on this machine is likely to have.
    const SIZE: &str = "40961";
    let segments = || std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let is_left = || segments().split_whitespace().any(|word| word == SIZE);
    assert!(!is_left(), "{}", segments());
    let runs = Runs::new();
    let adapter = std::fs::read_to_string(root().join("zoo/adapters/plain.toml")).unwrap();
    let shell =
        "run = [\"/bin/sh\", \"-c\", \"ipcmk -M 40961 >&2; exec \\\"$@\\\"\", \"sh\", \"{relay}\",";
    let with_memory = adapter.replace("run = [\"{relay}\",", shell);
    assert_ne!(with_memory, adapter);
    let file = runs.path().join("with-memory.toml");
    std::fs::write(&file, with_memory).unwrap();
    let run = start(&runs, &["--adapter", file.to_str().unwrap()]);
    let output = run.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    // Nothing is encrypted, and that is all that is wrong.
    assert_eq!(output.status.code(), Some(3), "{printed}");
    let relay = runs
        .path()
        .join("latest/zoo/scenarios/tour/out/relay.stderr");
    let relay = std::fs::read_to_string(relay).unwrap();
    if !can_show(Feature::Namespaces, level_is_namespaces()) {
        return;
    }
    assert!(relay.contains("Shared memory id"), "it was made: {relay}");
    assert!(!is_left(), "{}", segments());
}
