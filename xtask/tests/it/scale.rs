//! The commands of `docs/scale.md`, as they are there.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::runs::{Runs, root};

/// Few scenarios, so that this does not take long.
const FEW: [&str; 3] = ["basics/p", "files/o", "faults/r"];

const PARTS: usize = 8;

/// The first example of the page, without its comments.
fn example() -> Vec<String> {
    let page = std::fs::read_to_string(root().join("docs/scale.md")).unwrap();
    let block = page.split("```sh\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let lines = block.lines();
    lines
        .map(|line| line.split(" #").next().unwrap().trim().to_owned())
        .collect()
}

/// Runs what is behind `cargo xtask`: what was printed, and where its files are.
fn xtask(runs: &Runs, arguments: &[&str]) -> (String, String) {
    let output = runs.xtask(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
    let mut lines = err.lines();
    let dir = lines.find_map(|line| {
        line.strip_prefix("files: ")
            .or_else(|| line.strip_prefix("merged as "))
    });
    (out, dir.unwrap_or_else(|| panic!("{err}")).to_owned())
}

/// Verdicts and checks of each play, by its id.
fn plays(dir: &str) -> BTreeMap<String, (Value, Vec<Value>)> {
    let text = std::fs::read_to_string(root().join(dir).join("result.json")).unwrap();
    let result: Value = serde_json::from_str(&text).unwrap();
    let plays = result["plays"].as_array().unwrap().iter();
    plays
        .map(|play| {
            let checks = play["checks"].as_array().unwrap().iter();
            let checks = checks
                .map(|check| Value::from(vec![check["name"].clone(), check["verdict"].clone()]));
            let id = play["scenario"].as_str().unwrap().to_owned();
            (id, (play["verdict"].clone(), checks.collect()))
        })
        .collect()
}

#[test]
fn the_parts_of_the_page_laid_together_are_the_run_without_parts() {
    let [part, whole] = <[String; 2]>::try_from(example()).unwrap();
    let part = part.strip_prefix("cargo xtask ").unwrap();
    let part = part.replace("\"$BUILD_NUMBER\"", "7");
    assert!(part.contains("--shard 2/8"), "{part}");
    let whole = whole.strip_prefix("cargo xtask ").unwrap();

    // As on machines of their own.
    let here = Runs::new();
    let machines: Vec<Runs> = (0..PARTS).map(|_| Runs::new()).collect();
    let (one, alone) = xtask(&here, &[&["test", "--seed", "7"][..], &FEW].concat());
    let shards = tempfile::tempdir().unwrap();
    for (number, machine) in (1..).zip(&machines) {
        let part = part.replace("2/8", &format!("{number}/{PARTS}"));
        let words: Vec<&str> = part.split(' ').chain(FEW).collect();
        let (_, dir) = xtask(machine, &words);
        let shard = shards.path().join(format!("shard-{number}"));
        std::os::unix::fs::symlink(root().join(dir).canonicalize().unwrap(), shard).unwrap();
    }
    // A shell puts the names in place of the star.
    let (words, pattern) = whole.rsplit_once(' ').unwrap();
    assert_eq!(pattern, "shard-*");
    let names = (1..=PARTS).map(|number| path_of(shards.path(), number));
    let names: Vec<String> = names.collect();
    let words: Vec<&str> = words
        .split(' ')
        .chain(names.iter().map(String::as_str))
        .collect();
    let (merged, together) = xtask(&here, &words);

    assert!(plays(&alone).len() > 5);
    assert_eq!(plays(&together), plays(&alone));
    assert_eq!(merged.lines().last(), one.lines().last());
}

fn path_of(dir: &Path, number: usize) -> String {
    dir.join(format!("shard-{number}")).display().to_string()
}
