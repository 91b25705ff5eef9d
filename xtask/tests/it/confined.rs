//! Participants among themselves: none writes where another one lives.

use std::fs;

use chat_harness::stage::confine;

use crate::runs::Runs;

/// Plays a tour in which bob tries to write into every directory beside his own: what he
/// printed of it, in order.
fn meddled(level: &[&str]) -> Vec<String> {
    let runs = Runs::new();
    let output = runs
        .xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(["--adapter", "zoo/adapters/plain.toml"])
        .args(["--set", "client_fault=meddles"])
        .args(level)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    // Nothing of it is encrypted, and that is all that is wrong.
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(!told.contains("FAIL"), "{told}");
    let shown = runs.path().join("latest/zoo/scenarios/tour/out/bob.stdout");
    let shown = fs::read_to_string(shown).unwrap();
    let lines = shown
        .lines()
        .filter_map(|line| line.strip_prefix("meddled "));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn no_participant_writes_into_the_directory_of_another() {
    if !confine::is_available() {
        eprintln!("SKIP: this kernel has no Landlock");
        return;
    }
    for level in [&["--level", "reaper"][..], &[]] {
        let lines = meddled(level);
        for line in ["alice refused", "bob wrote", "relay refused"] {
            assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
        }
        let wrote = lines.iter().filter(|line| line.ends_with(" wrote"));
        assert_eq!(wrote.count(), 1, "{lines:?}");
    }
}
