use insta::assert_snapshot;

use super::{codes, parse};

fn shown(text: &str) -> String {
    parse(text)
        .expect_err("this scenario is wrong")
        .render(false)
}

#[test]
fn a_misspelt_client_is_shown_with_a_suggestion() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alcie", text = "hello" }
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0122]: no client is named `alcie`
     --> test.toml:4:16
      |
    2 | clients = ["alice", "bob"]
      |            ------- did you mean this one?
    3 | [[steps]]
    4 | say = { from = "alcie", text = "hello" }
      |                ^^^^^^^ not in `clients`
      |
    help: change the name
      |
    4 - say = { from = "alcie", text = "hello" }
    4 + say = { from = "alice", text = "hello" }
      |
    "#);
}

#[test]
fn a_misspelt_key_is_shown_with_a_suggestion() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
say = { form = "alice", text = "hello" }
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0102]: `form` is not a key of `say`
     --> test.toml:4:9
      |
    4 | say = { form = "alice", text = "hello" }
      |         ^^^^ unknown key
      |
    help: did you mean `from`?
      |
    4 - say = { form = "alice", text = "hello" }
    4 + say = { from = "alice", text = "hello" }
      |
    "#);
}

#[test]
fn a_misspelt_verb_is_one_problem_and_not_two() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
expct = { client = "alice", event = "left" }
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0102]: `expct` is not a key of `step`
     --> test.toml:4:1
      |
    4 | expct = { client = "alice", event = "left" }
      | ^^^^^ unknown key
      |
    help: did you mean `expect`?
      |
    4 | expect = { client = "alice", event = "left" }
      |    +
    "#);
}

#[test]
fn a_misspelt_event_is_shown_with_a_suggestion() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
expect = { client = "alice", event = "joind" }
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0105]: `joind` is not a known value
     --> test.toml:4:38
      |
    4 | expect = { client = "alice", event = "joind" }
      |                                      ^^^^^^^ unknown value
      |
    help: did you mean `joined`?
      |
    4 | expect = { client = "alice", event = "joined" }
      |                                           +
    "#);
}

#[test]
fn two_verbs_in_a_step_are_shown_side_by_side() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "hello" }
relay = "stop"
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0110]: `step` has more than one verb
     --> test.toml:5:1
      |
    4 | say = { from = "alice", text = "hello" }
      | --- the first one
    5 | relay = "stop"
      | ^^^^^ a second one
      |
      = help: keep one of them here
    "#);
}

#[test]
fn an_unknown_placeholder_is_pointed_at_inside_of_its_text() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "the code is {cannary}" }
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0129]: `{cannary}` is not a placeholder
     --> test.toml:4:45
      |
    4 | say = { from = "alice", text = "the code is {cannary}" }
      |                                             ^^^^^^^^^ unknown placeholder, did you mean `{canary}`?
      |
      = help: known: `{canary}`, `{canary:name}`, `{n}` inside `repeat`, `{fill:1000}`
    "#);
}

#[test]
fn every_slip_of_syntax_is_shown() {
    let text = "title = \"t\nclients = [\"alice\", \"bob\"]\n[[steps]]\nsay = { from = alice }\n";
    assert_snapshot!(shown(text), @r#"
    error[S0101]: invalid basic string, expected `"`
     --> test.toml:1:11
      |
    1 | title = "t
      |           ^

    error[S0101]: string values must be quoted, expected literal string
     --> test.toml:4:16
      |
    4 | say = { from = alice }
      |                ^^^^^
    "#);
}

#[test]
fn a_slip_of_syntax_hides_no_bad_value_elsewhere() {
    let text =
        "title = t\nclients = [\"alice\"]\n[[steps]]\nwithin = \"5 sec\"\nrelay = \"stpo\"\n";
    assert_eq!(codes(text), ["S0101", "S0106", "S0105"]);
}

#[test]
fn four_different_mistakes_give_four_errors() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
tagz = []
[[steps]]
say = { from = "alcie", text = "hello" }
[[steps]]
within = "soon"
say = { from = "bob", text = "{what}" }
"#;
    assert_eq!(codes(text), ["S0102", "S0122", "S0106", "S0129"]);
    assert_eq!(shown(text).matches("error[S").count(), 4);
}

#[test]
fn a_file_that_is_not_there_is_a_problem_and_not_a_panic() {
    let path = std::path::Path::new("no/such/file.toml");
    let problems = scenario::load(path, std::path::Path::new("no")).unwrap_err();
    assert!(
        problems
            .render(false)
            .contains("error[S0111]: cannot read no/such/file.toml")
    );
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let shown = shown("title = \"\u{1b}[2J\"\n");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let problems = parse("tilte = \"t\"").unwrap_err();
    assert_ne!(problems.render(true), problems.render(false));
}

#[test]
fn every_code_has_a_page_and_no_two_are_the_same() {
    let ids: Vec<&str> = scenario::codes().map(|code| code.id).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    for id in ids {
        assert!(
            scenario::explain_code(id).is_some_and(|page| page.len() > 60),
            "{id}"
        );
    }
    assert_eq!(scenario::explain_code("S0199"), None);
}

#[test]
fn a_backslash_in_double_quotes_is_shown_with_the_quotes_that_leave_it_alone() {
    let text = "title = \"t\"\nclients = [\"alice\"]\n[[steps]]\nexpect = { client = \"alice\", pattern = \"\\d+\" }\n";
    let shown = shown(text);
    assert!(shown.contains("error[S0101]"), "{shown}");
    assert!(shown.contains("test.toml:4:"), "{shown}");
    assert!(shown.contains("in single quotes"), "{shown}");
}

#[test]
fn a_file_that_is_not_there_is_shown_with_the_directory_that_was_looked_in() {
    let step = "file = { from = \"alice\", to = \"bob\", path = \"fixtures/none.pdf\" }";
    let text = format!("title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n{step}\n");
    let place = super::scenarios().join("fixtures");
    let shown = shown(&text);
    assert!(
        shown.contains(&format!("looked for in {}", place.display())),
        "{shown}"
    );
}

#[test]
fn a_step_of_somebody_who_has_left_points_to_where_they_left() {
    let text = r#"title = "t"
clients = ["alice", "bob"]
[[steps]]
leave = { client = "bob", how = "kill" }
[[steps]]
say = { from = "bob", text = "hello" }
[[steps]]
relay = "stop"
[[steps]]
relay = "thaw"
"#;
    assert_snapshot!(shown(text), @r#"
    error[S0124]: `bob` has left
     --> test.toml:6:16
      |
    4 | leave = { client = "bob", how = "kill" }
      | ----- it leaves here
    5 | [[steps]]
    6 | say = { from = "bob", text = "hello" }
      |                ^^^^^
      |
      = help: add a `join` before this step

    error[S0126]: the relay is not running
      --> test.toml:10:9
       |
     8 | relay = "stop"
       | ----- the last step that changed this
     9 | [[steps]]
    10 | relay = "thaw"
       |         ^^^^^^
    "#);
}
