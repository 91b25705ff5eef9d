//! Many plays: what ends early, what is tried again, and what is told of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run printed and left.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
    dir: PathBuf,
}

impl Ran {
    /// The play that is told first.
    fn result(&self) -> Value {
        let text = std::fs::read_to_string(self.dir.join("result.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs `xtask test` on a scenario of the zoo with an adapter of the zoo. The place of the
/// run is taken from where a failure is to be looked at.
fn test(adapter: &str, arguments: &[&str]) -> Ran {
    let output = Command::new(assert_cmd::cargo::cargo_bin("xtask"))
        .current_dir(root())
        .args(["test", "--adapter", &format!("zoo/adapters/{adapter}.toml")])
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    let looked_at = err
        .lines()
        .find_map(|line| line.trim().strip_prefix("look at it"));
    let looked_at = looked_at.unwrap_or_else(|| panic!("nothing was red:\n{err}"));
    let dir = Path::new(looked_at.trim())
        .ancestors()
        .find(|dir| dir.join("junit.xml").is_file())
        .unwrap()
        .to_owned();
    Ran {
        code: output.status.code(),
        out,
        err,
        dir,
    }
}

#[test]
fn a_play_over_its_time_fails_and_says_what_it_waited_for() {
    let ran = test(
        "relay-never-ready",
        &["zoo/scenarios/tour.toml", "--timeout", "300ms"],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let got = ran
        .err
        .lines()
        .skip_while(|line| !line.contains("the play ends in time"))
        .find(|line| line.contains("got"))
        .unwrap_or_else(|| panic!("{}", ran.err));
    assert!(got.contains("before step 1"), "{got}");
    assert!(got.contains("the relay gets ready"), "{got}");
    assert!(got.contains("relay has printed nothing"), "{got}");
}

#[test]
fn what_fails_is_tried_again_and_each_try_keeps_its_files() {
    let ran = test(
        "relay-dies-starting",
        &["zoo/scenarios/tour.toml", "--retries", "2"],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        ran.err
            .contains("passed in 0 of 3 tries; try 1 is told here"),
        "{}",
        ran.err
    );
    let result = ran.result();
    let play = &result["plays"][0];
    assert_eq!(play["verdict"], "fail");
    assert_eq!(play["tries"].as_array().unwrap().len(), 3);
    let dir = ran.dir.join("zoo/scenarios/tour");
    for number in 1..=3 {
        assert!(dir.join(format!("try-{number}/timeline.jsonl")).is_file());
    }
    assert!(ran.out.ends_with("0 passed, 1 failed, 0 skipped\n"));
}

#[test]
fn after_the_first_failure_no_other_play_begins_when_asked() {
    let ran = test(
        "relay-dies-starting",
        &["basics/", "--jobs", "1", "--fail-fast"],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let result = ran.result();
    let plays = result["plays"].as_array().unwrap();
    assert!(plays.len() > 5);
    let skipped = plays
        .iter()
        .filter(|play| play["verdict"]["skip"].is_string());
    assert_eq!(skipped.count(), plays.len() - 1, "{}", ran.err);
    let last = ran.out.lines().last().unwrap();
    assert_eq!(
        last,
        format!("0 passed, 1 failed, {} skipped", plays.len() - 1)
    );
}
