//! `workspace-hack` does what it is there for.

#![expect(clippy::disallowed_methods, reason = "this test asks cargo")]

use std::collections::BTreeSet;
use std::process::Command;

use crate::runs::root;

/// Every crate with its features, as cargo builds them for a selection of packages.
fn built(selection: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--format", "{p} with {f}"])
        .args(selection)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
    let lines = String::from_utf8(output.stdout).unwrap();
    // What was shown before is marked, and shown without what it needs in its turn.
    let lines = lines.lines().map(|line| line.trim_end_matches(" (*)"));
    lines
        .map(|line| line.replace(" (proc-macro)", ""))
        .collect()
}

#[test]
fn the_programs_of_a_play_are_not_built_again_for_the_tests_or_for_the_command() {
    let tests = built(&["--workspace", "--edges", "all"]);
    let command = &["--package", "xtask"][..];
    let programs = &["chat-server", "chat-client", "stage", "zoo"];
    let programs: Vec<&str> = programs.iter().flat_map(|name| ["-p", name]).collect();
    let engine = &["--package", "stage"][..];
    for selection in [
        command,
        &programs,
        engine,
        &["--package", "web-stage"],
        &["--package", "bench"],
    ] {
        let selection = [selection, &["--edges", "normal,build"]].concat();
        let other: Vec<String> = built(&selection).difference(&tests).cloned().collect();
        assert_eq!(other, Vec::<String>::new(), "{selection:?}");
    }
}

#[test]
fn relay_and_client_of_a_play_are_built_without_tls_and_page_and_nothing_else_for_their_sake() {
    let tests = built(&["--workspace", "--edges", "all"]);
    let programs = [
        "chat-server",
        "chat-client",
        "hostile-relay",
        "stage",
        "zoo",
    ];
    let mut selection = vec!["--no-default-features", "--edges", "normal,build"];
    selection.extend(programs.iter().flat_map(|name| ["-p", name]));
    let built = built(&selection);
    let other: Vec<&str> = built
        .difference(&tests)
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(other, ["chat-client", "chat-server"]);
    for left_out in ["ring ", "axum "] {
        assert!(!built.iter().any(|line| line.starts_with(left_out)));
        assert!(tests.iter().any(|line| line.starts_with(left_out)));
    }
}
