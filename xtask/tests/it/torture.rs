//! The worst that programs do: every play ends, says what happened, and leaves nothing, and the play
//! beside it passes.

use std::path::Path;

use insta::{assert_snapshot, with_settings};
use serde_json::Value;

use crate::runs::Runs;
use crate::zoo::results;

/// No play makes more events, whatever its participants do: its budgets are 6 MiB in all (one for each of three
/// clients, and three for the relay), and no event takes less than 160 bytes of one.
const MOST_EVENTS: usize = 40_000;

/// What a person reads of the checks that did not pass.
fn printed(result: &Value) -> String {
    let checks = result["checks"].as_array().unwrap();
    let red = checks.iter().filter(|check| check["verdict"] != "pass");
    // Whether a relay that ends at once is still there when its arguments are read is luck.
    let red = red.filter(|check| check["kind"]["audit"] != "arguments");
    let lines: Vec<String> = red
        .map(|check| {
            let text = |key: &str| {
                check["evidence"][key]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            format!(
                "{} {}\n  expected: {}\n  got:      {}",
                check["verdict"].as_str().unwrap_or_default(),
                check["name"].as_str().unwrap_or_default(),
                text("expected"),
                text("got")
            )
        })
        .collect();
    let verdict = &result["verdict"];
    format!(
        "{}\n{}",
        verdict.as_str().unwrap_or_default(),
        lines.join("\n")
    )
}

/// Plays a scenario with this setting, and beside it one in which nobody has the fault. The exit
/// code, and the result of the first.
fn beside_another(tortured: &str, setting: &str) -> (Option<i32>, Value) {
    let runs = Runs::new();
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let before = mounts();
    let scenarios = [tortured, "two-people"].map(|name| format!("zoo/scenarios/{name}.toml"));
    let output = runs
        .xtask(&["test", "--jobs", "2", "--set", setting])
        .args(["--adapter", "zoo/adapters/sealed.toml"])
        .args(scenarios)
        .output()
        .unwrap();
    assert_eq!(runs.processes(), [], "{setting}");
    let scratch = std::fs::read_dir(runs.scratch()).unwrap();
    assert_eq!(scratch.count(), 0, "directories of {setting}");
    assert_eq!(mounts(), before, "{setting}");
    let latest = runs.path().join("latest");
    let timeline = latest.join(format!("zoo/scenarios/{tortured}/timeline.jsonl"));
    let events = std::fs::read_to_string(timeline).unwrap().lines().count();
    assert!(events < MOST_EVENTS, "{events} events of {setting}");
    let plays = results(&latest);
    let of = |name: &str| plays.iter().find(|one| is_of(one, name)).cloned();
    let printed = String::from_utf8_lossy(&output.stderr);
    let Some((result, quiet)) = of(tortured).zip(of("two-people")) else {
        panic!("{} plays of {setting}:\n{printed}", plays.len());
    };
    // A relay may have the fault everywhere.
    if !setting.starts_with("relay") || setting.ends_with("crowds") {
        assert_eq!(quiet["verdict"], "pass", "beside {setting}: {quiet:#}");
    }
    (output.status.code(), result)
}

fn is_of(result: &Value, name: &str) -> bool {
    let scenario = result["scenario"].as_str().unwrap_or_default();
    Path::new(scenario).ends_with(name)
}

fn torture(scenario: &str, side: &str, fault: &str) {
    let (code, result) = beside_another(scenario, &format!("{side}_fault={fault}"));
    with_settings!({
        description => format!("a {side} with the fault {fault}"),
        omit_expression => true,
        filters => vec![
            ("[A-Z]{8}-[a-z]+-[a-z]+-[0-9]{4}", "[canary]"),
            (r"pid \d+", "pid [n]"),
            (r"it had \d+ processes", "it had [n] processes"),
            (r"\(\d+ bytes\)", "([n] bytes)"),
            (r"/[^ ]*/plain-client", "[plain-client]"),
            (r"\d+\.\d+ (s|MiB)", "[n] $1"),
            (r"for \d+\.\d+ s", "for [n] s"),
            (r"\d+ bytes meanwhile", "[n] bytes meanwhile"),
            (r"it led to (\w+): \d+ ([^,]+), [^\n]* and was terminated", "it led to $1: [n] $2, … and was terminated"),
            (r"not found in \d+ bytes", "not found in [n] bytes"),
        ],
    }, {
        let code = code.map_or("no code".to_owned(), |code| format!("exit code {code}"));
        assert_snapshot!(format!("{side}-{fault}"), format!("{code}, {}", printed(&result)));
    });
}

macro_rules! tortures {
    (in $scenario:literal: $($name:ident: $side:literal, $fault:literal;)*) => {
        $(#[test] fn $name() { torture($scenario, $side, $fault); })*
    };
}

tortures! {
    in "torture-limits":
    a_client_that_prints_empty_lines: "client", "empty-lines";
    a_client_that_eats_memory: "client", "eats-memory";
    a_client_that_floods: "client", "floods";
    a_client_that_floods_without_newline: "client", "floods-without-newline";
    a_client_that_forks: "client", "forks";
    a_client_that_forks_away: "client", "forks-away";
    a_client_that_opens_connections_without_end: "client", "knocks";
    a_client_that_sends_tiny_records_without_end: "client", "whispers";
    a_client_that_spins: "client", "spins";
    a_client_that_writes_a_huge_file: "client", "writes-huge-file";
}

tortures! {
    in "torture":
    a_client_that_closes_its_output: "client", "closes-stdout";
    a_client_that_dies_in_the_middle_of_a_line: "client", "dies-midline";
    a_client_that_forges_verdicts: "client", "forges";
    a_client_that_asks_where_the_cursor_is: "client", "asks-cursor";
    a_client_that_asks_without_a_line_break: "client", "asks-first";
    a_client_that_waits_for_input: "client", "waits-first";
    a_client_that_keeps_its_output_back: "client", "holds-back";
    a_client_that_ignores_everything: "client", "hangs";
    a_client_whose_grandchild_holds_its_pipe: "client", "holds-pipe";
    a_client_that_writes_byte_by_byte: "client", "in-pieces";
    a_client_that_is_late: "client", "late";
    a_client_that_shows_on_standard_error: "client", "on-stderr";
    a_client_that_leaves_an_orphan: "client", "orphans";
    a_client_that_shows_twice: "client", "twice";
    a_relay_that_aborts_when_asked_to_stop: "relay", "aborts-stopping";
    a_relay_that_is_deaf_to_its_stop: "relay", "deaf";
    a_relay_that_dies_of_silence: "relay", "dies-of-silence";
    a_relay_that_dies_midway: "relay", "dies-midway";
    a_relay_that_dies_while_starting: "relay", "dies-starting";
    a_relay_that_accepts_two_connections: "relay", "two-connections";
}

#[test]
fn a_relay_that_tells_of_crowds_is_named_and_those_who_hear_of_them_are_not() {
    let (code, result) = beside_another("torture", "relay_fault=crowds");
    let checks = result["checks"].as_array().unwrap();
    let failed = checks.iter().filter(|check| check["verdict"] == "fail");
    let failed: Vec<&str> = failed.filter_map(|check| check["name"].as_str()).collect();
    assert!(
        failed.contains(&"relay stays within its limits"),
        "{failed:?}"
    );
    // That they came and went is no fault of those who say so, but not true either.
    let others = failed
        .iter()
        .filter(|name| !name.starts_with("nobody sees") && !name.starts_with("relay"));
    assert_eq!(others.count(), 0, "{failed:?}");
    assert_eq!(code, Some(1));
}
