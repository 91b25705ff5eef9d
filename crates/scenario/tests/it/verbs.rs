//! Every word of the language does something: what is described is also read, planned and explained.

use std::collections::BTreeSet;

use scenario::adapter::Typed;
use scenario::plan::{Action, explain};
use scenario::{FaultWord, Verb};
use strum::VariantArray as _;

use super::{planned, reference, with_steps};

/// A step with each verb.
const STEPS: [(&str, &str); 16] = [
    ("say", "{ from = \"alice\", text = \"hello\" }"),
    (
        "msg",
        "{ from = \"alice\", to = \"bob\", text = \"hello\" }",
    ),
    (
        "send",
        "{ from = \"alice\", to = \"bob\", text = \"hello\" }",
    ),
    (
        "file",
        "{ from = \"alice\", to = \"bob\", size = \"1KiB\" }",
    ),
    ("join", "{ client = \"mallory\" }"),
    ("leave", "{ client = \"carol\", how = \"kill\" }"),
    ("relay", "\"restart\""),
    ("fault", "{ client = \"bob\", kind = \"cut\" }"),
    ("heal", "{ client = \"all\" }"),
    (
        "room",
        "{ client = \"alice\", does = \"invite\", room = \"team\", who = \"bob\" }",
    ),
    ("type", "{ client = \"alice\", line = \"/who\" }"),
    (
        "expect",
        "{ client = \"alice\", event = \"joined\", who = \"bob\" }",
    ),
    ("never", "{ client = \"alice\", contains = \"oops\" }"),
    ("all", "{ steps = [{ relay = \"stop\" }] }"),
    (
        "repeat",
        "{ times = 2, steps = [{ heal = { client = \"bob\" } }] }",
    ),
    ("beat", "{ seconds = 1 }"),
];

/// What each kind of fault cannot do without.
const FAULTS: [(&str, &str); 16] = [
    ("delay", ", by = \"5ms\""),
    ("jitter", ", up_to = \"5ms\""),
    ("rate", ", bytes_per_second = 1000"),
    ("slice", ", bytes = 3"),
    ("cut", ""),
    ("half-open", ", direction = \"up\""),
    ("blackhole", ""),
    ("reset", ""),
    ("corrupt", ""),
    ("drop", ""),
    ("duplicate", ""),
    ("reorder", ""),
    ("hold", ", frames = 2"),
    ("replay", ""),
    ("truncate", ""),
    ("splice", ""),
];

fn step(verb: &str, holds: &str) -> String {
    format!("[[steps]]\n{verb} = {holds}\n")
}

#[test]
fn every_verb_of_the_language_is_read_as_itself_and_planned() {
    let schema = scenario::schema();
    let keys = schema["definitions"]["step"]["oneOf"].as_array().unwrap();
    let known: Vec<&str> = keys
        .iter()
        .map(|one| one["required"][0].as_str().unwrap())
        .collect();
    assert_eq!(known, STEPS.map(|(verb, _)| verb));
    for (verb, holds) in STEPS {
        let read = format!("{:?}", with_steps(&step(verb, holds)).steps[0].verb);
        assert!(read.to_lowercase().starts_with(verb), "{verb}: {read}");
        let plan = planned(&step(verb, holds));
        let page = explain(&plan);
        assert!(page.contains(&plan.steps[0].sentence), "{verb}: {page}");
        assert!(!plan.steps[0].sentence.is_empty(), "{verb}");
    }
}

#[test]
fn every_fault_of_the_language_is_read_as_itself_and_reported() {
    let known: Vec<&str> = FaultWord::VARIANTS.iter().map(|one| one.into()).collect();
    assert_eq!(known, FAULTS.map(|(kind, _)| kind));
    let mut sentences = BTreeSet::new();
    for (kind, more) in FAULTS {
        let step = step(
            "fault",
            &format!("{{ client = \"bob\", kind = \"{kind}\"{more} }}"),
        );
        let Verb::Fault { fault, .. } = &with_steps(&step).steps[0].verb else {
            panic!("{kind} is a fault");
        };
        assert_eq!(fault.kind.word(), kind);
        let plan = planned(&step);
        assert!(matches!(plan.steps[0].action, Action::Fault { .. }));
        assert!(sentences.insert(plan.steps[0].sentence.clone()), "{kind}");
    }
}

#[test]
fn the_reference_adapter_types_everything_that_can_be_typed() {
    let lines = reference().client.r#type;
    // Its files are accepted by themselves.
    let all = Typed::VARIANTS.iter();
    for verb in all.filter(|verb| **verb != Typed::Accept) {
        assert!(lines.lines(*verb).is_some(), "{verb:?}");
    }
}
