//! Programs that were not written for this harness: what they play of the suite.

use std::path::Path;

use serde_json::Value;
use testing::{Feature, can_be_had, can_show};

use crate::runs::Runs;

/// Whether these programs are here to be played: where participants are started from.
fn are_here(programs: &[&str]) -> bool {
    let is_here = |name: &str| stage::programs::on_path(Path::new(name)).is_some();
    let missing = programs.iter().find(|name| !is_here(name));
    can_be_had(missing.map(|name| format!("{name} is not installed")))
}

/// The exit code of a run, and its plays as they are in `result.json`.
fn played(arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let runs = Runs::new();
    let output = runs.xtask(arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    let result = std::fs::read(runs.path().join("latest/result.json")).expect(&err);
    let result: Value = serde_json::from_slice(&result).unwrap();
    let plays = result["plays"].as_array().unwrap().clone();
    (output.status.code(), plays)
}

/// Its verdict, as it is in `result.json`; the reason of an `unsupported` left out.
fn verdict(play: &Value) -> &str {
    let verdict = &play["verdict"];
    let with_reason = || verdict.as_object()?.keys().next().map(String::as_str);
    verdict.as_str().or_else(with_reason).unwrap_or_default()
}

/// What did not hold in a play, but for what is not encrypted.
fn wrong(play: &Value) -> Vec<String> {
    let checks = play["checks"].as_array().unwrap().iter();
    let wrong = checks.filter(|check| {
        let held = check["verdict"] == "pass";
        !held && check["kind"]["audit"].is_null()
    });
    wrong
        .map(|check| format!("{}: {}", play["scenario"], check["name"]))
        .collect()
}

#[test]
fn a_broadcast_chat_of_a_page_of_python_plays_forty_scenarios_and_nothing_is_wrong_but_plaintext() {
    if !are_here(&["python3"]) {
        return;
    }
    let (code, plays) = played(&["test", "--adapter", "zoo/adapters/broadcast.toml"]);
    let (unsupported, played): (Vec<_>, Vec<_>) = plays
        .iter()
        .partition(|play| verdict(play) == "unsupported");
    let wrong: Vec<String> = played.iter().flat_map(|play| wrong(play)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(played.len() >= 40, "{}, and {unsupported:#?}", played.len());
    let seen = played.iter().filter(|play| verdict(play) == "plaintext");
    // In one scenario nothing is sent.
    assert_eq!(seen.count(), played.len() - 1);
    assert_eq!(code, Some(3));
}

#[test]
fn a_chat_with_private_texts_alone_plays_what_needs_no_others() {
    if !are_here(&["python3"]) {
        return;
    }
    let (code, plays) = played(&["test", "--adapter", "zoo/adapters/private.toml"]);
    let played = plays.iter().filter(|play| verdict(play) != "unsupported");
    let played: Vec<&Value> = played.collect();
    let wrong: Vec<String> = played.iter().flat_map(|play| wrong(play)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(played.len() >= 13, "{}", played.len());
    let with_three = played.iter().filter(|play| {
        let scenario = play["scenario"].as_str().unwrap_or_default();
        ["basics/both-ways-at-once", "leaving/again-and-again"].contains(&scenario)
    });
    assert_eq!(with_three.count(), 2);
    assert!(played.iter().all(|play| verdict(play) == "plaintext"));
    assert_eq!(code, Some(3));
}

/// Those in which texts are public, private and sent twice, and people leave and come back.
const IRC: [&str; 5] = [
    "basics/private",
    "basics/public",
    "basics/same-text-twice",
    "leaving/again-and-again",
    "leaving/by-quitting",
];

#[test]
fn irssi_with_ngircd_is_read_off_its_full_screen_and_is_plaintext_on_wire_and_in_memory() {
    if !are_here(&["/usr/bin/irssi", "/usr/sbin/ngircd", "unshare"]) {
        return;
    }
    let test = ["test", "--adapter", "zoo/adapters/irssi.toml"];
    let (code, plays) = played(&[&test[..], &IRC].concat());
    let level = plays.first().map_or(&Value::Null, |play| &play["level"]);
    if !can_show(Feature::Namespaces, level == "namespaces") {
        return;
    }
    let wrong: Vec<String> = plays.iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(plays.len(), IRC.len());
    for play in &plays {
        let checks = play["checks"].as_array().unwrap().iter();
        let seen: Vec<&Value> = checks
            .filter(|check| check["verdict"] == "plaintext")
            .map(|check| &check["kind"]["audit"])
            .collect();
        assert_eq!(seen, ["memory", "wire"], "{}", play["scenario"]);
    }
    assert_eq!(code, Some(3));
}

#[test]
fn a_run_in_which_nothing_can_be_played_ends_with_4_and_says_why() {
    let runs = Runs::new();
    let test = ["test", "files/", "--adapter", "zoo/adapters/broadcast.toml"];
    let output = runs.xtask(&test).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{err}");
    assert!(err.contains("nothing could be played"), "{err}");
    assert!(err.contains("`broadcast` has no way to do `file`"), "{err}");
}
