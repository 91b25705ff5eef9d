//! What most people write first, a chat with public messages alone, plays most of the suite.

use serde_json::Value;
use testing::has_installed;

use crate::runs::Runs;

/// Whether Python is here to play it.
fn python() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&path).any(|dir| dir.join("python3").is_file());
    has_installed((!is_there).then(|| "python3 is not installed".to_owned()))
}

/// Its verdict, as it stands in `result.json`; the reason of an `unsupported` left out.
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
    if !python() {
        return;
    }
    let runs = Runs::new();
    let mut test = runs.xtask(&["test", "--adapter", "zoo/adapters/broadcast.toml"]);
    let output = test.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    let result = std::fs::read(runs.path().join("latest/result.json")).expect(&err);
    let result: Value = serde_json::from_slice(&result).unwrap();
    let plays = result["plays"].as_array().unwrap().iter();
    let (unsupported, played): (Vec<_>, Vec<_>) =
        plays.partition(|play| verdict(play) == "unsupported");
    let wrong: Vec<String> = played.iter().flat_map(|play| wrong(play)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(played.len() >= 40, "{}, and {unsupported:#?}", played.len());
    let seen = played.iter().filter(|play| verdict(play) == "plaintext");
    // In one scenario nothing is sent.
    assert_eq!(seen.count(), played.len() - 1);
    assert_eq!(output.status.code(), Some(3), "{err}");
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
