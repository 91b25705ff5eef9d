//! Two implementations in one play.

use std::collections::BTreeMap;

use scenario::adapter;
use scenario::adapter::Typed;
use scenario::plan::{self, Action, Implementations};

use super::{parse, reference, scenarios};

const TEXT: &str = r#"
title = "t"
clients = ["alice", { name = "bob", adapter = "plain" }]
[[steps]]
say = { from = "bob", text = "hello, how are you all" }
[[steps]]
leave = { client = "bob", how = "quit" }
"#;

#[test]
fn each_client_is_driven_as_its_own_implementation_wants_it() {
    let scenario = parse(TEXT).unwrap();
    let reference = reference();
    let plain = adapter::load(&scenarios().join("../zoo/adapters/plain.toml")).unwrap();
    let cast = Implementations {
        main: &reference,
        others: BTreeMap::from([("plain".to_owned(), &plain)]),
    };
    let plan = plan::build(&scenario, cast, 1, &scenarios()).unwrap();
    assert_eq!(plan.adapter_of("bob").name, "plain");
    assert_eq!(plan.adapter_of("alice").name, "reference");
    assert_eq!(plan.adapter_of("relay").name, "reference");
    let Action::Type { line, .. } = &plan.steps[0].action else {
        panic!("a say is typed: {:?}", plan.steps[0].action);
    };
    let typed = plain.client.r#type.lines(Typed::Say).unwrap();
    let typed = typed.map(|line| line.0.replace("{text}", "hello, how are you all"));
    assert_eq!(*line, typed);
}

#[test]
fn an_implementation_that_is_not_here_is_said() {
    let scenario = parse(TEXT).unwrap();
    let why = plan::build(&scenario, &reference(), 1, &scenarios())
        .unwrap_err()
        .to_string();
    assert_eq!(why, "`bob` is played with `plain`, which is not here");
}

#[test]
fn a_client_that_speaks_otherwise_than_the_relay_cannot_be_played() {
    let scenario = parse(TEXT).unwrap();
    let reference = reference();
    let mut plain = adapter::load(&scenarios().join("../zoo/adapters/plain.toml")).unwrap();
    plain.wire.transport = adapter::Transport::Udp;
    let cast = Implementations {
        main: &reference,
        others: BTreeMap::from([("plain".to_owned(), &plain)]),
    };
    let why = plan::build(&scenario, cast, 1, &scenarios()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "`bob` is played with `plain`, which speaks udp, and the relay is that of `reference`, \
         which does not"
    );
}
