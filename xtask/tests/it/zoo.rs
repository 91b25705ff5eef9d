//! Every program of the zoo is caught, and for its own fault.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::thread;

use serde::Deserialize;
use serde_json::Value;
use testing::{Feature, can_show};

use crate::runs::{Runs, root};

/// A row of `zoo/expected.toml`.
#[derive(Deserialize)]
struct Row {
    scenario: String,
    play: String,
    says: String,
}

fn rows() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(root().join("zoo/expected.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

/// Plays a scenario of the zoo: exit code, and the result of the play. Nothing that the play
/// started is left.
pub(crate) fn play(adapter: &str, scenario: &str, more: &[&str]) -> (Option<i32>, Value) {
    let adapter = format!("zoo/adapters/{adapter}.toml");
    play_file(&adapter, &format!("zoo/scenarios/{scenario}.toml"), more)
}

/// The same with files; something in it is red.
pub(crate) fn play_file(adapter: &str, scenario: &str, more: &[&str]) -> (Option<i32>, Value) {
    let (code, result) = played_file(adapter, scenario, more);
    assert_ne!(code, Some(0), "{adapter} was not red:\n{result:#}");
    (code, result)
}

/// The same, whatever comes of it.
pub(crate) fn played(adapter: &str, scenario: &str, more: &[&str]) -> (Option<i32>, Value) {
    let adapter = format!("zoo/adapters/{adapter}.toml");
    played_file(&adapter, &format!("zoo/scenarios/{scenario}.toml"), more)
}

pub(crate) fn played_file(adapter: &str, scenario: &str, more: &[&str]) -> (Option<i32>, Value) {
    let runs = Runs::new();
    let child = runs
        .xtask(&["test", scenario, "--adapter", adapter])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(runs.processes(), [], "{adapter} {more:?}");
    let printed = String::from_utf8_lossy(&output.stderr);
    let plays = results(&runs.path().join("latest"));
    let [result] = plays.as_slice() else {
        panic!("{} plays of {adapter}:\n{printed}", plays.len());
    };
    (output.status.code(), result.clone())
}

/// The result of each play under a directory.
pub(crate) fn results(dir: &Path) -> Vec<Value> {
    let entries = std::fs::read_dir(dir).unwrap().flatten();
    let paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    if paths.iter().any(|path| path.ends_with("plan.json")) {
        let result = std::fs::read_to_string(dir.join("result.json")).unwrap();
        return vec![serde_json::from_str(&result).unwrap()];
    }
    let directories = paths.iter().filter(|path| path.is_dir());
    directories.flat_map(|path| results(path)).collect()
}

/// Names and evidence of the checks that did not pass.
pub(crate) fn red(result: &Value) -> Vec<String> {
    let checks = result["checks"].as_array().unwrap();
    checks
        .iter()
        .filter(|check| check["verdict"] != "pass")
        .map(|check| format!("{} {}", check["name"], check["evidence"]))
        .collect()
}

#[test]
fn every_program_of_the_zoo_is_caught_for_its_own_fault() {
    let rows: Vec<_> = rows().into_iter().collect();
    assert!(rows.len() >= 12, "{} rows", rows.len());
    // They wait for most of their time.
    let (some, others) = rows.split_at(rows.len() / 2);
    thread::scope(|scope| {
        scope.spawn(|| some.iter().for_each(is_caught));
        others.iter().for_each(is_caught);
    });
}

fn is_caught((adapter, row): &(String, Row)) {
    let (code, result) = play(adapter, &row.scenario, &[]);
    assert_eq!(
        result["verdict"],
        row.play.as_str(),
        "{adapter}: {result:#}"
    );
    let red = red(&result);
    let printed = red.iter().any(|check| check.contains(&row.says));
    assert!(
        printed,
        "{adapter}: nothing that is red says {:?}: {red:#?}",
        row.says
    );
    if adapter.starts_with("plain") || ["client-asks", "client-paints"].contains(&adapter.as_str())
    {
        let only = red.iter().all(|check| check.contains("canary"));
        assert!(only, "{adapter} encrypts nothing, and is honest: {red:#?}");
    }
    let expected = if row.play == "plaintext" { 3 } else { 1 };
    assert_eq!(code, Some(expected), "{adapter}");
}

/// Plays two scenarios at once with programs that insist on port 80.
fn on_port_eighty(more: &[&str]) -> (Option<i32>, String) {
    let both = [
        "zoo/scenarios/tour.toml",
        "zoo/scenarios/five-messages.toml",
    ];
    let output = Runs::new()
        .xtask(&["test", "--jobs", "2"])
        .args(both)
        .args(["--adapter", "zoo/adapters/plain-port-eighty.toml"])
        .args(more)
        .output()
        .unwrap();
    let printed = [output.stderr, output.stdout].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&printed).into_owned(),
    )
}

