//! Many clients at one relay: what goes wrong among them is found, and reported as what it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::judged_again::falsify;
use crate::runs::{Runs, printed};

/// A load that was played.
struct Loaded {
    runs: Runs,
    code: Option<i32>,
    figures: Value,
    err: String,
}

impl Loaded {
    fn figure(&self, name: &str) -> u64 {
        self.figures["figures"][name].as_u64().unwrap()
    }

    /// Names of the checks that failed.
    fn failed(&self) -> Vec<&str> {
        let lines = self.err.lines();
        lines
            .filter_map(|line| line.trim().strip_prefix("FAIL  "))
            .collect()
    }

    fn has_failed(&self, check: &str) -> bool {
        self.failed().iter().any(|name| name.starts_with(check))
    }
}

/// Plain clients at a relay of the zoo. Nothing there is encrypted, so that the verdict is
/// PLAINTEXT whatever else there is; it is the checks that differ.
fn load(scenario: &str, clients: &str, more: &[&str]) -> Loaded {
    let runs = Runs::new();
    let output = runs
        .xtask(&["load", scenario, "--clients", clients, "--for", "300ms"])
        .args(["-v", "--json", "--adapter", "zoo/adapters/plain.toml"])
        .args(more)
        .output()
        .unwrap();
    let (out, err) = (printed(output.stdout), printed(output.stderr));
    let figures = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    Loaded {
        runs,
        code: output.status.code(),
        figures,
        err,
    }
}

/// Six in pairs, at a relay with a fault.
fn pairs(fault: &str) -> Loaded {
    load("pairs", "6", &["--set", &format!("relay_fault={fault}")])
}

#[test]
fn a_load_repeats_the_steps_in_rounds_and_measures_them() {
    let loaded = pairs("none");
    assert_eq!(loaded.code, Some(3), "{}", loaded.err);
    assert_eq!(loaded.failed(), [""; 0], "{}", loaded.err);
    let of = |name: &str| loaded.figure(name);
    assert_eq!((of("groups"), of("failed")), (3, 0));
    assert!(of("rounds") >= 3, "{}", loaded.figures);
    assert_eq!(of("steps"), 3 * of("rounds"));
    assert_eq!(of("messages"), 2 * of("rounds"));
    assert_eq!(of("files"), of("rounds"));
    assert_eq!(of("planted"), 3 * of("rounds"));
    let took = &loaded.figures["figures"]["message_latency"];
    assert_eq!(took["samples"].as_u64(), Some(of("messages")));
    let percentile = |name: &str| took[name].as_u64().unwrap();
    assert!(percentile("min") > 0);
    assert!(percentile("p50") <= percentile("p99") && percentile("p99") <= percentile("max"));
}

#[test]
fn two_dozen_clients_hold_together() {
    let loaded = load("pairs", "24", &[]);
    assert_eq!(loaded.failed(), [""; 0], "{}", loaded.err);
    let of = |name: &str| loaded.figure(name);
    assert_eq!((of("groups"), of("failed")), (12, 0));
    assert!(of("rounds") >= 12, "{}", loaded.figures);
    assert_eq!(of("messages"), 2 * of("rounds"));
}

#[test]
fn many_findings_are_reported_briefly_and_counted() {
    let loaded = pairs("none");
    let printed = loaded.err.lines();
    let printed = printed.filter(|line| line.contains("the link carried"));
    let longest = printed.map(str::len).max().unwrap_or_default();
    assert!(longest < 4096, "{}", loaded.err);
    assert!(
        loaded.err.contains("more findings, in timeline.jsonl"),
        "{}",
        loaded.err
    );
}

#[test]
fn one_message_lost_among_many_is_found() {
    let loaded = pairs("drops");
    // The second message of all is the first of a pair, or the answer in the first pair.
    let has_failed = loaded.has_failed("step 1 ") || loaded.has_failed("step 2 ");
    assert!(has_failed, "{}", loaded.err);
    assert!(loaded.figure("failed") > 0);
    // The other groups have gone on.
    assert!(loaded.figure("messages") > 0);
    assert!(!loaded.has_failed("nobody shows"), "{}", loaded.err);
    let again = loaded.err.lines().find(|line| line.contains("repeat it"));
    let again = again.unwrap().trim_start();
    let load = "repeat it     cargo xtask load load/pairs --clients 6 --for 300ms --seed ";
    assert!(again.starts_with(load), "{again}");
    let flags = " --adapter zoo/adapters/plain.toml --set 'relay_fault=drops'";
    assert!(again.ends_with(flags), "{again}");
}

