use insta::assert_snapshot;
use scenario::plan::{Mode, Pattern, Plan};

use super::planned;

/// Every expectation of the last step in one line: `bob once message from=alice text=x`.
fn last(steps: &str) -> String {
    let plan = planned(steps);
    plan.steps
        .last()
        .expect("there is a step")
        .expects
        .iter()
        .map(|one| compact(&plan, one))
        .collect::<Vec<_>>()
        .join("\n")
}

fn compact(plan: &Plan, one: &scenario::plan::Expectation) -> String {
    let mode = match one.mode {
        Mode::Eventually => "eventually",
        Mode::Never => "never",
        Mode::Once => "once",
    };
    let pattern = match &one.pattern {
        Pattern::Contains(text) => format!("contains {text}"),
        Pattern::Event { event, captures } => {
            let captures = captures
                .iter()
                .map(|(name, value)| format!(" {name}={value}"));
            format!("{}{}", event.word(), captures.collect::<String>())
        }
        Pattern::Exits => "exits".to_owned(),
        Pattern::Line(line) => format!("line {line}"),
        Pattern::Matches(regex) => format!("matches {regex}"),
        Pattern::SameFile { from, name } => format!("same file as {name} of {from}"),
    };
    let about = one
        .about
        .as_ref()
        .map_or_else(String::new, |about| format!(" (about {about})"));
    let line = format!("{} {mode} {pattern}{about}", one.client);
    plan.audit.canaries.iter().fold(line, |line, canary| {
        line.replace(&canary.text, &canary.name)
    })
}

/// Only alice, bob and carol are there: mallory is turned away.
fn three(step: &str) -> String {
    let refused = "[[steps]]\njoin = { client = \"mallory\", outcome = \"refused\" }";
    last(&format!("{refused}\n[[steps]]\n{step}\n"))
}

