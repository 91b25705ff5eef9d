//! An independent client of the protocol, in another language, with our relay and our client.

use std::fs;
use std::path::Path;
use std::process::Command;

use testing::can_be_had;

use crate::runs::{Runs, root};

/// The interpreter that the adapter names.
const PYTHON: &str = "/usr/bin/python3";

#[expect(
    clippy::disallowed_methods,
    reason = "asks whether a package is installed"
)]
fn has_cryptography() -> bool {
    let asked = Command::new(PYTHON)
        .args(["-c", "import cryptography"])
        .output();
    let missing = !asked.is_ok_and(|output| output.status.success());
    can_be_had(missing.then(|| "Python's package cryptography is not installed".to_owned()))
}

/// What the first play under a directory keeps under this name.
fn file(dir: &Path, name: &str) -> String {
    let entries = fs::read_dir(dir)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let mut nested = entries.filter(|path| path.is_dir());
    fs::read_to_string(dir.join(name)).unwrap_or_else(|_| file(&nested.next().unwrap(), name))
}

#[test]
fn two_languages_have_the_same_conversation_as_one() {
    if !has_cryptography() {
        return;
    }
    let mixed = fs::read_to_string(root().join("zoo/scenarios/two-languages.toml")).unwrap();
    let ours = mixed.replace(
        "}, \"bob\", {",
        "}, { name = \"bob\", adapter = \"reference\" }, {",
    );
    let theirs = mixed.replace(", adapter = \"reference\"", "");
    assert!(ours != mixed && theirs != mixed);
    let dir = tempfile::tempdir().unwrap();
    let kept = [ours, mixed, theirs].map(|text| {
        let scenario = dir.path().join("two.toml");
        fs::write(&scenario, text).unwrap();
        let scenario = scenario.display().to_string();
        let runs = Runs::new();
        let arguments = [
            "test",
            &scenario,
            "--adapter",
            "zoo/adapters/peer.toml",
            "--seed",
            "7",
        ];
        let output = runs.xtask(&arguments).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{err}");
        let latest = runs
            .path()
            .join("latest")
            .join(dir.path().strip_prefix("/").unwrap());
        ["transcript.txt", "protocol.txt"].map(|name| file(&latest, name))
    });
    assert!(
        kept[0][0].contains("this is only for bob"),
        "{}",
        kept[0][0]
    );
    assert_eq!(kept[1], kept[0], "one of three");
    assert_eq!(kept[2], kept[0], "all three");
}