#[test]
fn messages_that_come_twice_among_many_are_found() {
    let loaded = pairs("doubles");
    assert!(loaded.has_failed("step 1 "), "{}", loaded.err);
    assert!(loaded.err.contains("showed it 2 times"), "{}", loaded.err);
}

#[test]
fn messages_shown_to_other_groups_are_found() {
    let loaded = pairs("gossips");
    let stray = "nobody shows what is not meant for them";
    assert!(loaded.failed().contains(&stray), "{}", loaded.err);
}

/// What a replay writes again, by its path.
fn reports(runs: &Runs) -> BTreeMap<PathBuf, String> {
    let run = runs.path().join("latest");
    let files = ["result.json", "junit.xml", "report.html"];
    let of_the_load = ["result.json", "load.json", "report.html"];
    let of_the_load = of_the_load.map(|file| format!("load/pairs/{file}"));
    let files = files.map(str::to_owned).into_iter().chain(of_the_load);
    files
        .map(|file| {
            let path = run.join(file);
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

#[test]
fn a_load_can_be_reported_and_judged_again() {
    let loaded = pairs("doubles");
    let before = reports(&loaded.runs);
    let is_read = |path: &PathBuf| path.ends_with("load.json") || path.ends_with("result.json");
    for path in before.keys().filter(|path| !is_read(path)) {
        fs::remove_file(path).unwrap();
    }
    let again = |arguments: &[&str]| {
        let output = loaded.runs.xtask(arguments).output().unwrap();
        (
            output.status.code(),
            printed(output.stdout),
            printed(output.stderr),
        )
    };
    assert!(falsify(&loaded.runs.path().join("latest")) > 10);
    let (code, out, err) = again(&["replay", "latest", "-v"]);
    assert_eq!(code, loaded.code, "{err}");
    assert_eq!(reports(&loaded.runs), before);
    assert!(out.contains("6 clients in 3 groups"), "{out}");
    for line in loaded.err.lines() {
        assert!(err.contains(line), "{line} is missing in:\n{err}");
    }
    assert_eq!(again(&["report", "-v"]), (code, out, err));
    let page = fs::read_to_string(loaded.runs.path().join("latest/load/pairs/report.html"));
    let page = page.unwrap();
    for words in ["6 clients in 3 groups", "showed it 2 times", "--for 300ms"] {
        assert!(page.contains(words), "{words} is missing");
    }
    let (code, _, err) = again(&["test", "--rerun", "latest"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("latest is a load"), "{err}");
    let (code, _, err) = again(&["report", "--merge", "latest"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("is a load, which has no shards"), "{err}");
}

#[test]
fn what_is_said_to_everyone_may_be_shown_by_everyone() {
    let loaded = one_is("none");
    assert_eq!(loaded.failed(), [""; 0], "{}", loaded.err);
    assert_eq!(loaded.figure("failed"), 0, "{}", loaded.figures);
    // Each says it to the eight others, but only those of the own group are waited for.
    assert!(loaded.figure("messages") > 0, "{}", loaded.figures);
}

/// Three groups of three with one that has this fault.
fn one_is(fault: &str) -> Loaded {
    let fault = format!("client_fault={fault}");
    let more = ["--set", &fault, "--set", "faulty=bob-2"];
    let everyone = ["--say", "everyone"];
    load(
        "zoo/scenarios/torture.toml",
        "9",
        &[&more[..], &everyone].concat(),
    )
}

#[test]
fn one_that_dies_among_many_is_a_finding_and_the_others_go_on() {
    let loaded = one_is("dies-midline");
    assert!(
        loaded.has_failed("bob-2 does not end by itself"),
        "{}",
        loaded.err
    );
    assert!(loaded.figure("messages") > 0, "{}", loaded.figures);
    assert!(!loaded.err.contains("ORPHAN"), "{}", loaded.err);
}

#[test]
fn one_that_floods_among_many_is_a_finding_and_the_others_go_on() {
    let loaded = one_is("floods-without-newline");
    assert!(
        loaded.has_failed("bob-2 stays within its limits"),
        "{}",
        loaded.err
    );
    assert!(loaded.figure("messages") > 0, "{}", loaded.figures);
}
