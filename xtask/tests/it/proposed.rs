//! Chats that nobody has described: their adapters are proposed, by what their sources say and their programs print.

use std::fs;
use std::path::Path;

use testing::can_be_had;

use crate::grading::{can_grade, has, sheet};
use crate::runs::{Runs, root};
use crate::screen::{Screen, has_tmux};

/// One in each language that starts at once. `CHATS=all cargo test -p xtask --test it proposed` plays them all.
const CHATS: [&str; 3] = ["c-arguments", "js-json", "pl-environment"];

const RUBRIC: &str = r#"
title = "What one says, the others hear"
tries = 1

[[items]]
id = "say"
title = "What one says, the others hear"
scenario = "basics/public"
counts = "behaviour"
points = 1
"#;

fn copy(chat: &str, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(root().join("zoo/chats").join(chat))
        .unwrap()
        .flatten()
    {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A chat whose language is not here is named, and left out.
fn can_be_built(chat: &str) -> bool {
    let compilers = [("go-", "go"), ("java-", "javac")];
    let needed = compilers.iter().find(|(of, _)| chat.starts_with(of));
    let missing = needed.filter(|(_, compiler)| !has(compiler));
    can_be_had(missing.map(|(_, compiler)| format!("{chat}: {compiler} is not installed")))
}

#[test]
fn submissions_without_an_adapter_are_graded_by_a_proposed_one() {
    if !can_grade(&["cc", "node", "perl", "python3"]) {
        return;
    }
    let (runs, class) = (Runs::new(), tempfile::tempdir().unwrap());
    let all = std::env::var("CHATS").is_ok_and(|which| which == "all");
    let chats: Vec<String> = if all {
        let dirs = fs::read_dir(root().join("zoo/chats")).unwrap().flatten();
        let names = dirs.map(|dir| dir.file_name().into_string().unwrap());
        names.filter(|name| can_be_built(name)).collect()
    } else {
        CHATS.map(str::to_owned).into()
    };
    for chat in &chats {
        copy(chat, &class.path().join("class").join(chat));
    }
    let at = |name: &str| class.path().join(name).display().to_string();
    fs::write(at("broadcast.toml"), RUBRIC).unwrap();
    let arguments = ["grade", &at("class"), "--rubric", &at("broadcast.toml")];
    let output = runs.xtask(&arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let grades = sheet(&runs.path().join("grades/broadcast"));
    let works = grades.values().filter(|cells| cells[4] == "1").count();
    println!(
        "{works} of {} got a working adapter: {grades:?}",
        chats.len()
    );
    // Five in six at least.
    assert!(works * 6 >= chats.len() * 5, "{grades:?}");
}

#[test]
fn new_adapter_writes_a_reason_for_each_line_and_tries_what_it_says() {
    if !can_grade(&["python3"]) {
        return;
    }
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let dir = dir.path().join("mine");
    copy("py-banner", &dir);
    let mine = dir.display().to_string();
    let output = runs.xtask(&["new", "adapter", &mine]).output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    for line in [
        "not found out: whether it sends files: `file`",
        "writes to everyone; the others receive it  yes",
        "writes to one; nobody else receives it     yes",
        "leaves when asked to                       yes",
        "shows who leaves                           yes",
    ] {
        assert!(out.contains(line), "{out}{err}");
    }
    let adapter = fs::read_to_string(dir.join("adapter.toml")).unwrap();
    for line in [
        "# When bob said something, alice saw `bob: …`.\nmessage = ",
        "# server.py knows this command.\nmsg = \"/msg {to} {text}\"",
        "ignore = [\"you: .*\"]",
    ] {
        assert!(adapter.contains(line), "{adapter}");
    }
    // What is there stays.
    let again = runs.xtask(&["new", "adapter", &mine]).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert_eq!(
        fs::read_to_string(dir.join("adapter.toml")).unwrap(),
        adapter
    );
}

#[test]
fn on_a_terminal_somebody_points_at_the_line_that_means_something() {
    if !can_grade(&["python3"]) || !has_tmux() {
        return;
    }
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let dir = dir.path().join("mine");
    copy("py-banner", &dir);
    let screen = Screen::of(100, 60, &runs, &format!("new adapter {}", dir.display()));
    for question in [
        "shows that a client is ready?",
        "shows that the other one has joined?",
    ] {
        screen.wait_for(&[question]);
        screen.press("Enter");
    }
    let shown = screen.wait_for(&["shows what the other one said to everyone?"]);
    let line = shown.lines().find(|line| line.contains("alice: bob: "));
    let number = line.and_then(|line| line.split_whitespace().next());
    screen.type_text(number.unwrap_or_else(|| panic!("bob was not heard:\n{shown}")));
    screen.press("Enter");
    screen.wait_for(&["shows that somebody has left?"]);
    screen.press("Enter");
    screen.wait_for(&[
        "writes to everyone; the others receive it  yes",
        "exit code: 0",
    ]);
    let adapter = fs::read_to_string(dir.join("adapter.toml")).unwrap();
    let pointed = "# You chose a line that means this.\nmessage = ";
    assert!(adapter.contains(pointed), "{adapter}");
    assert_eq!(adapter.matches("You chose").count(), 1, "{adapter}");
}

#[test]
fn a_scenario_is_tried_on_a_directory_without_an_adapter() {
    if !can_grade(&["python3"]) {
        return;
    }
    let runs = Runs::new();
    let output = runs
        .xtask(&["try", "basics/public", "zoo/chats/py-prompted"])
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    // It works, and its relay reads everything.
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("PLAINTEXT"), "{err}");
    let nothing = runs
        .xtask(&["try", "basics/public", "zoo/samples/hal"])
        .output()
        .unwrap();
    assert_eq!(nothing.status.code(), Some(2), "{nothing:?}");
    let err = String::from_utf8_lossy(&nothing.stderr);
    assert!(err.contains("no file is a program"), "{err}");
}
