//! What passes only sometimes.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use serde_json::Value;

use crate::runs::{Runs, root};

/// Each client learns whether this is the second try; in the first one it ends at once.
const SCRIPT: &str = r#"read second < GATE; $second || exit 1; exec "$0" "$@""#;

/// The reference, with a client that works from the second try on.
fn adapter(dir: &Path) -> PathBuf {
    let script = SCRIPT.replace("GATE", dir.join("gate").to_str().unwrap());
    let adapters = root().join("adapters").canonicalize().unwrap();
    let mut text = fs::read_to_string(adapters.join("reference.toml")).unwrap();
    let fixtures = adapters.with_file_name("scenarios").join("fixtures");
    for (from, to) in [
        ("[programs]\n", "[programs]\nsh = { path = \"/bin/sh\" }\n"),
        (
            "\"{client}\",",
            &format!("\"{{sh}}\", \"-c\", '{script}', \"{{client}}\","),
        ),
        ("../scenarios/fixtures", fixtures.to_str().unwrap()),
    ] {
        assert!(text.contains(from), "the adapter lacks {from}");
        text = text.replace(from, to);
    }
    let file = dir.join("adapter.toml");
    fs::write(&file, text).unwrap();
    file
}

/// Tells each client that asks whether the second try has begun, until the test ends.
fn answer_at_the_gate(dir: &Path, runs: &Runs) {
    let gate = dir.join("gate");
    let second = runs.path().join("latest/basics/public/try-2");
    rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::RWXU).unwrap();
    std::thread::spawn(move || {
        while let Ok(mut asking) = fs::OpenOptions::new().write(true).open(&gate) {
            drop(writeln!(asking, "{}", second.exists()));
            // Until the one who asked has closed it: it must not get the next one's answer, nor
            // leave it a stale one.
            let mut reader = [PollFd::new(&asking, PollFlags::empty())];
            poll(&mut reader, None).ok();
        }
    });
}

fn json(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn what_passes_only_the_second_time_is_flaky_and_red() {
    let runs = Runs::new();
    let dir = tempfile::tempdir().unwrap();
    answer_at_the_gate(dir.path(), &runs);
    let file = adapter(dir.path());
    let output = runs
        .xtask(&["test", "basics/public", "--retries", "2"])
        .args(["--adapter", file.to_str().unwrap()])
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();

    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("FLAKY       basics/public"), "{err}");
    let tries = "passed in 1 of 2 attempts; attempt 1 is shown here";
    assert!(err.contains(tries), "{err}");
    assert!(out.ends_with("0 passed, 1 failed, 0 skipped\n"), "{out}");

    let run = runs.path().join("latest");
    for play in [
        json(&run.join("result.json"))["plays"][0].clone(),
        json(&run.join("basics/public/result.json")),
    ] {
        assert_eq!(play["verdict"], "flaky", "{play:#}");
        let tries = play["tries"].as_array().unwrap().iter();
        let verdicts: Vec<&Value> = tries.map(|one| &one["verdict"]).collect();
        assert_eq!(verdicts, ["fail", "pass"]);
    }
    let junit = fs::read_to_string(run.join("junit.xml")).unwrap();
    assert_eq!(
        junit.matches("type=\"flaky failure\"").count(),
        1,
        "{junit}"
    );
    assert!(
        junit.contains("message=\"passed in 1 of 2 attempts\""),
        "{junit}"
    );
    assert!(junit.contains("attempt 1: FAIL"), "{junit}");
    // Both tries can be inspected.
    for number in 1..=2 {
        let dir = run.join(format!("basics/public/try-{number}"));
        assert!(dir.join("timeline.jsonl").is_file());
    }
}