#[test]
fn say_is_shown_by_everyone_else() {
    assert_snapshot!(three("say = { from = \"alice\", text = \"see what I have {canary}\" }"), @"
    bob once message from=alice text=see what I have #1 (about alice)
    carol once message from=alice text=see what I have #1 (about alice)
    alice eventually sent to=all
    ");
}

#[test]
fn msg_is_shown_by_one_and_never_by_others() {
    assert_snapshot!(three("msg = { from = \"alice\", to = \"bob\", text = \"see what I have {canary}\" }"), @"
    bob once private from=alice text=see what I have #1 (about alice)
    carol never contains see what I have #1 (about alice)
    alice eventually sent to=bob
    ");
}

#[test]
fn a_short_text_is_forbidden_as_a_message_only() {
    assert_snapshot!(three("msg = { from = \"alice\", to = \"bob\", text = \"hi\" }"), @"
    bob once private from=alice text=hi (about alice)
    carol never message from=alice text=hi (about alice)
    carol never private from=alice text=hi (about alice)
    alice eventually sent to=bob
    ");
}

#[test]
fn what_is_refused_is_shown_by_nobody() {
    assert_snapshot!(
        three("msg = { from = \"alice\", to = \"zed\", text = \"this comes before {canary}\", outcome = \"refused\" }"), @"
        alice eventually refused
        bob never contains this comes before #1 (about alice)
        carol never contains this comes before #1 (about alice)
        ");
}

#[test]
fn what_does_not_arrive_is_reported_to_the_sender() {
    assert_snapshot!(
        three("msg = { from = \"alice\", to = \"bob\", text = \"this comes before {canary}\", outcome = \"undelivered\" }"), @"
        alice eventually undelivered to=bob
        bob never contains this comes before #1 (about alice)
        carol never contains this comes before #1 (about alice)
        ");
}

#[test]
fn a_file_arrives_and_both_sides_say_so() {
    assert_snapshot!(three("file = { from = \"alice\", to = \"bob\", size = \"1KiB\", as = \"a\" }"), @"
    bob eventually file_received from=alice
    bob eventually same file as a of alice
    alice eventually file_delivered to=bob
    ");
}

#[test]
fn a_file_that_does_not_arrive_is_reported_to_the_sender() {
    assert_snapshot!(
        three("file = { from = \"alice\", to = \"bob\", size = \"1KiB\", as = \"a\", outcome = \"undelivered\" }"), @"
        alice eventually file_failed with=bob
        bob never file_received from=alice (about alice)
        ");
}

#[test]
fn a_file_that_is_offered_is_only_announced() {
    assert_snapshot!(
        three("file = { from = \"alice\", to = \"bob\", size = \"1KiB\", outcome = \"offered\" }"), @"bob eventually file_offered from=alice");
}

#[test]
fn a_join_is_reported_to_the_others() {
    assert_snapshot!(
        last("[[steps]]\njoin = { client = \"mallory\", outcome = \"refused\" }\n[[steps]]\njoin = { client = \"carol\" }\n"), @"
        carol eventually ready
        alice once joined who=carol (about carol)
        bob once joined who=carol (about carol)
        ");
}

#[test]
fn a_refused_join_is_reported_to_nobody() {
    assert_snapshot!(last("[[steps]]\njoin = { client = \"mallory\", outcome = \"refused\" }\n"), @"
    mallory eventually refused
    mallory eventually exits
    alice never joined who=alice (about bob)
    bob never joined who=alice (about alice)
    carol never joined who=alice (about alice)
    ");
}

#[test]
fn a_refused_join_forbids_no_later_one_of_the_same_login() {
    let plan = planned(
        "[[steps]]\nleave = { client = \"alice\", how = \"quit\" }\n\
         [[steps]]\njoin = { client = \"mallory\", outcome = \"refused\" }\n\
         [[steps]]\njoin = { client = \"alice\" }\n",
    );
    assert!(
        plan.steps[1]
            .expects
            .iter()
            .all(|one| one.mode != Mode::Never)
    );
    // For somebody who comes twice, nothing is expected exactly once.
    assert!(
        plan.steps[2]
            .expects
            .iter()
            .all(|one| one.mode == Mode::Eventually)
    );
}

#[test]
fn a_leave_is_reported_to_the_others_and_the_program_ends() {
    assert_snapshot!(three("leave = { client = \"alice\", how = \"kill\" }"), @"
    bob once left who=alice
    carol once left who=alice
    alice eventually exits
    ");
}

#[test]
fn a_reset_is_seen_by_the_client_as_well() {
    assert_snapshot!(three("leave = { client = \"alice\", how = \"reset\" }"), @"
    bob once left who=alice
    carol once left who=alice
    alice eventually disconnected
    alice eventually exits
    ");
}

#[test]
fn a_client_that_vanishes_does_not_end() {
    assert_snapshot!(three("leave = { client = \"alice\", how = \"vanish\" }"), @"
    bob once left who=alice
    carol once left who=alice
    ");
}

#[test]
fn a_relay_that_goes_is_noticed_by_everyone() {
    assert_snapshot!(three("relay = \"kill\""), @"
    alice eventually disconnected
    alice eventually exits
    bob eventually disconnected
    bob eventually exits
    carol eventually disconnected
    carol eventually exits
    ");
}

#[test]
fn a_frozen_relay_and_a_typed_line_expect_nothing() {
    assert_eq!(three("relay = \"freeze\""), "");
    assert_eq!(three("type = { client = \"alice\", line = \"/who\" }"), "");
}

#[test]
fn explicit_expectations_name_people_by_their_logins() {
    assert_snapshot!(three("expect = { client = \"bob\", event = \"left\", who = \"mallory\" }"), @"bob eventually left who=alice");
    assert_snapshot!(three("never = { client = \"bob\", event = \"message\", from = \"alice\" }"), @"bob never message from=alice (about alice)");
    assert_snapshot!(three("expect = { client = \"bob\", pattern = '^x' }"), @"bob eventually matches ^x");
}

#[test]
fn the_same_text_said_to_all_later_does_not_contradict() {
    let plan = planned(
        "[[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"it is now and ever {canary:same}\" }\n\
         [[steps]]\nsay = { from = \"alice\", text = \"it is now and ever {canary:same}\" }\n",
    );
    let never: Vec<String> = plan.steps[0]
        .expects
        .iter()
        .filter(|one| one.mode == Mode::Never)
        .map(|one| compact(&plan, one))
        .collect();
    assert_eq!(
        never,
        [
            "carol never private text=it is now and ever same (about alice)",
            "mallory never private text=it is now and ever same (about alice)"
        ]
    );
}

#[test]
fn in_an_all_only_those_who_stay_are_asked() {
    let plan = planned(
        "[[steps]]\nall = { steps = [\n{ say = { from = \"alice\", text = \"this comes before {canary}\" } },\n\
         { leave = { client = \"carol\", how = \"kill\" } },\n{ join = { client = \"mallory\" } },\n] }\n",
    );
    let asked: Vec<String> = plan
        .all_steps()
        .nth(1)
        .unwrap()
        .expects
        .iter()
        .map(|one| one.client.clone())
        .collect();
    assert_eq!(asked, ["bob", "alice"]);
}

#[test]
fn the_early_are_reported_of_those_who_start_after_them() {
    let plan = planned("[[steps]]\njoin = { client = \"mallory\", outcome = \"refused\" }\n");
    let opening: Vec<String> = plan.opening.iter().map(|one| compact(&plan, one)).collect();
    assert_snapshot!(opening.join("\n"), @"
    alice once joined who=bob (about bob)
    alice once joined who=carol (about carol)
    bob once joined who=carol (about carol)
    ");
}
