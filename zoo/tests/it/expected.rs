//! `expected.toml` and the adapters agree with the programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One entry of `expected.toml`; the harness' own test plays it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    scenario: String,
    play: String,
    says: String,
}

/// Adapters whose plays end as their settings say: `zoo_faults::Fault::expected` knows for the
/// leaky pair, `xtask/tests/it/torture.rs` for the sealed one.
const BY_SETTING: [&str; 8] = [
    "leaky",
    "leaky-asks",
    "leaky-frames",
    "leaky-keys",
    "line-c",
    "line-node",
    "line-python",
    "sealed",
];

#[test]
fn every_adapter_has_an_expectation_and_every_program_an_adapter() {
    let expected: BTreeMap<String, Expected> =
        toml::from_str(&fs::read_to_string(here("expected.toml")).unwrap()).unwrap();
    let names: BTreeSet<String> = expected.keys().cloned().collect();
    let mut adapters = stems("adapters");
    for by_setting in BY_SETTING {
        assert!(adapters.remove(by_setting), "{by_setting}");
    }
    // Played by tests of their own.
    for elsewhere in ["hostile", "irssi", "peer"] {
        assert!(adapters.remove(elsewhere), "{elsewhere}");
    }
    assert_eq!(names, adapters);

    let scenarios = stems("scenarios");
    for (name, entry) in &expected {
        assert!(scenarios.contains(&entry.scenario), "{name}");
        assert!(
            ["fail", "orphan", "plaintext"].contains(&entry.play.as_str()),
            "{name}"
        );
        assert!(!entry.says.is_empty(), "{name}");
    }

    adapters.extend(BY_SETTING.map(str::to_owned));
    let adapters: Vec<String> = adapters
        .iter()
        .map(|name| fs::read_to_string(here("adapters").join(format!("{name}.toml"))).unwrap())
        .collect();
    for program in stems("src/bin") {
        let named = format!("{{ cargo = \"{program}\" }}");
        assert!(
            adapters.iter().any(|text| text.contains(&named)),
            "{program}"
        );
    }
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn stems(dir: &str) -> BTreeSet<String> {
    let files = fs::read_dir(here(dir))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_example_in_the_documentation_is_the_adapter_that_is_played() {
    let adapter = fs::read_to_string(here("adapters/client-asks.toml")).unwrap();
    let docs = fs::read_to_string(here("../docs/adapters.md")).unwrap();
    let (_, example) = adapter.split_once('\n').unwrap();
    assert!(docs.contains(example.trim()));
}
