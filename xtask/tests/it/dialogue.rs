//! Programs that ask before they are ready, each by an adapter that differs from that of
//! `client-asks` in what the test says.

use std::fs;

use serde_json::Value;

use crate::runs::root;
use crate::zoo::{play_file, red};

const TOUR: &str = "zoo/scenarios/tour.toml";

const NAME: &str = "[[client.dialogue]]\nawait = 'Name: $'\ntype = \"{name}\"\n";

/// What bob alone does otherwise.
fn bob_has(adapter: &str, fault: &str) -> String {
    let run = r#""--downloads", "{work}/downloads"]"#;
    let faulty = r#""--downloads", "{work}/downloads", "--name", "{name}", "--fault", "FAULT", "--faulty", "bob"]"#;
    changed(adapter, run, &faulty.replace("FAULT", fault))
}

fn changed(adapter: &str, from: &str, to: &str) -> String {
    assert!(adapter.contains(from), "the adapter lacks {from}");
    adapter.replace(from, to)
}

fn asks() -> String {
    fs::read_to_string(root().join("zoo/adapters/client-asks.toml")).unwrap()
}

/// Plays a scenario by this adapter: the result, and everything red in it.
fn played(adapter: &str, scenario: &str) -> (Value, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("adapter.toml");
    fs::write(&file, adapter).unwrap();
    let (_, result) = play_file(file.to_str().unwrap(), scenario, &[]);
    let output_text = red(&result).join("\n");
    (result, output_text)
}

/// All is well, but that nothing is encrypted.
fn is_honest(result: &Value, output_text: &str) -> bool {
    result["verdict"] == "plaintext" && output_text.lines().all(|line| line.contains("canary"))
}

#[test]
fn one_registers_and_the_others_log_in() {
    let branches = "[[client.dialogue]]\nawait = 'agree\\? $'\ntype = \"yes\"\noptional = true\n\n\
        [[client.dialogue]]\nany = [\n    { await = 'Choose a name: $', type = \"{name}\" },\n    \
        { await = 'Name: $', type = \"{name}\" },\n]\n";
    let adapter = changed(&bob_has(&asks(), "registers"), NAME, branches);
    let (result, output_text) = played(&adapter, TOUR);
    assert!(is_honest(&result, &output_text), "{output_text}");
}

#[test]
fn a_question_that_no_branch_answers_is_reported_with_what_was_awaited() {
    let (result, output_text) = played(&bob_has(&asks(), "registers"), TOUR);
    assert_eq!(result["verdict"], "fail");
    for words in [
        "its dialogue asks /Name: $/",
        "it is still running after 10s",
        "it has printed \\\"Do you agree? \\\" without a line break",
    ] {
        assert!(
            output_text.contains(words),
            "{words} is missing in {output_text}"
        );
    }
}

#[test]
fn a_dialogue_that_goes_silent_is_reported_with_the_question_that_did_not_come() {
    let (result, output_text) = played(&bob_has(&asks(), "stops-asking"), TOUR);
    assert_eq!(result["verdict"], "fail");
    for words in [
        "its dialogue asks /Password: $/",
        "it is still running after 10s",
    ] {
        assert!(
            output_text.contains(words),
            "{words} is missing in {output_text}"
        );
    }
}

#[test]
fn who_dies_during_its_dialogue_is_not_waited_for() {
    let (result, output_text) = played(&bob_has(&asks(), "dies-asking"), TOUR);
    assert_eq!(result["verdict"], "fail");
    for words in [
        "its dialogue asks /Password: $/",
        "it ended with status 1",
        "disconnected I have heard enough",
    ] {
        assert!(
            output_text.contains(words),
            "{words} is missing in {output_text}"
        );
    }
}

#[test]
fn a_value_in_a_file_of_the_relay_is_typed_into_every_client() {
    let adapter = asks();
    let (before, after) = adapter
        .split_once("# The first client creates a room")
        .unwrap();
    let (_, after) = after.split_once("[client.type]").unwrap();
    let adapter = format!(
        "{before}[[client.dialogue]]\nawait = 'new or join\\? $'\ntype = \"join\"\n\n\
         [[client.dialogue]]\nawait = 'Room: $'\ntype = \"room-{{number}}\"\n\n\
         [relay.captures]\nnumber = {{ file = \"{{work}}/relay.log\", pattern = ':(\\d+)' }}\n\n\
         [client.type]{after}"
    );
    let (result, output_text) = played(&adapter, TOUR);
    assert!(is_honest(&result, &output_text), "{output_text}");
}

#[test]
fn the_end_of_the_dialogue_can_be_the_sign_that_a_client_is_ready() {
    let adapter = changed(
        &asks(),
        "prompt = 'Enter message: '\n",
        "prompt = 'Enter message: '\nready = \"after-dialogue\"\n",
    );
    let adapter = changed(&adapter, "ready = 'ready \\S+ with \\S+'\n", "");
    let last = "[client.captures]";
    let shown = "[[client.dialogue]]\nawait = '^ready '\n\n[client.captures]";
    let (result, output_text) = played(&changed(&adapter, last, shown), TOUR);
    assert!(is_honest(&result, &output_text), "{output_text}");
}

#[test]
fn a_program_that_needs_a_terminal_says_so_where_it_has_none() {
    let adapter = changed(
        &asks(),
        "terminal = true\nprompt",
        "terminal = false\nprompt",
    );
    let (result, output_text) = played(&adapter, TOUR);
    assert_eq!(result["verdict"], "fail");
    for words in ["this program needs a terminal", "it ended with status 1"] {
        assert!(
            output_text.contains(words),
            "{words} is missing in {output_text}"
        );
    }
}

#[test]
fn a_line_that_a_terminal_would_cut_is_not_typed() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("long.toml");
    let text = "title = \"A line too long for a terminal\"\nclients = [\"alice\", \"bob\"]\n\n\
        [[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"{fill:5000}\" }\n";
    fs::write(&scenario, text).unwrap();
    let adapter = fs::read_to_string(root().join("zoo/adapters/plain-terminal.toml")).unwrap();
    let (result, output_text) = played(&adapter, scenario.to_str().unwrap());
    assert_eq!(result["verdict"], "fail", "{output_text}");
    let words =
        "alice runs on a terminal that hands over whole lines, and cuts them after 4095 bytes";
    assert!(output_text.contains(words), "{output_text}");
}
