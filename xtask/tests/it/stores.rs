//! Helpers that should open clients' stores, and do not: nobody can tell then, and nothing that
//! they print is kept.

use std::path::Path;

use crate::runs::{Runs, root};

/// Half of a key, and the other one: it is in no adapter as a whole.
const HALVES: [&str; 2] = ["8f3c19a0d47be6520b91", "fe27c8a35d64710c"];

/// Plays with this instead of the helper; what is said of it.
fn output_text(script: &str) -> String {
    let zoo = root().join("zoo");
    let adapter = std::fs::read_to_string(zoo.join("adapters/leaky-keys.toml")).unwrap();
    let lines = adapter.lines().map(|line| match line {
        "[programs]" => "[programs]\nsh = { path = \"sh\" }".to_owned(),
        line if line.starts_with("open_keys") => {
            format!("open_keys = [\"{{sh}}\", \"-c\", \"{script}\"]")
        }
        line => line.replace("../fixtures", zoo.join("fixtures").to_str().unwrap()),
    });
    let adapter: Vec<String> = lines.collect();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("helped.toml");
    std::fs::write(&path, adapter.join("\n")).unwrap();
    let runs = Runs::new();
    let scenario = "zoo/scenarios/leaks.toml";
    let asked = ["test", scenario, "--adapter", path.to_str().unwrap()];
    let mut xtask = runs.xtask(&asked);
    let output = xtask.args(["--set", "fault=seals-each"]).output().unwrap();
    let output_text = [output.stdout, output.stderr].concat();
    let output_text = String::from_utf8(output_text).unwrap();
    assert_ne!(output.status.code(), Some(0), "{output_text}");
    assert!(output_text.contains("CANNOT TELL"), "{output_text}");
    assert_eq!(holding(runs.path(), &HALVES.concat()), 0, "{output_text}");
    // The timeline has the digest instead.
    assert_ne!(holding(runs.path(), "store-opened"), 0);
    output_text
}

/// Files under a directory that hold a text.
fn holding(dir: &Path, text: &str) -> usize {
    let entries = std::fs::read_dir(dir).unwrap().flatten();
    let counts = entries.map(|entry| match entry.file_type().unwrap() {
        kind if kind.is_dir() => holding(&entry.path(), text),
        kind if kind.is_file() => {
            let bytes = std::fs::read(entry.path()).unwrap();
            usize::from(String::from_utf8_lossy(&bytes).contains(text))
        }
        _ => 0,
    });
    counts.sum()
}

#[test]
fn a_helper_that_fails_is_named_with_its_client_and_what_it_printed_is_kept_nowhere() {
    let [one, other] = HALVES;
    let print = format!("printf 'message %s%s\\\\n' {one} {other}");
    let failed = output_text(&format!("{print}; {print} >&2; exit 1"));
    assert!(
        failed.contains("alice: its helper ended with status 1"),
        "{failed}"
    );
    let rubbish = output_text(&format!("{print}; {print} | tr m M"));
    let why = "carol: its helper printed rubbish: line 2 is neither";
    assert!(rubbish.contains(why), "{rubbish}");
}

#[test]
fn stores_that_hold_nothing_show_nothing() {
    let output_text = output_text("true");
    assert!(
        output_text.contains("no store held the key of a message or session"),
        "{output_text}"
    );
}
