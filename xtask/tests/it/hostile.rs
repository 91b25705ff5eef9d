//! Whole programs and a relay that does what clients must withstand. The others are played in memory, by the tests of
//! the client.

use crate::runs::Runs;

/// Those for which sockets, files and exit codes matter.
const DECISIVE: [&str; 8] = [
    "accepted-falsely.toml",
    "changed.toml@signs-again",
    "file.toml",
    "in-between.toml",
    "key-changed.toml",
    "oversized.toml",
    "replayed.toml@replays-later",
    "other-relay.toml",
];

#[test]
fn whole_programs_withstand_a_hostile_relay() {
    let runs = Runs::new();
    let scenarios = DECISIVE.map(|name| format!("zoo/scenarios/hostile/{name}"));
    let adapter = ["--adapter", "zoo/adapters/hostile.toml", "--seed", "7"];
    let arguments = ["test"]
        .into_iter()
        .chain(scenarios.iter().map(String::as_str));
    let arguments: Vec<&str> = arguments.chain(adapter).collect();
    let output = runs.xtask(&arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("8 passed, 0 failed"), "{printed}{err}");
}
