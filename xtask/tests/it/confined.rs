//! Participants among themselves and on the machine: none writes where another one lives, and none
//! calls who listens on the machine.

use std::fs;
use std::os::unix::net::UnixListener;

use stage::confine;
use testing::{Feature, can_show};

use crate::runs::Runs;

/// Without networks and mounts of its own.
const REAPER: &[&str] = &["--level", "reaper"];

/// Plays a tour in which bob tries to write into every directory beside his own, and to call who
/// listens at a socket: what he printed of it, in order, and the timeline.
fn meddled(level: &[&str]) -> (Vec<String>, String) {
    let (runs, machine) = (Runs::new(), tempfile::tempdir().unwrap());
    let _listener = UnixListener::bind(machine.path().join("machine.sock")).unwrap();
    let output = runs
        .xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(["--adapter", "zoo/adapters/plain.toml"])
        .args(["--set", "client_fault=meddles"])
        .args(level)
        .env("TMPDIR", machine.path())
        .output()
        .unwrap();
    let output_text = String::from_utf8_lossy(&output.stderr);
    // Nothing of it is encrypted, and that is all that is wrong.
    assert_eq!(output.status.code(), Some(3), "{output_text}");
    assert!(!output_text.contains("FAIL"), "{output_text}");
    let play = runs.path().join("latest/zoo/scenarios/tour");
    let shown = fs::read_to_string(play.join("out/bob.stdout")).unwrap();
    let lines = shown
        .lines()
        .filter_map(|line| line.strip_prefix("meddled "));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    (
        lines,
        fs::read_to_string(play.join("timeline.jsonl")).unwrap(),
    )
}

#[test]
fn no_participant_writes_into_the_directory_of_another() {
    if !can_show(Feature::Landlock, confine::is_available()) {
        return;
    }
    for level in [REAPER, &[]] {
        let (lines, _) = meddled(level);
        for line in ["alice refused", "bob wrote", "relay refused"] {
            assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
        }
        let wrote = lines.iter().filter(|line| line.ends_with(" wrote"));
        assert_eq!(wrote.count(), 1, "{lines:?}");
    }
}

#[test]
fn no_participant_calls_who_listens_at_a_file_of_the_machine() {
    let has = |lines: &[String], line: &str| lines.iter().any(|one| one == line);
    let (lines, timeline) = meddled(&[]);
    let has_namespaces = timeline.contains("\"level\":\"namespaces\"");
    let hidden = !timeline.contains("can reach sockets that are files");
    if !can_show(Feature::Namespaces, has_namespaces) || !can_show(Feature::Mounts, hidden) {
        return;
    }
    assert!(has(&lines, "machine.sock refused"), "{lines:?}");
    // So it was there to be called.
    let (lines, _) = meddled(REAPER);
    assert!(has(&lines, "machine.sock reached"), "{lines:?}");
}
