//! What somebody meets who writes a scenario or an adapter for the first time.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::runs::{Runs, root};

/// What was printed, and the exit code.
fn said(mut xtask: Command) -> (i32, String, String) {
    let output = xtask.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// A scenario elsewhere that has no snapshot.
fn scenario(dir: &Path) -> String {
    let text = "title = \"Mine\"\nclients = [\"alice\", \"bob\"]\n\
        [[steps]]\nsay = { from = \"alice\", text = \"good morning, everybody: {canary}\" }\n";
    let file = dir.join("mine.toml");
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn a_demo_needs_no_snapshot_and_the_test_does() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let file = scenario(dir.path());
    let (code, out, err) = said(runs.xtask(&["demo", &file]));
    assert_eq!(code, 0, "{out}{err}");
    assert!(!out.contains("snapshot"), "people see another face: {out}");
    let mut test = runs.xtask(&["test", &file]);
    test.env("CI", "true");
    let (code, _, err) = said(test);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("none is stored"), "{err}");
}

#[test]
fn a_foreign_adapter_has_no_snapshots_whatever_it_is_called_and_its_line_repeats_it() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let dir = dir.path().join("a b");
    fs::create_dir(&dir).unwrap();
    let adapter = dir.join("reference.toml");
    fs::copy(root().join("zoo/adapters/plain.toml"), &adapter).unwrap();
    let adapter = adapter.display().to_string();
    let (_, _, err) = said(runs.xtask(&["test", "basics/public", "--adapter", &adapter]));
    assert!(err.contains("PLAINTEXT"), "{err}");
    assert!(
        !err.contains("snapshot") && !err.contains("matches its snapshot"),
        "{err}"
    );

    let file = dir.join("it's mine.toml");
    fs::copy(scenario(&dir), &file).unwrap();
    let file = file.display().to_string();
    let fault = "relay_fault=falls-silent";
    let played = [
        "test",
        &file,
        "--adapter",
        &adapter,
        "--set",
        fault,
        "--seed",
        "7",
    ];
    let (code, _, err) = said(runs.xtask(&played));
    let line = err.lines().find_map(|line| {
        let line = line.trim().strip_prefix("repeat it")?;
        line.trim().strip_prefix("cargo xtask ")
    });
    let words = shell_words::split(line.unwrap()).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let sorted = |words: &[&str]| {
        words
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(sorted(&words), sorted(&played));
    let (again, _, _) = said(runs.xtask(&words));
    assert_eq!((code, again), (3, 3));
}

#[test]
fn a_scenario_with_a_matrix_is_explained_wherever_it_lies() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sizes.toml");
    let text = "title = \"Sizes\"\nclients = [\"alice\", \"bob\"]\n\
        [matrix]\nsize = [\"1KiB\", \"64KiB\"]\n\
        [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"{matrix:size}\" }\n";
    fs::write(&file, text).unwrap();
    let runs = Runs::new();
    let explain = |what: String| said(runs.xtask(&["explain", &what]));
    let whole = file.display().to_string();
    let (code, out, err) = explain(whole.clone());
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("sizes@1KiB: Sizes") && out.contains("sizes@64KiB: Sizes"),
        "{out}"
    );
    let (code, out, err) = explain(format!("{whole}@64KiB"));
    assert_eq!(code, 0, "{err}");
    assert!(
        !out.contains("sizes@1KiB") && out.contains("sizes@64KiB"),
        "{out}"
    );
    let (code, _, err) = said(runs.xtask(&["demo", &whole]));
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains(&format!("{whole}@1KiB, {whole}@64KiB; name one of them")),
        "{err}"
    );
}

/// The adapter of the honest pair with another one of its lines, and what `basics/public` says
/// of it.
fn played_with(was: &str, is: &str) -> String {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let plain = fs::read_to_string(root().join("zoo/adapters/plain.toml")).unwrap();
    assert_eq!(plain.matches(was).count(), 1, "{was}");
    let file = dir.path().join("mine.toml");
    fs::write(&file, plain.replace(was, is)).unwrap();
    let adapter = file.display().to_string();
    let (code, _, err) = said(runs.xtask(&["test", "basics/public", "-v", "--adapter", &adapter]));
    assert_eq!(code, 1, "{err}");
    for line in err.lines().filter(|line| line.contains("look at it")) {
        let file = line
            .trim_start_matches(" ")
            .trim_start_matches("look at it");
        assert!(Path::new(file.trim()).is_file(), "{line}");
    }
    err
}

#[test]
fn a_notice_that_no_pattern_finds_is_reported_of_the_one_who_was_to_show_it() {
    let err = played_with(r"joined (?<who>\S+)", r"\* (?<who>\S+) is here");
    assert!(
        err.contains("FAIL  alice sees that bob has joined"),
        "{err}"
    );
    let got = "alice printed \"joined bob\", which matches no event of its adapter; `joined` is /";
    assert!(err.contains(got), "{err}");
    assert!(!err.contains("FAIL  bob gets ready"), "{err}");
}

#[test]
fn a_relay_that_listens_elsewhere_is_reported_with_both_ports() {
    let err = played_with(
        r"{ line = '.*: listening on 127\.0\.0\.1:(?<port>\d+)' }",
        "{ listens = 7411 }",
    );
    let output_text =
        "awaited: the relay gets ready, by listening on port 7411 (it listens on 127.0.0.1:";
    assert!(err.contains(output_text), "{err}");
}

#[test]
fn check_reads_a_scenario_and_an_adapter_of_one_name_and_warns_of_programs_that_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = dir.path();
    for name in ["xtask", "scenarios/chats", "adapters"] {
        fs::create_dir_all(workspace.join(name)).unwrap();
    }
    fs::rename(
        scenario(workspace),
        workspace.join("scenarios/chats/mine.toml"),
    )
    .unwrap();
    let plain = fs::read_to_string(root().join("zoo/adapters/plain.toml")).unwrap();
    let lacking = plain
        .replace("{ cargo = \"plain-client\" }", "{ path = \"../chat\" }")
        .replace("{ cargo = \"plain-relay\" }", "{ cargo = \"chat-sevrer\" }");
    assert_ne!(plain, lacking);
    fs::write(workspace.join("adapters/mine.toml"), lacking).unwrap();
    let runs = Runs::new();
    let mut check = runs.xtask(&["check", "mine"]);
    check.env("CARGO_MANIFEST_DIR", workspace.join("xtask"));
    let (code, out, err) = said(check);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out, "1 scenario, 1 adapter checked, 2 warnings\n");
    for [warning, line] in [
        [
            "warning: the program `client` cannot be started: no ../chat beside it",
            "client = { path = \"../chat\" }",
        ],
        [
            "warning: this workspace has no program called `chat-sevrer`; did you mean `chat-server`?",
            "relay = { cargo = \"chat-sevrer\" }",
        ],
    ] {
        let shown = err
            .split_once(warning)
            .and_then(|(_, rest)| rest.split_once(line));
        let (place, rest) = shown.unwrap_or_else(|| panic!("{warning}: {err}"));
        assert!(place.contains("adapters/mine.toml:"), "{err}");
        assert!(
            rest.trim_start_matches([' ', '|', '\n']).starts_with('^'),
            "{err}"
        );
    }
}
