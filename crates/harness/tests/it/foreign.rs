//! Runs that somebody else has sent: no path out of them, no overflow, no panic on any bytes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use harness::{SavedError, SavedRun, replay};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const PLAY: &str = "basics/three-clients";

/// The play that the repository keeps, as a run.
fn run() -> TempDir {
    let run = tempfile::tempdir().unwrap();
    let play = run.path().join(PLAY);
    fs::create_dir_all(play.join("wire")).unwrap();
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures/three-clients");
    for file in ["plan.json", "timeline.jsonl"] {
        fs::copy(stored.join(file), play.join(file)).unwrap();
    }
    for file in fs::read_dir(stored.join("wire")).unwrap().flatten() {
        fs::copy(file.path(), play.join("wire").join(file.file_name())).unwrap();
    }
    fs::write(play.join("snapshots.json"), "[]").unwrap();
    let manifest = json!({
        "version": 1, "id": "x", "adapter": "reference", "settings": [], "tries": {"each": 1}, "load": null, "level": null, "limit": null, "seed": 7, "shard": null,
        "scenarios": [{"id": PLAY, "path": "scenarios/basics/three-clients.toml"}],
    });
    fs::write(run.path().join("run.json"), manifest.to_string()).unwrap();
    result(run.path(), PLAY);
    run
}

/// Its result, in which it is there.
fn result(run: &Path, dir: &str) {
    let result = json!({
        "version": 1, "scenario": PLAY, "path": "scenarios/basics/three-clients.toml",
        "adapter": "reference", "seed": 7, "level": "namespaces", "seconds": 1.0, "try": 1,
        "tries": [{"try": 1, "verdict": "pass", "seconds": 1.0}],
        "verdict": "pass", "checks": [], "searched": {"surfaces": [], "not_looked_for": [], "traces": [], "secrets": 0, "seen": 0, "transformations": 0},
        "used": [], "dir": dir,
    });
    fs::write(run.join(PLAY).join("result.json"), result.to_string()).unwrap();
}

#[test]
fn the_stored_play_can_be_judged_again_as_a_run() {
    let run = run();
    let again = replay(run.path(), None, None).unwrap();
    assert!(!again.report.plays[0].verdicts.checks.is_empty());
    assert!(run.path().join(PLAY).join("report.html").is_file());
}

#[test]
fn no_result_leads_out_of_its_run() {
    let run = run();
    for dir in [
        "/etc",
        "../x",
        "basics/three-clients/../..",
        "basics",
        "",
        "basics/three-clients/out",
    ] {
        result(run.path(), dir);
        let read = SavedRun::read(run.path());
        assert!(
            matches!(read, Err(SavedError::Outside { .. })),
            "{dir}: {read:?}"
        );
    }
    result(run.path(), "basics/three-clients/try-2");
    assert!(SavedRun::read(run.path()).is_ok());
}

#[test]
fn no_link_leads_out_of_a_run() {
    let (run, elsewhere) = (run(), tempfile::tempdir().unwrap());
    let moved = elsewhere.path().join("play");
    fs::rename(run.path().join(PLAY), &moved).unwrap();
    symlink(&moved, run.path().join(PLAY)).unwrap();
    let read = SavedRun::read(run.path());
    assert!(matches!(read, Err(SavedError::Outside { .. })), "{read:?}");
}

#[test]
fn a_report_is_not_written_through_a_link() {
    let (run, elsewhere) = (run(), tempfile::tempdir().unwrap());
    let theirs = elsewhere.path().join("precious");
    fs::write(&theirs, "precious").unwrap();
    symlink(&theirs, run.path().join(PLAY).join("report.html")).unwrap();
    replay(run.path(), None, None).unwrap();
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "precious");
}

#[test]
fn nobody_is_called_by_a_path() {
    for file in ["plan.json", "timeline.jsonl"] {
        let run = run();
        let path = run.path().join(PLAY).join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"bob\"", "\"../../bob\"")).unwrap();
        let again = replay(run.path(), None, None);
        assert!(
            matches!(again, Err(SavedError::BadName { .. })),
            "{file}: {again:?}"
        );
    }
}

/// Numbers that are too large, too small or not what they were.
fn extreme() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(u64::MAX),
        Just(u64::MAX - 1),
        Just(1 << 63),
        any::<u64>()
    ]
}

/// Puts a number in the place of the nth one of a value.
fn put(value: &mut Value, left: &mut usize, number: u64) {
    match value {
        Value::Number(_) if *left == 0 => {
            *value = number.into();
            *left = usize::MAX;
        }
        Value::Number(_) => *left = left.saturating_sub(1),
        Value::Array(all) => all.iter_mut().for_each(|one| put(one, left, number)),
        Value::Object(all) => all.values_mut().for_each(|one| put(one, left, number)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_number_of_a_timeline_makes_a_replay_panic(
        changes in prop::collection::vec((0_usize..1000, 0_usize..6, extreme()), 1..20)
    ) {
        let run = run();
        let path = run.path().join(PLAY).join("timeline.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let count = lines.len();
        for (line, mut place, number) in changes {
            let event = lines.get_mut(line % count).unwrap();
            let n = event["n"].clone();
            put(event, &mut place, number);
            // That one is compared with the place of the line.
            event["n"] = n;
        }
        let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, lines.concat()).unwrap();
        drop(replay(run.path(), None, None));
    }

    #[test]
    fn no_number_of_a_plan_or_result_makes_a_replay_panic(
        file in prop_oneof![Just("plan.json"), Just("result.json")],
        changes in prop::collection::vec((0_usize..400, extreme()), 1..10)
    ) {
        let run = run();
        let path = run.path().join(PLAY).join(file);
        let mut value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for (mut place, number) in changes {
            put(&mut value, &mut place, number);
        }
        fs::write(&path, value.to_string()).unwrap();
        drop(replay(run.path(), None, None));
    }

    #[test]
    fn no_bytes_of_a_run_make_a_replay_panic(
        file in prop_oneof![Just("plan.json"), Just("timeline.jsonl"), Just("result.json"), Just("snapshots.json")],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let run = run();
        let path = run.path().join(PLAY).join(file);
        let mut bytes = fs::read(&path).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        fs::write(&path, bytes).unwrap();
        drop(replay(run.path(), None, None));
    }
}
