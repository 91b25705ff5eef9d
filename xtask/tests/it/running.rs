//! Many plays: what ends early, what is tried again, and what is reported of it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::runs::{Runs, printed};

/// What a run printed and left.
struct CommandResult {
    code: Option<i32>,
    out: String,
    err: String,
    dir: PathBuf,
    runs: Runs,
}

impl CommandResult {
    /// The play that is reported first.
    fn result(&self) -> Value {
        let text = std::fs::read_to_string(self.dir.join("result.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

/// Runs `xtask test` on a scenario of the zoo with an adapter of the zoo. The place of the
/// run is taken from the line that says where to look at a failure.
fn test(adapter: &str, arguments: &[&str]) -> CommandResult {
    let runs = Runs::new();
    let output = runs
        .xtask(&["test", "--adapter", &format!("zoo/adapters/{adapter}.toml")])
        .args(arguments)
        .output()
        .unwrap();
    let (out, err) = (printed(output.stdout), printed(output.stderr));
    let place = err
        .lines()
        .find_map(|line| line.trim().strip_prefix("see it"));
    let place = place.unwrap_or_else(|| panic!("nothing was red:\n{err}"));
    let dir = Path::new(place.trim())
        .ancestors()
        .find(|dir| dir.join("junit.xml").is_file())
        .unwrap()
        .to_owned();
    CommandResult {
        code: output.status.code(),
        out,
        err,
        dir,
        runs,
    }
}

#[test]
fn a_play_over_its_time_fails_and_says_what_it_waited_for() {
    let ended = test(
        "relay-never-ready",
        &["zoo/scenarios/tour.toml", "--timeout", "300ms", "-v"],
    );
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let got = ended
        .err
        .lines()
        .skip_while(|line| !line.contains("the play ends in time"))
        .find(|line| line.contains("got"))
        .unwrap_or_else(|| panic!("{}", ended.err));
    assert!(got.contains("before step 1"), "{got}");
    assert!(got.contains("the relay gets ready"), "{got}");
    assert!(got.contains("relay has printed nothing"), "{got}");
}

#[test]
fn what_fails_is_tried_again_and_each_try_keeps_its_files() {
    let ended = test(
        "relay-dies-starting",
        &[
            "zoo/scenarios/tour.toml",
            "--retries",
            "2",
            "--timeout",
            "30s",
            "--level",
            "reaper",
        ],
    );
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(
        ended
            .err
            .contains("passed in 0 of 3 attempts; attempt 1 is shown here"),
        "{}",
        ended.err
    );
    let again = ended.err.lines().find(|line| line.contains("repeat it"));
    let flags = "--adapter zoo/adapters/relay-dies-starting.toml --level reaper --retries 2 \
                 --timeout 30000ms";
    assert!(again.is_some_and(|line| line.ends_with(flags)), "{again:?}");
    let result = ended.result();
    let play = &result["plays"][0];
    assert_eq!(play["verdict"], "fail");
    assert_eq!(play["tries"].as_array().unwrap().len(), 3);
    let dir = ended.dir.join("zoo/scenarios/tour");
    for number in 1..=3 {
        assert!(dir.join(format!("try-{number}/timeline.jsonl")).is_file());
    }
    assert!(ended.out.ends_with("0 passed, 1 failed, 0 skipped\n"));
}

#[test]
fn after_the_first_failure_no_other_play_begins_when_asked() {
    let ended = test(
        "relay-dies-starting",
        &["basics/", "--jobs", "1", "--fail-fast"],
    );
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let result = ended.result();
    let plays = result["plays"].as_array().unwrap();
    assert!(plays.len() > 5);
    let skipped = plays
        .iter()
        .filter(|play| play["verdict"]["skip"].is_string());
    assert_eq!(skipped.count(), plays.len() - 1, "{}", ended.err);
    let last = ended.out.lines().last().unwrap();
    assert_eq!(
        last,
        format!("0 passed, 1 failed, {} skipped", plays.len() - 1)
    );
}

/// Runs a command on saved runs: exit code, standard output, standard error.
fn xtask(runs: &Runs, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = runs.xtask(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// What a replay writes again, besides recordings.
const NAMES: [&str; 3] = ["result.json", "junit.xml", "report.html"];

fn is_report(path: &Path) -> bool {
    NAMES.iter().any(|name| path.ends_with(name)) || path.extension() == Some("cast".as_ref())
}

/// Every report of a run, by its path.
fn reports(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if is_report(&path) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.insert(path, text);
            }
        }
    }
    found
}

#[test]
fn a_replay_writes_and_tells_the_same_without_a_process() {
    let ended = test(
        "relay-doubles",
        &["zoo/scenarios/tour.toml", "--repeat", "2"],
    );
    let before = reports(&ended.dir);
    assert_eq!(
        before.len(),
        16,
        "run, scenario, two tries and JUnit; pages of the run and two tries; twice four recordings: {:#?}",
        before.keys()
    );
    for path in before.keys() {
        std::fs::write(path, "").unwrap();
    }
    let dir = ended.dir.to_str().unwrap();
    let (code, _, err) = xtask(&ended.runs, &["replay", dir]);
    assert_eq!(code, Some(2), "an empty result.json is reported: {err}");
    assert!(err.contains("result.json"), "{err}");
    for (path, text) in &before {
        std::fs::write(path, text).unwrap();
    }
    let written = |path: &&PathBuf| !path.ends_with("result.json");
    for path in before.keys().filter(written) {
        std::fs::remove_file(path).unwrap();
    }
    let (code, out, err) = xtask(&ended.runs, &["replay", dir]);
    assert_eq!(code, ended.code, "{err}");
    assert_eq!(reports(&ended.dir), before);
    let of_the_run = ["files: ", "page:  "];
    let of_the_run = |line: &&str| of_the_run.iter().any(|start| line.starts_with(start));
    for line in ended.err.lines().filter(|line| !of_the_run(line)) {
        assert!(out.contains(line), "{line} is missing in:\n{out}");
    }
    assert!(out.ends_with(&ended.out), "{out}");
    assert_eq!(out.matches(" skipped").count(), 1, "{out}");
    assert_eq!(
        xtask(&ended.runs, &["report", dir]),
        (code, out, String::new())
    );
}

/// Names of test cases, by suite, in a document that CI systems accept.
fn junit_names(runs: &Runs) -> Vec<String> {
    let text = std::fs::read_to_string(runs.path().join("latest/junit.xml")).unwrap();
    for schema in testing::junit::SCHEMAS {
        assert_eq!(testing::junit::refusal(schema, &text), None);
    }
    let cases = text.lines().filter(|line| line.contains("<testcase "));
    let name = |line: &str| line.split(" time=").next().unwrap().to_owned();
    cases.map(name).collect()
}

#[test]
fn a_check_has_the_same_name_in_every_run_and_each_is_there_once() {
    let names = |seed: &str| {
        let runs = Runs::new();
        let test = [
            "test", "basics/", "files/", "text/", "names/", "--seed", seed,
        ];
        xtask(&runs, &test);
        junit_names(&runs)
    };
    let (one, other) = (names("1"), names("2"));
    assert!(one.len() > 300, "{}", one.len());
    assert_eq!(one, other);
    let all: std::collections::BTreeSet<&String> = one.iter().collect();
    assert_eq!(all.len(), one.len());
}

#[test]
fn shards_laid_together_are_one_run_and_a_lost_one_makes_it_red() {
    let runs = Runs::new();
    let part = |part: &str| {
        let arguments = ["files/o", "files/t", "--seed", "7", "--shard", part];
        let (code, out, err) = xtask(&runs, &[&["test"][..], &arguments].concat());
        assert_eq!(code, Some(0), "{err}");
        let dir = err.lines().find_map(|line| line.strip_prefix("files: "));
        (dir.unwrap_or_else(|| panic!("{err}")).to_owned(), out)
    };
    let parts = ["1/3", "2/3", "3/3"].map(|number| part(number).0);
    let [one, two, three] = parts.each_ref().map(String::as_str);
    let (code, out, err) = xtask(&runs, &["report", "--merge", one, two, three]);
    assert_eq!(code, Some(0), "{err}");
    let plays = out.lines().filter(|line| line.contains("PASS")).count();
    assert!(plays >= 3, "{out}");
    assert!(
        out.ends_with(&format!("{plays} passed, 0 failed, 0 skipped\n")),
        "{out}"
    );
    let merged = err.trim().strip_prefix("merged as ").unwrap();
    assert!(xtask(&runs, &["replay", merged]).1.ends_with(&out));
    let (code, out, _) = xtask(&runs, &["report", "--merge", one, three]);
    assert_eq!(code, Some(1));
    assert!(out.contains("shard 2/3 is missing"), "{out}");
    let (code, _, err) = xtask(&runs, &["report", "--merge", one, one]);
    assert_eq!(code, Some(2), "{err}");
}

#[test]
fn what_failed_or_was_not_played_can_be_repeated_alone() {
    let ended = test(
        "relay-dies-starting",
        &["files/o", "basics/public", "--jobs", "1", "--fail-fast"],
    );
    let plays = ended.result()["plays"].as_array().unwrap().len();
    let seed = ended.result()["plays"][0]["seed"].clone();
    // As if one of them had passed, and another had never ended.
    let edit = |id: &str| ended.dir.join(id).join("result.json");
    let mut passed = ended.result()["plays"][0].clone();
    passed["verdict"] = "pass".into();
    passed["checks"] = Value::Array(Vec::new());
    passed["version"] = 1.into();
    std::fs::write(edit("basics/public"), passed.to_string()).unwrap();
    std::fs::remove_file(edit("files/one-byte")).unwrap();
    std::fs::remove_file(ended.dir.join("result.json")).unwrap();
    let dir = ended.dir.to_str().unwrap();
    let (code, out, _) = xtask(&ended.runs, &["report", dir]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("1 scenarios were never played"), "{out}");
    let (code, out, err) = xtask(&ended.runs, &["test", "--rerun", dir]);
    assert_eq!(code, Some(1), "{err}");
    assert!(!err.contains("basics/public"), "{err}");
    assert!(err.contains(&format!("--seed {seed} --adapter")), "{err}");
    let last = format!("0 passed, {} failed, 0 skipped\n", plays - 1);
    assert!(out.ends_with(&last), "{out}");
}

#[test]
fn on_github_only_our_own_commands_count() {
    let summary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(summary.path(), "what another program said\n").unwrap();
    let output = Runs::new()
        .xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(["--adapter", "zoo/adapters/relay-drops.toml"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", summary.path())
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let mut stopped_by = None;
    let mut commands = Vec::new();
    for line in err.lines() {
        match (&stopped_by, line.strip_prefix("::stop-commands::")) {
            (None, Some(token)) => stopped_by = Some(format!("::{token}::")),
            (None, None) if line.starts_with("::") || line.contains("##[") => commands.push(line),
            (Some(token), _) if line == token => stopped_by = None,
            _ => {}
        }
        let tells_output = line.contains("│");
        assert!(stopped_by.is_some() || !tells_output, "{line}");
    }
    assert_eq!(stopped_by, None, "{err}");
    assert_eq!(commands.len(), 1, "{err}");
    let place = "::error file=zoo/scenarios/tour.toml,line=";
    assert!(commands[0].starts_with(place), "{commands:?}");
    let text = std::fs::read_to_string(summary.path()).unwrap();
    assert!(text.starts_with("what another program said\n## 0 passed, 1 failed"));
    assert!(text.contains("zoo\\/scenarios\\/tour"), "{text}");
}

#[test]
fn a_play_that_waits_says_for_what_after_a_while_and_when_it_is_asked() {
    let runs = Runs::new();
    let mut run = runs
        .xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(["--adapter", "zoo/adapters/relay-never-ready.toml"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(run.stderr.take().unwrap());
    let mut lines = stderr.lines().map_while(Result::ok);
    let words = "zoo/scenarios/tour waits before step 1 for";
    let slow = lines.find(|line| line.contains("SLOW")).unwrap();
    assert!(slow.contains(words), "{slow}");
    assert!(
        slow.contains("the relay gets ready, by a line that matches /")
            && slow.contains("(relay has printed nothing"),
        "{slow}"
    );
    let pid = Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap();
    kill_process(pid, Signal::USR1).unwrap();
    let now = lines.next().unwrap();
    assert!(now.contains("NOW") && now.contains(words), "{now}");
    kill_process(pid, Signal::TERM).unwrap();
    assert!(lines.any(|line| line.contains("interrupted")));
    assert_eq!(run.wait().unwrap().code(), Some(143));
}
