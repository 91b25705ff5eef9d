//! One file, played once for each combination of values.

use std::path::Path;

use scenario::{self, FileSource, LeaveHow, Scenario, Verb};

use super::{codes, scenarios};

fn cells(text: &str) -> Vec<Scenario> {
    scenario::parse(text, "t", Path::new("t.toml"), &scenarios())
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn with_matrix(matrix: &str) -> String {
    format!(
        r#"
title = "files of {{matrix:size}}"
clients = ["alice", "bob"]
[matrix]
{matrix}
[[steps]]
file = {{ from = "alice", to = "bob", size = "{{matrix:size}}" }}
[[steps]]
leave = {{ client = "bob", how = "{{matrix:how}}" }}
"#
    )
}

#[test]
fn each_combination_is_a_scenario_of_its_own() {
    let cells = cells(&with_matrix(
        "size = [\"1B\", 64]\nhow = [\"quit\", \"kill\"]",
    ));
    let ids: Vec<&str> = cells.iter().map(|cell| cell.id.as_str()).collect();
    assert_eq!(ids, ["t@1B,quit", "t@1B,kill", "t@64,quit", "t@64,kill"]);
    let Some(last) = cells.last() else {
        panic!("four cells");
    };
    assert_eq!(last.title, "files of 64");
    let verbs: Vec<&Verb> = last.steps.iter().map(|step| &step.verb).collect();
    assert!(matches!(
        verbs.as_slice(),
        [
            Verb::File {
                source: FileSource::Made(64),
                ..
            },
            Verb::Leave {
                how: LeaveHow::Kill,
                ..
            }
        ]
    ));
}

#[test]
fn a_bad_value_is_shown_where_it_is_used() {
    let text = with_matrix("size = [\"1B\"]\nhow = [\"quit\", \"explode\"]");
    let problems = scenario::parse(&text, "t", Path::new("t.toml"), &scenarios()).unwrap_err();
    let shown = problems.render(false);
    assert!(shown.contains("how = \"{matrix:how}\""), "{shown}");
    assert!(shown.contains("explode"), "{shown}");
}

#[test]
fn a_matrix_that_says_nothing_is_an_error() {
    let matrix = "size = [\"1B\", \"1B\"]\nhow = [\"quit\"]\nspare = [1]";
    assert_eq!(codes(&with_matrix(matrix)), ["S0143", "S0143"]);
    let endless: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    let matrix = format!("size = [{}]\nhow = [\"quit\"]", endless.join(", "));
    assert_eq!(codes(&with_matrix(&matrix)), ["S0143"]);
    assert_eq!(
        codes(&with_matrix("size = []\nhow = [\"quit\"]"))[0],
        "S0112"
    );
}

#[test]
fn without_a_matrix_its_placeholder_means_nothing() {
    let text = "title = \"t\"\nclients = [\"a\", \"b\"]\n[[steps]]\nsay = { from = \"a\", text = \"{matrix:x}\" }\n";
    assert_eq!(codes(text), ["S0129"]);
}
