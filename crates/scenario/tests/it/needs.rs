//! What a scenario cannot be played without, and what must fail as yet.

use scenario::plan;
use scenario::{Capability, Need, adapter};
use timeline::EventKind;

use super::{codes, parse, reference, scenarios};

const STEPS: &str = "clients = [\"alice\", \"bob\"]\n[[steps]]\nsay = { from = \"alice\", text = \"hello, how are you all\" }\n";

#[test]
fn what_an_implementation_cannot_do_is_unsupported() {
    let scenario = parse(&format!("title = \"t\"\nneeds = [\"receipts\"]\n{STEPS}")).unwrap();
    assert_eq!(scenario.needs, [Need::Capability(Capability::Receipts)]);
    assert!(plan::build(&scenario, &reference(), 1, &scenarios()).is_ok());
    let path = scenarios().join("../zoo/adapters/plain.toml");
    let mut plain = adapter::load(&path).unwrap();
    plain.cannot.push(Capability::Receipts);
    let why = plan::build(&scenario, &plain, 1, &scenarios())
        .unwrap_err()
        .to_string();
    assert_eq!(
        why,
        "`plain` says that it cannot do `receipts`, which the scenario needs"
    );
}

#[test]
fn a_scenario_can_need_namespaces() {
    let scenario = parse(&format!("title = \"t\"\nneeds = [\"namespaces\"]\n{STEPS}")).unwrap();
    let plan = plan::build(&scenario, &reference(), 1, &scenarios()).unwrap();
    assert_eq!(
        plan.namespaces.as_deref(),
        Some("the scenario says that it needs them")
    );
}

#[test]
fn an_unknown_need_is_an_error() {
    let text = format!("title = \"t\"\nneeds = [\"recipets\"]\n{STEPS}");
    assert_eq!(codes(&text), ["S0105"]);
}

#[test]
fn an_outcome_that_nobody_would_show_is_unsupported() {
    let steps = [
        (
            "msg = { from = \"alice\", to = \"zed\", text = \"is anybody there?\", outcome = \"refused\" }",
            EventKind::Refused,
        ),
        (
            "file = { from = \"alice\", to = \"bob\", size = \"1KiB\", outcome = \"offered\" }",
            EventKind::FileOffered,
        ),
        (
            "msg = { from = \"alice\", to = \"bob\", text = \"can you hear me?\", outcome = \"undelivered\" }",
            EventKind::Undelivered,
        ),
        (
            "msg = { from = \"alice\", to = \"bob\", text = \"good morning to you\" }",
            EventKind::Private,
        ),
        (
            "say = { from = \"alice\", text = \"good morning to all\" }",
            EventKind::Message,
        ),
    ];
    for (step, event) in steps {
        let text = format!("title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n{step}\n");
        let scenario = parse(&text).unwrap();
        let mut adapter = reference();
        assert!(plan::build(&scenario, &adapter, 1, &scenarios()).is_ok());
        adapter.client.events.remove(&event);
        let why = plan::build(&scenario, &adapter, 1, &scenarios())
            .unwrap_err()
            .to_string();
        let says = format!(
            "`reference` has no pattern for the event `{}`",
            event.word()
        );
        assert!(why.starts_with(&says), "{why}");
        assert!(why.ends_with("add it to its [client.events]"), "{why}");
    }
}
