use std::collections::BTreeSet;

use scenario::plan::{self, Plan};

use insta::assert_snapshot;

use super::{planned, reference, scenarios, with_steps};
use scenario::adapter::Typed;

fn three_clients(seed: u64) -> Plan {
    let path = scenarios().join("basics/three-clients.toml");
    let cells = scenario::load(&path, &scenarios()).expect("it is a good scenario");
    plan::build(&cells[0], &reference(), seed, &scenarios()).expect("the reference can do it")
}

fn canaries(plan: &Plan) -> BTreeSet<String> {
    plan.audit
        .canaries
        .iter()
        .map(|canary| canary.text.clone())
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_plan() {
    let json = |seed| serde_json::to_string(&three_clients(seed)).unwrap();
    assert_eq!(json(1), json(1));
    assert_ne!(json(1), json(2));
}

#[test]
fn another_seed_gives_other_canaries() {
    assert!(canaries(&three_clients(1)).is_disjoint(&canaries(&three_clients(2))));
    assert_ne!(three_clients(1).control, three_clients(2).control);
}

#[test]
fn other_words_are_as_long_and_nothing_else_differs() {
    let path = scenarios().join("basics/three-clients.toml");
    let cells = scenario::load(&path, &scenarios()).expect("it is a good scenario");
    let with = |texts, control| {
        let other = plan::OtherWords { texts, control };
        let plan = plan::build_with(&cells[0], &reference(), (1, other), &scenarios());
        plan.expect("the reference can do it")
    };
    let first = three_clients(1);
    let json = |plan: &Plan| serde_json::to_string(plan).unwrap();
    assert_eq!(json(&with(false, false)), json(&first));
    let said = with(true, false);
    assert!(canaries(&said).is_disjoint(&canaries(&first)));
    assert_eq!(said.control, first.control);
    let seen = with(false, true);
    assert_eq!(canaries(&seen), canaries(&first));
    assert_ne!(seen.control, first.control);
    for other in [said, seen] {
        assert_eq!(json(&other).len(), json(&first).len());
    }
}

#[test]
fn a_plan_survives_its_file() {
    let plan = three_clients(3);
    let json = serde_json::to_string(&plan).unwrap();
    let read: Plan = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
}

#[test]
fn canaries_have_one_length_one_prefix_and_no_twin() {
    let plan = planned(
        "[[steps]]\n[steps.repeat]\ntimes = 500\nsteps = [{ say = { from = \"alice\", text = \"this has number {n} {canary}\" } }]\n",
    );
    let all = canaries(&plan);
    assert_eq!(all.len(), 500);
    let prefixes: BTreeSet<&str> = all
        .iter()
        .map(|text| text.split_once('-').unwrap().0)
        .collect();
    assert_eq!(prefixes.len(), 1);
    assert!(all.iter().all(|text| text.len() == scenario::CANARY_LENGTH));
    let prefix = prefixes.first().unwrap().to_lowercase();
    assert_eq!(prefix.len(), 8);
    assert!(!plan.control.contains(&prefix));
}

#[test]
fn the_prefix_is_the_same_in_all_plays_of_a_run() {
    let with_id = |id: &str| {
        let mut scenario = with_steps(
            "[[steps]]\nsay = { from = \"alice\", text = \"this comes before {canary}\" }\n",
        );
        scenario.id = id.to_owned();
        let plan = plan::build(&scenario, &reference(), 9, &scenarios()).unwrap();
        plan.audit.canaries[0].text.clone()
    };
    let (one, two) = (with_id("one"), with_id("two"));
    assert_ne!(one, two);
    assert_eq!(one[..9], two[..9]);
}

#[test]
fn a_named_canary_is_the_same_again() {
    let plan = planned(
        "[[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"it is now and ever {canary:vault}\" }\n\
         [[steps]]\nexpect = { client = \"bob\", contains = \"{canary:vault}\" }\n",
    );
    assert_eq!(plan.audit.canaries.len(), 1);
    assert!(
        plan.steps[1]
            .sentence
            .contains(&plan.audit.canaries[0].text)
    );
}

#[test]
fn texts_without_a_canary_are_searched_for_when_long_enough_and_blind_otherwise() {
    let plan = planned(
        "[[steps]]\nsay = { from = \"alice\", text = \"fifteen bytes..\" }\n\
         [[steps]]\nsay = { from = \"alice\", text = \"sixteen bytes...\" }\n\
         [[steps]]\nsay = { from = \"alice\", text = \"this comes before {canary}\" }\n",
    );
    let texts: Vec<&str> = plan
        .audit
        .texts
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    assert_eq!(texts, ["sixteen bytes..."]);
    let blind: Vec<&str> = plan
        .audit
        .blind
        .iter()
        .map(|(step, _)| step.0.as_str())
        .collect();
    assert_eq!(blind, ["1"]);
}

#[test]
fn fences_are_said_by_those_who_are_there_and_shown_by_those_who_listened() {
    let plan = planned(
        "[[steps]]\nsay = { from = \"alice\", text = \"this comes before {canary}\" }\n\
         [[steps]]\nmsg = { from = \"bob\", to = \"alice\", text = \"this comes before {canary}\" }\n\
         [[steps]]\nsay = { from = \"carol\", text = \"this comes before {canary}\" }\n\
         [[steps]]\nleave = { client = \"carol\", how = \"quit\" }\n\
         [[steps]]\nleave = { client = \"mallory\", how = \"quit\" }\n",
    );
    let fences: Vec<String> = plan
        .closing
        .fences
        .iter()
        .map(|fence| {
            format!(
                "{} -> {} ({}): {}",
                fence.from,
                fence.observers.join(","),
                fence.leaving.join(","),
                fence.line.lines()[0]
            )
        })
        .collect();
    let control = &plan.control;
    assert_eq!(
        fences,
        [
            format!("alice -> bob (carol,mallory): /say fence-{control}-alice"),
            format!("bob -> alice (carol,mallory): /say fence-{control}-bob"),
            format!("carol ->  (alice,bob,mallory): /say fence-{control}-carol"),
        ]
    );
}

#[test]
fn who_has_no_public_messages_says_a_last_word_to_each_who_listened() {
    let steps = with_steps(
        "[[steps]]\nsend = { from = \"alice\", to = \"bob\", text = \"this is for bob alone, {canary}\" }\n\
         [[steps]]\nleave = { client = \"mallory\", how = \"quit\" }\n",
    );
    let mut private = reference();
    private.client.r#type.0.remove(&Typed::Say);
    let plan = plan::build(&steps, &private, 7, &scenarios()).unwrap();
    let fences = plan.closing.fences.iter();
    let fences: Vec<(&str, Vec<String>)> = fences
        .map(|fence| (fence.line.lines()[0].as_str(), fence.observers.clone()))
        .collect();
    let line = |to: &str| format!("/msg {to} fence-{}-alice-{to}", plan.control);
    let (bob, carol) = (line("bob"), line("carol"));
    let mallory = format!("/msg alice fence-{}-alice-mallory", plan.control);
    let expected = [
        (bob.as_str(), vec!["bob".to_owned()]),
        (carol.as_str(), vec!["carol".to_owned()]),
        (mallory.as_str(), vec![]),
    ];
    assert_eq!(fences, expected);
}

#[test]
fn turns_of_a_repeat_are_written_out_with_ids_of_their_own() {
    let plan = planned(
        "[[steps]]\nbeat = { seconds = 1 }\n[[steps]]\nnote = \"again\"\n[steps.repeat]\ntimes = 2\nsteps = [\n\
         { say = { from = \"alice\", text = \"turn {n}\" } },\n{ beat = { seconds = 1 } },\n]\n",
    );
    let ids: Vec<&str> = plan.all_steps().map(|step| step.id.0.as_str()).collect();
    assert_eq!(ids, ["1", "2.1", "2.2", "2.3", "2.4"]);
    assert_eq!(plan.steps[1].note.as_deref(), Some("again"));
    assert_eq!(plan.steps[3].sent.as_ref().unwrap().text, "turn 2");
}

#[test]
fn a_deadline_around_steps_is_theirs() {
    let plan = planned(
        "[[steps]]\nwithin = \"30s\"\n[steps.all]\nsteps = [{ say = { from = \"alice\", text = \"x\" } }]\n",
    );
    let inner = plan.all_steps().nth(1).unwrap();
    assert!(inner.expects.iter().all(|one| one.within.as_secs() == 30));
}

#[test]
fn what_an_implementation_cannot_do_is_said() {
    let unsupported = |steps: &str, change: fn(&mut scenario::adapter::Adapter)| {
        let mut adapter = reference();
        change(&mut adapter);
        plan::build(&with_steps(steps), &adapter, 1, &scenarios())
            .unwrap_err()
            .to_string()
    };
    let say = "[[steps]]\nsay = { from = \"alice\", text = \"two\\nlines\" }\n";
    assert_snapshot!(unsupported(say, |adapter| { adapter.client.r#type.0.remove(&Typed::Say); }), @"`reference` has no way to do `say`");
    assert_snapshot!(unsupported(say, |adapter| adapter.client.escapes = scenario::adapter::Escapes::Raw), @"`reference` cannot type a text with line breaks");
    assert_snapshot!(unsupported(say, |adapter| adapter.cannot.push(scenario::Capability::Say)), @"`reference` has no way to do `say`");
    let expect = "[[steps]]\nexpect = { client = \"alice\", event = \"reconnected\" }\n";
    assert_snapshot!(unsupported(expect, |_| ()), @"`reference` has no pattern for the event `reconnected`");
}

#[test]
fn a_plan_is_explained_in_sentences() {
    let page = plan::explain(&three_clients(1));
    for sentence in [
        "alice says to bob alone: “the vault code is ",
        "- manager never shows “the vault code is ",
        "- the file that manager received is the one that bob sent, within 10s",
        "canary vault = ",
        "any part of the file plan.pdf of bob",
        "the traffic: relay-",
        "docs/threat-model.md lists such places",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
}

/// The plan of steps for an adapter in which something is replaced.
fn planned_with(steps: &str, before: &str, after: &str) -> Result<Plan, String> {
    let text = std::fs::read_to_string(scenarios().join("../adapters/reference.toml")).unwrap();
    assert!(text.contains(before), "{before}");
    let text = text.replace(before, after);
    let adapter = scenario::adapter::parse(&text, std::path::Path::new("other.toml")).unwrap();
    plan::build(&with_steps(steps), &adapter, 1, &scenarios()).map_err(|why| why.to_string())
}

#[test]
fn who_types_no_recipient_is_for_two_people_only() {
    let msg = "[[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"hello you there\" }\n";
    let why = planned_with(msg, "/msg {to} {text}", "{text}").unwrap_err();
    assert_snapshot!(why, @"`other` types no `{to}` for `msg`, so it is for two people only, and the scenario has 4 clients");
}

#[test]
fn what_a_terminal_acts_on_cannot_be_typed_on_one() {
    let say = "[[steps]]\nsay = { from = \"alice\", text = \"ab\u{1b}cd\" }\n"
        .replace('\u{1b}', "\\u001b");
    let raw = "escapes = \"raw\"\nterminal = true";
    let why = planned_with(&say, "escapes = \"backslash\"", raw).unwrap_err();
    assert_snapshot!(why, @"`other` runs on a terminal, which acts on U+001B instead of passing it on: this cannot be typed on a terminal");
    planned_with(&say, "escapes = \"backslash\"", "escapes = \"raw\"").unwrap();
}

#[test]
fn a_recipient_consents_to_a_file_in_the_step_that_sends_it() {
    let file = "[[steps]]\nfile = { from = \"alice\", to = \"bob\", size = 100 }\n";
    let accept = "accept = [{ await = 'take it\\?', type = \"/yes {from} {file}\" }]\nmsg  =";
    let plan = planned_with(file, "msg  =", accept).unwrap();
    let plan::Action::Type { answer, .. } = &plan.steps[0].action else {
        panic!("a file is typed: {:?}", plan.steps[0].action);
    };
    let answer = answer.as_ref().unwrap();
    let sent = &plan.steps[0].sent.as_ref().unwrap().text;
    assert_eq!(answer.client, "bob");
    assert_eq!(*answer.line.lines()[0], format!("/yes alice {sent}"));
}