#[test]
fn two_plays_at_once_have_the_same_fixed_port() {
    let (code, printed) = on_port_eighty(&[]);
    let has_namespaces = !printed.contains("isolation level reaper");
    if !can_show(Feature::Namespaces, has_namespaces) {
        return;
    }
    // Nothing of it is encrypted, and that is all that is wrong.
    assert_eq!(code, Some(3), "{printed}");
    assert_eq!(
        printed.matches("PLAINTEXT  the link carried").count(),
        2,
        "{printed}"
    );
    assert!(!printed.contains("FAIL"), "{printed}");
}

#[test]
fn a_fixed_port_is_skipped_where_there_are_no_namespaces() {
    let (code, printed) = on_port_eighty(&["--level", "reaper"]);
    // Nothing could be played, so nothing is known.
    assert_eq!(code, Some(4), "{printed}");
    assert!(
        printed.contains("port 80, which is fixed in their code"),
        "{printed}"
    );
    assert!(
        printed.ends_with("0 passed, 0 failed, 2 skipped\n"),
        "{printed}"
    );
}

#[test]
fn every_adapter_of_the_zoo_has_a_row() {
    let rows = rows();
    for entry in std::fs::read_dir(root().join("zoo/adapters"))
        .unwrap()
        .flatten()
    {
        let name = entry
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        // `cargo xtask zoo` plays it, with each of its faults; so do the tests of torture. Others are
        // programs that may not be installed, and have tests of their own.
        let elsewhere = name.starts_with("leaky")
            || name.starts_with("line-")
            || ["hostile", "irssi", "peer", "sealed"].contains(&name.as_str());
        assert!(
            elsewhere || rows.contains_key(&name),
            "zoo/expected.toml has no row for {name}"
        );
    }
}

#[test]
fn a_demo_on_a_nosy_relay_ends_in_plaintext_and_says_where() {
    let output = Runs::new()
        .xtask(&["demo", "three-clients", "--relay", "nosy"])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains("the relay printed: “"), "{printed}");
    assert!(printed.contains("--relay nosy"), "{printed}");
    // Those who chat see nothing of it.
    assert!(!printed.contains("FAIL"), "{printed}");
}

/// Exit code and report of a play that is compared with others.
fn compared(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Runs::new()
        .xtask(&["test", "--differential"])
        .args(arguments)
        .output()
        .unwrap();
    let printed = [output.stderr, output.stdout].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    (output.status.code(), printed)
}

#[test]
fn what_depends_on_what_was_said_is_distinguishable_whatever_its_encoding() {
    let zoo = [
        "zoo/scenarios/leaks.toml",
        "--adapter",
        "zoo/adapters/leaky.toml",
        "--set",
    ];
    let played = |fault| compared(&[zoo.as_slice(), &[fault, "--seed", "7"]].concat());
    let (code, printed) = played("fault=log-digest");
    assert_eq!(code, Some(3), "{printed}");
    assert!(
        printed.contains("what is there depends on what was said"),
        "{printed}"
    );
    assert!(printed.contains("out/relay.stdout"), "{printed}");
    let again = printed.lines().find(|line| line.contains("repeat it"));
    assert!(again.unwrap().ends_with(" --differential=3"), "{again:?}");
    let (code, printed) = played("fault=random-log");
    assert_eq!(code, Some(0), "{printed}");
}
