//! What a scenario cannot be played without, and what must fail as yet.

use scenario::adapter::{Adapter, Template, Typed};
use scenario::plan::{self, Mode, Pattern};
use scenario::{Capability, Need, RelayDoes, Scenario, adapter};
use strum::VariantArray as _;
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
        "`plain` declares that it cannot do `receipts`, which the scenario needs"
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
            "join = { client = \"bob\", outcome = \"refused\" }",
            EventKind::Refused,
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

const ALONE: &str = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\n\
    send = { from = \"alice\", to = \"bob\", text = \"good morning, bob, {canary}\" }\n";

/// Who must show the text that alice sends bob, and how.
fn shown_by(adapter: &Adapter) -> Vec<(String, EventKind)> {
    let scenario = parse(ALONE).unwrap();
    let plan = plan::build(&scenario, adapter, 1, &scenarios()).unwrap();
    let shown = plan.steps[0].expects.iter().filter_map(|one| {
        let Pattern::Event { event, .. } = &one.pattern else {
            return None;
        };
        (one.mode == Mode::Once).then(|| (one.client.clone(), *event))
    });
    shown.collect()
}

#[test]
fn a_text_is_sent_privately_where_the_program_can_and_to_everyone_elsewhere() {
    let private = [("bob".to_owned(), EventKind::Private)];
    let public = ["bob", "carol"].map(|name| (name.to_owned(), EventKind::Message));
    assert_eq!(shown_by(&reference()), private);
    let mut untyped = reference();
    untyped.client.r#type.0.remove(&Typed::Msg);
    assert_eq!(shown_by(&untyped), public);
    let mut unseen = reference();
    unseen.client.events.remove(&EventKind::Private);
    assert_eq!(shown_by(&unseen), public);
    let mut denied = reference();
    denied.cannot.push(Capability::Msg);
    assert_eq!(shown_by(&denied), public);
}

#[test]
fn a_text_that_is_lost_is_shown_by_nobody_and_asks_nothing_of_its_sender() {
    let scenario = parse(
        &ALONE
            .replace("send", "msg")
            .replace("{canary}\"", "{canary}\", outcome = \"lost\""),
    );
    let plan = plan::build(&scenario.unwrap(), &reference(), 1, &scenarios()).unwrap();
    let expects = plan.steps[0].expects.iter();
    let expects: Vec<(&str, Mode)> = expects.map(|one| (one.client.as_str(), one.mode)).collect();
    assert_eq!(expects, [("bob", Mode::Never), ("carol", Mode::Never)]);
}

#[test]
fn a_keep_alive_that_the_relay_never_hears_of_is_unsupported() {
    let scenario = parse(&format!("title = \"t\"\nkeepalive = \"1s\"\n{STEPS}")).unwrap();
    let mut adapter = reference();
    assert!(plan::build(&scenario, &adapter, 1, &scenarios()).is_ok());
    adapter.relay.run.retain(|one| !one.holds("keepalive"));
    let why = plan::build(&scenario, &adapter, 1, &scenarios()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "the scenario sets a keep-alive, but `reference` never passes it to its relay: put \
         `{keepalive}` into its `run`, `env` or dialogue"
    );
    let heard = Template("KEEPALIVE={keepalive}".to_owned());
    adapter.relay.env.insert("OPTIONS".to_owned(), heard);
    assert!(plan::build(&scenario, &adapter, 1, &scenarios()).is_ok());
}

#[test]
fn a_hostile_relay_is_played_by_an_adapter_that_is_made_for_it() {
    let hostile = format!("title = \"t\"\nrelay = {{ does = \"drops-one\" }}\n{STEPS}");
    let scenario = parse(&hostile).unwrap();
    let why = plan::build(&scenario, &reference(), 1, &scenarios()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "the scenario needs a relay that does `drops-one`, and that of `reference` is not made for it: \
         play it with zoo/adapters/hostile.toml, or put `{does}` into the relay's `run`"
    );
    let path = scenarios().join("../zoo/adapters/hostile.toml");
    let adapter = adapter::load(&path).unwrap();
    let plan = plan::build(&scenario, &adapter, 1, &scenarios()).unwrap();
    assert_eq!(plan.does, RelayDoes::DropsOne);
    let explained = plan::explain(&plan);
    assert!(
        explained.contains("The relay is hostile: it does drops-one"),
        "{explained}"
    );
    assert_eq!(codes(&hostile.replace("drops-one", "drop-one")), ["S0105"]);
    assert_eq!(codes(&hostile.replace("does", "dose")), ["S0102"]);
}

#[test]
fn every_opinion_of_the_reference_can_be_declined_by_name() {
    let mut modest = reference();
    modest
        .cannot
        .extend(Capability::VARIANTS.iter().filter(|one| {
            let word = <&str>::from(**one);
            word.starts_with("refuse-") || word == "control-characters"
        }));
    let (declined, others): (Vec<_>, Vec<_>) = all_of_the_suite()
        .into_iter()
        .partition(|one| plan::build(one, &modest, 1, &scenarios()).is_err());
    let declined: Vec<&str> = declined.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(
        declined,
        [
            "basics/to-an-unknown-name",
            "basics/to-oneself",
            "names/bad-names",
            "names/duplicate-login",
            "names/taken-by-another-key",
            "text/control-characters",
            "text/empty",
        ]
    );
    assert!(others.len() > 60, "{}", others.len());
}

/// Every scenario of the suite, by id.
fn all_of_the_suite() -> Vec<Scenario> {
    let mut all = Vec::new();
    for kind in std::fs::read_dir(scenarios()).unwrap() {
        let kind = kind.unwrap().path();
        let files = kind.is_dir().then(|| std::fs::read_dir(&kind).unwrap());
        for file in files.into_iter().flatten() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|one| one == "toml") {
                let id = path.strip_prefix(scenarios()).unwrap().with_extension("");
                let text = std::fs::read_to_string(&path).unwrap();
                let cells = scenario::parse(&text, id.to_str().unwrap(), &path, &scenarios());
                all.extend(cells.unwrap_or_else(|problems| panic!("{}", problems.render(false))));
            }
        }
    }
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all
}
