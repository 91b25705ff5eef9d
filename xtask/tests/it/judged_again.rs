//! The judge decides: what the stage took lines and steps for does not count, and a mended
//! adapter reads a saved run as it should have been read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::runs::{Runs, root};

/// What a command printed, and its exit code.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn xtask(runs: &Runs, arguments: &[&str]) -> Said {
    let output = runs.xtask(arguments).output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Every file of this name under a directory.
fn files(dir: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, name));
        } else if path.ends_with(name) {
            found.push(path);
        }
    }
    found
}

/// Every verdict of a run, by its file.
fn results(run: &Path) -> BTreeMap<PathBuf, String> {
    let results = files(run, "result.json").into_iter();
    results
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// Turns whatever the stage took lines and steps for into its contrary; how much was changed.
pub(crate) fn falsify(run: &Path) -> usize {
    let mut changed = 0;
    for path in files(run, "timeline.jsonl") {
        let text = fs::read_to_string(&path).unwrap();
        let mut lies = String::new();
        for line in text.lines() {
            let mut event: Value = serde_json::from_str(line).unwrap();
            let kind = &mut event["kind"];
            let (is, was) = (kind["is"].clone(), kind["result"].clone());
            if is == "step-ended" && was.get("impossible").is_none() {
                kind["result"] = match was.as_str() {
                    Some("held") => json!({ "missing": [format!("{}/none", kind["step"])] }),
                    _ => json!("held"),
                };
                changed += 1;
            } else if is == "line" && kind["stream"] == "stdout" {
                kind["seen"] = match kind["seen"] {
                    Value::Null => json!({ "event": "ready", "captures": {} }),
                    _ => Value::Null,
                };
                changed += 1;
            }
            lies.push_str(&format!("{event}\n"));
        }
        fs::write(path, lies).unwrap();
    }
    changed
}

#[test]
fn verdicts_do_not_depend_on_what_the_stage_took_lines_and_steps_for() {
    let runs = Runs::new();
    let run = runs.path().join("latest");
    let tested = xtask(&runs, &["test"]);
    assert_eq!(tested.code, Some(0), "{}", tested.err);
    let before = results(&run);
    assert!(before.len() > 60, "{}", before.len());
    assert!(falsify(&run) > 1000);
    let judged = xtask(&runs, &["replay", "latest"]);
    assert_eq!(judged.code, Some(0), "{}", judged.err);
    assert_eq!(results(&run), before);
}

#[test]
fn failures_do_not_depend_on_it_either() {
    for fault in ["relay-dies-midway", "relay-doubles", "relay-drops"] {
        let runs = Runs::new();
        let adapter = format!("zoo/adapters/{fault}.toml");
        let arguments = ["test", "three-clients", "killed", "--adapter", &adapter];
        let tested = xtask(&runs, &arguments);
        let run = runs.path().join("latest");
        let before = results(&run);
        let fails = |text: &String| text.contains("\"verdict\": \"fail\"");
        assert!(before.values().any(fails), "{fault}: {}", tested.err);
        assert!(falsify(&run) > 10, "{fault}");
        let judged = xtask(&runs, &["replay", "latest"]);
        assert_eq!(judged.code, tested.code, "{fault}: {}", judged.err);
        assert_eq!(results(&run), before, "{fault}");
    }
}

/// An adapter like the reference's, in which one pattern is another one.
fn adapter(dir: &Path, event: &str, pattern: &str) -> String {
    let text = fs::read_to_string(root().join("adapters/reference.toml")).unwrap();
    let mut found = 0;
    let mut changed = String::new();
    for line in text.lines() {
        let value = line.strip_prefix(event).map(str::trim_start);
        // The first one: further down stands what people see.
        let is_it = found == 0 && value.is_some_and(|value| value.starts_with("= '^"));
        found += usize::from(is_it);
        match is_it {
            true => changed.push_str(&format!("{event} = '{pattern}'\n")),
            false => changed.push_str(&format!("{line}\n")),
        }
    }
    assert_eq!(found, usize::from(!pattern.is_empty()));
    let fixtures = root().join("scenarios/fixtures").canonicalize().unwrap();
    let changed = changed.replace("../scenarios/fixtures", fixtures.to_str().unwrap());
    fs::create_dir_all(dir).unwrap();
    let path = dir.join("mine.toml");
    fs::write(&path, changed).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The checks of the one play of a run, by name, with their verdict and what was got.
fn checks(runs: &Runs) -> BTreeMap<String, (String, String)> {
    let play = files(&runs.path().join("latest"), "plan.json").remove(0);
    let path = play.with_file_name("result.json");
    let result: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let checks = result["checks"].as_array().unwrap().iter();
    let output_text = |check: &Value| (word(&check["verdict"]), word(&check["evidence"]["got"]));
    checks
        .map(|check| (word(&check["name"]), output_text(check)))
        .collect()
}

/// A run with a wrong pattern, and the same judged again with the mended one.
fn mended(event: &str, wrong: &str, scenario: &str) -> (Runs, [Said; 2]) {
    let runs = Runs::new();
    let wrong = adapter(&runs.path().join("wrong"), event, wrong);
    let tested = xtask(&runs, &["test", scenario, "--adapter", &wrong]);
    let right = adapter(&runs.path().join("right"), "none", "");
    let judged = xtask(&runs, &["replay", "latest", "--adapter", &right]);
    (runs, [tested, judged])
}

#[test]
fn a_mended_adapter_gives_what_came_in_time_its_verdict_and_says_what_was_not_reached() {
    let wrong = "^PRIVATE (?<from>\\S+) (?<text>.*)$";
    let (runs, [tested, judged]) = mended("private", wrong, "basics/three-clients");
    assert_eq!(tested.code, Some(1), "{}", tested.err);
    assert!(tested.err.contains("FAIL"), "{}", tested.err);
    assert_eq!(judged.code, Some(4), "{}", judged.err);
    let checks = checks(&runs);
    let red: Vec<_> = checks.iter().filter(|(_, (is, _))| is != "pass").collect();
    let [(name, (verdict, got))] = red.as_slice() else {
        panic!("{red:?}");
    };
    assert_eq!(*name, "the timeline holds the whole play");
    assert_eq!(verdict, "cannot-tell");
    assert!(got.contains("was not played to its end"), "{got}");
    assert!(got.contains("play it again"), "{got}");
    // Without it the run is what it was.
    let again = xtask(&runs, &["replay", "latest"]);
    assert_eq!(again.code, Some(1), "{}", again.err);
    assert!(again.out.ends_with(&tested.out), "{}", again.out);
}

#[test]
fn a_mended_adapter_passes_a_play_that_had_come_to_its_end() {
    let wrong = "^PRIVATE (?<from>\\S+) (?<text>.*)$";
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("one-message.toml");
    let text = "title = \"One message\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
        msg = { from = \"alice\", to = \"bob\", text = \"the code of the vault is {canary}\" }\n";
    fs::write(&scenario, text).unwrap();
    let (runs, [tested, judged]) = mended("private", wrong, scenario.to_str().unwrap());
    assert_eq!(tested.code, Some(1), "{}", tested.err);
    assert_eq!(judged.code, Some(0), "{}", judged.err);
    let red = checks(&runs);
    assert!(red.values().all(|(is, _)| is == "pass"), "{red:?}");
}

#[test]
fn who_was_ready_by_a_mended_pattern_was_ready() {
    let (runs, [tested, judged]) = mended("ready", "^READY (?<name>\\S+)$", "basics/public");
    assert_eq!(tested.code, Some(1), "{}", tested.err);
    assert!(tested.err.contains("alice gets ready"), "{}", tested.err);
    assert_eq!(judged.code, Some(4), "{}", judged.err);
    let checks = checks(&runs);
    assert!(checks.values().all(|(is, _)| is != "fail"), "{checks:?}");
}

#[test]
fn a_wrong_adapter_for_a_replay_says_what_the_run_has() {
    let runs = Runs::new();
    let tested = xtask(&runs, &["test", "basics/public"]);
    assert_eq!(tested.code, Some(0), "{}", tested.err);
    let mine = adapter(runs.path(), "none", "");
    let other = xtask(&runs, &["replay", "latest", "--adapter", &mine]);
    assert_eq!(other.code, Some(2), "{}", other.err);
    for said in [
        "mine.toml",
        "is called `mine`",
        "played with `reference`",
        "give the corrected",
    ] {
        assert!(other.err.contains(said), "{said}: {}", other.err);
    }
    let none = xtask(&runs, &["replay", "latest", "--adapter", "nowhere.toml"]);
    assert_eq!(none.code, Some(2), "{}", none.err);
    assert!(none.err.contains("nowhere.toml"), "{}", none.err);
    fs::write(&mine, "about = 1\n").unwrap();
    let broken = xtask(&runs, &["replay", "latest", "--adapter", &mine]);
    assert_eq!(broken.code, Some(2), "{}", broken.err);
    assert!(broken.err.contains("mine.toml:1"), "{}", broken.err);
}
