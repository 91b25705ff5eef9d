//! Each test types one command.

use std::fs;

use assert_cmd::Command;

/// What was printed, and the exit code.
fn xtask(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program of this package runs");
    let text = |bytes| String::from_utf8(bytes).expect("everything printed is UTF-8");
    let code = output.status.code().expect("it ended by itself");
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn bare_xtask_leads_with_a_demo_in_fifteen_lines() {
    let (code, out, err) = xtask(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.lines().count() <= 15, "{out}");
    let first = out
        .lines()
        .find(|line| line.contains("cargo xtask"))
        .unwrap();
    assert!(first.contains("cargo xtask demo three-clients"), "{out}");
}

#[test]
fn help_names_every_command_and_each_has_an_example() {
    let (code, out, _) = xtask(&["--help"]);
    assert_eq!(code, 0);
    for command in [
        "demo", "test", "check", "explain", "list", "new", "bench", "ci", "schema",
    ] {
        assert!(
            out.lines()
                .any(|line| line.trim_start().starts_with(command)),
            "{out}"
        );
        let (code, help, _) = xtask(&[command, "--help"]);
        assert_eq!(code, 0);
        assert!(help.contains("Example"), "{help}");
        assert!(help.contains(&format!("cargo xtask {command}")), "{help}");
    }
}

#[test]
fn a_new_scenario_is_written_once_and_never_over_another() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/basics/three-clients.toml"
    );
    let before = fs::read_to_string(path).unwrap();
    let (code, _, err) = xtask(&["new", "scenario", "basics/three-clients"]);
    assert_eq!(code, 2);
    assert!(err.contains("three-clients.toml already exists"), "{err}");
    assert_eq!(fs::read_to_string(path).unwrap(), before);
    let (code, _, err) = xtask(&["new", "scenario", "../escape"]);
    assert_eq!(code, 2);
    assert!(err.contains("not a valid scenario name"), "{err}");
}

#[test]
fn a_demo_of_nothing_offers_scenarios_with_their_lessons() {
    let (code, out, err) = xtask(&["demo"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("basics/three-clients  Three clients"), "{out}");
    assert!(
        out.contains("The relay moves every byte and can read none of them."),
        "{out}"
    );
    assert!(!out.contains("faults/hold"), "it has no lesson: {out}");
}

#[test]
fn wrong_flags_are_wrong_usage() {
    for arguments in [
        &["test", "--fly"][..],
        &["dance"],
        &["ci", "--only", "lunch"],
    ] {
        let (code, out, err) = xtask(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains("error:"), "{err}");
    }
}

#[test]
fn an_unknown_scenario_is_wrong_usage_and_says_where_to_look() {
    let (code, out, err) = xtask(&["check", "no-such-scenario-at-all"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("no scenario is called `no-such-scenario-at-all`"),
        "{err}"
    );
    assert!(!err.contains("did you mean"), "nothing is near: {err}");
    let (_, _, err) = xtask(&["check", "basics/tree-clients"]);
    assert!(
        err.contains("did you mean `basics/three-clients`?"),
        "{err}"
    );
}

#[test]
fn colours_are_as_the_environment_wants_them() {
    let list = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["list", "three-clients"])
            .env_remove("NO_COLOR");
        let output = command
            .env("FORCE_COLOR", "1")
            .env(name, value)
            .output()
            .unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("\u{1b}[")
    };
    assert!(list("FORCE_COLOR", "1"));
    assert!(!list("FORCE_COLOR", "0") && !list("NO_COLOR", "1"));
    assert!(list("NO_COLOR", ""), "an empty value says nothing");
}

#[test]
fn every_mistake_of_a_file_is_shown_at_once_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("wrong.toml");
    let text = "\
title = \"Four mistakes\"
clients = [\"alice\", \"bob\"]
colour = \"green\"

[[steps]]
say = { from = \"alcie\", text = \"hello\" }

[[steps]]
msg = { from = \"alice\", to = \"bob\" }

[[steps]]
leave = { client = \"bob\", how = \"slowly\" }
";
    fs::write(&file, text).unwrap();
    let (code, out, err) = xtask(&["check", file.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert_eq!(err.matches("error[S0").count(), 4, "{err}");
    for words in [
        "wrong.toml:3",
        "wrong.toml:6",
        "wrong.toml:9",
        "wrong.toml:12",
        "alice",
        "^",
    ] {
        assert!(err.contains(words), "{words} is missing in:\n{err}");
    }
    let sum = err.lines().last().unwrap();
    assert!(sum.contains(" in 1 file; `cargo xtask explain S0"), "{sum}");
}

#[test]
fn a_file_that_is_no_scenario_is_not_judged_as_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("empty.toml");
    for text in ["", "[package]\nname = \"chat\"\n"] {
        fs::write(&file, text).unwrap();
        let (code, _, err) = xtask(&["check", file.to_str().unwrap()]);
        assert_eq!(code, 2);
        assert!(err.contains("is not a scenario (`title`"), "{err}");
        assert!(!err.contains("is missing"), "{err}");
    }
}

#[test]
fn a_misspelt_option_is_answered_with_a_suggestion() {
    let (code, _, err) = xtask(&["test", "--tga", "audit"]);
    assert_eq!(code, 2);
    assert!(err.contains("'--tag'"), "{err}");
    assert!(!err.contains("as a value"), "{err}");
    let (code, _, err) = xtask(&["test", "--nothing-like-it"]);
    assert_eq!(code, 2);
    assert!(!err.contains("tip:"), "{err}");
}

#[test]
fn an_adapter_is_known_wherever_it_lies() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml");
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adapters.md");
    let docs = fs::read_to_string(docs).unwrap();
    let steps = docs.split("**1. Write the file.**").nth(1).unwrap();
    let example = steps.split("```toml\n").nth(1).unwrap();
    fs::write(&file, example.split("```").next().unwrap()).unwrap();
    let (code, out, err) = xtask(&["check", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out, "1 adapter checked, 2 warnings\n");
}

#[test]
fn a_file_that_is_not_there_is_wrong_usage() {
    let (code, _, err) = xtask(&["check", "nowhere/nothing.toml"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("there is no file nowhere/nothing.toml"),
        "{err}"
    );
}

#[test]
fn everything_in_the_repository_checks() {
    let (code, out, err) = xtask(&["check"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.ends_with("checked, no problems\n"), "{out}");
    assert!(err.ends_with("next: cargo xtask test\n"), "{err}");
}

#[test]
fn list_shows_ids_with_titles() {
    let (code, out, err) = xtask(&["list", "three-clients"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("basics/three-clients  "), "{out}");
    assert!(err.starts_with("next: cargo xtask explain NAME"), "{err}");
    let (code, _, _) = xtask(&["list", "no-such-scenario-at-all"]);
    assert_eq!(code, 2);
}

#[test]
fn explain_knows_codes_and_scenarios() {
    let (code, page, err) = xtask(&["explain", "S0122"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        page.contains("clients") && page.contains("For example:"),
        "{page}"
    );
    let (_, in_small_letters, _) = xtask(&["explain", "s0122"]);
    assert_eq!(in_small_letters, page);
    let (code, _, err) = xtask(&["explain", "S9999"]);
    assert_eq!(code, 2);
    assert!(err.contains("no error has the code S9999"), "{err}");
    let (code, out, err) = xtask(&["explain", "three-clients"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("alice"), "{out}");
    assert!(
        err.ends_with(
            "next: cargo xtask demo three-clients, then cargo xtask test three-clients\n"
        ),
        "{err}"
    );
}
