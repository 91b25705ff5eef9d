use std::collections::BTreeMap;
use std::path::Path;

use insta::assert_snapshot;
use matching::Recogniser;
use proptest::prelude::*;
use scenario::Keys;
use scenario::adapter::{
    self, ClientReady, Copy, Escapes, LinePatterns, Program, ReadyWhen, Template, Typed,
};
use timeline::EventKind;

use super::{reference, workspace};

const SMALL: &str = r#"
about = "small"
[programs]
relay = { path = "relay.py" }
[relay]
run = ["{relay}"]
ready = { listens = 5000 }
keepalive = "20s"
[client]
run = ["{relay}", "{name}"]
[client.type]
say = "{text}"
[client.events]
ready = 'hello (?<name>\w+)'
"#;

fn codes(text: &str) -> Vec<&'static str> {
    let problems = adapter::parse(text, Path::new("test.toml")).expect_err("this adapter is wrong");
    problems
        .list
        .iter()
        .map(|problem| problem.code.id)
        .collect()
}

#[test]
fn a_small_adapter_is_enough() {
    let adapter = adapter::parse(SMALL, Path::new("adapters/small.toml")).unwrap();
    assert_eq!(adapter.name, "small");
    assert_eq!(
        adapter.programs["relay"],
        Program::Path("relay.py".to_owned())
    );
    assert_eq!(adapter.client.escapes, Escapes::Raw);
    assert!(!adapter.client.exits_when_relay_gone);
}

#[test]
fn a_client_that_prints_nothing_when_it_is_ready_has_other_signs() {
    let without = SMALL.replace("ready = 'hello (?<name>\\w+)'", "");
    let ready = |keys: &str| {
        let text = without.replace("[client]\n", &format!("[client]\n{keys}\n"));
        adapter::parse(&text, Path::new("test.toml")).map(|adapter| adapter.client.ready)
    };
    assert_eq!(
        ready("ready = \"connected\"").unwrap(),
        ClientReady::Connected
    );
    assert_eq!(ready("settle = \"1s\"").unwrap(), ClientReady::Event);
    let why = ready("ready = \"joined\"").unwrap_err().list;
    assert!(why[0].title.contains("its event `joined`"), "{why:?}");
    let why = ready("").unwrap_err().list;
    assert!(why[0].title.contains("nothing shows"), "{why:?}");
}

#[test]
fn what_only_some_patterns_of_an_event_tell_is_asked_of_none() {
    let of = |patterns: &str| {
        let text = SMALL.replace(
            "[client.events]\n",
            &format!("[client.events]\nmessage = {patterns}\n"),
        );
        adapter::parse(&text, Path::new("test.toml"))
    };
    let both = of(r"['(?<from>\w+): (?<text>.*)', 'all: (?<text>.*)']").unwrap();
    let both = &both.client.events[&EventKind::Message];
    assert_eq!((both.tell("text"), both.tell("from")), (true, false));
    // A saved run holds one pattern as it has always been written.
    let one = &of("'(?<text>.*)'").unwrap().client.events[&EventKind::Message];
    assert_eq!(serde_json::to_value(one).unwrap(), "(?<text>.*)");
    for patterns in [one, both] {
        let written = serde_json::to_string(patterns).unwrap();
        assert_eq!(
            &serde_json::from_str::<LinePatterns>(&written).unwrap(),
            patterns
        );
    }
    let why = of(r"['(?<text>.*)', '(?<who>.*)']").unwrap_err();
    assert!(why.list[0].title.contains("`who`"), "{:?}", why.list);
    assert!(of("[]").is_err());
}

#[test]
fn a_verb_may_be_a_small_dialogue() {
    let dialogue = "say = [\"1\", { await = 'Text: $', pause = \"50ms\", type = \"{text}\" }]";
    let text = SMALL.replace("say = \"{text}\"", dialogue);
    let adapter = adapter::parse(&text, Path::new("test.toml")).unwrap();
    let lines = adapter.client.r#type.lines(Typed::Say).unwrap();
    let each: Vec<String> = lines
        .each()
        .iter()
        .map(|one| {
            format!(
                "{:?} {:?} {:?}",
                one.r#await,
                one.pause,
                one.r#type.map(|line| &line.0)
            )
        })
        .collect();
    assert_eq!(
        each,
        [
            r#"None 0ns Some("1")"#,
            r#"Some("Text: $") 50ms Some("{text}")"#
        ]
    );
    let without = SMALL.replace("say = \"{text}\"", "say = [\"1\", \"2\"]");
    assert_eq!(codes(&without), ["A0226"]);
    let unasked = SMALL.replace("say =", "accept = \"yes\"\nsay =");
    assert_eq!(codes(&unasked), ["A0227"]);
}

#[test]
fn what_a_client_shows_besides_is_read() {
    let more =
        "[client]\nrepeats_own = true\nwrites_in_place = true\nignore = ['\\* .*', 'motd']\n";
    let text = SMALL.replace("[client]\n", more);
    let adapter = adapter::parse(&text, Path::new("small.toml")).unwrap();
    assert!(adapter.client.repeats_own && !adapter.client.repeats_history);
    assert!(adapter.client.writes_in_place);
    assert_eq!(adapter.client.ignore, ["\\* .*", "motd"]);
    let recogniser = Recogniser::new(&adapter.client);
    assert!(recogniser.seen("hello bob").is_some());
}

#[test]
fn every_mistake_of_meaning_has_its_code() {
    for (before, after, code) in [
        ("[client]\n", "[client]\nignore = ['(']\n", "A0221"),
        ("[client]\n", "[client]\nignore = ['(?<who>x)']\n", "A0222"),
        (
            "[client.events]",
            "[controls]\nwire = \"lobby\"\n[client.events]",
            "A0230",
        ),
        (
            "\"{relay}\", \"{name}\"",
            "\"{realy}\", \"{name}\"",
            "A0220",
        ),
        (
            "run = [\"{relay}\"]",
            "run = [\"{relay}\", \"{port}\"]",
            "A0220",
        ),
        ("run = [\"{relay}\"]", "run = [\"{relay}\", \"{\"]", "A0220"),
        ("'hello (?<name>\\w+)'", "'hello (?<name>\\w+'", "A0221"),
        ("(?<name>", "(?<nme>", "A0222"),
        ("[programs]", "[programs]\nport = { path = \"x\" }", "A0224"),
        (
            "[programs]",
            "[settings]\nwork = \"x\"\n[programs]",
            "A0224",
        ),
        ("say = \"{text}\"", "say = \"hello\"", "A0226"),
        ("ready = 'hello (?<name>\\w+)'", "joined = 'x'", "A0229"),
        ("{ listens = 5000 }", "{ after_dialogue = 5000 }", "A0227"),
        (
            "[client]\n",
            "[client]\ndialogue = [{ await = 'x', optional = true }]\n",
            "A0227",
        ),
        (
            "[client]\n",
            "[client]\ndialogue = [{ await = 'x', passphrase = true }]\n",
            "A0227",
        ),
        (
            "[client]\n",
            "[client]\ndialogue = [{ await = 'x', type = \"{control}\", passphrase = true }]\n",
            "A0220",
        ),
        (
            "[client]\n",
            "[client]\ncaptures = { key = { line = 'no group' } }\n",
            "A0228",
        ),
        (
            "[client]\n",
            "[client]\ncaptures = { relay = { line = '(x)' } }\n",
            "A0228",
        ),
        (
            "[client]\n",
            "[client]\nready = \"after-dialogue\"\n",
            "A0229",
        ),
        ("[client]\n", "[client]\nready = \"connected\"\n", "A0229"),
        (
            "[client]\n",
            "[client]\nready_within = \"never\"\n",
            "A0206",
        ),
        (
            "ready = 'hello (?<name>\\w+)'",
            "ready = 'x'\njoind = 'x'",
            "A0202",
        ),
        ("keepalive = \"20s\"", "keepalive = \"20\"", "A0206"),
        ("{ listens = 5000 }", "{ listens = 0 }", "A0208"),
        ("{ listens = 5000 }", "{ line = 'ready' }", "A0231"),
        ("{ path = \"relay.py\" }", "{ }", "A0209"),
    ] {
        assert!(SMALL.contains(before), "{before}");
        assert_eq!(codes(&SMALL.replace(before, after)), [code], "{after}");
    }
}

#[test]
fn a_ready_line_that_tells_no_port_is_pointed_at() {
    let text = SMALL.replace("{ listens = 5000 }", "{ line = 'ready' }");
    let problems = adapter::parse(&text, Path::new("test.toml")).unwrap_err();
    assert_snapshot!(problems.render(false), @r"
    error[A0231]: this line does not give a port
     --> test.toml:7:18
      |
    7 | ready = { line = 'ready' }
      |                  ^^^^^^^ there is no group `port`
      |
      = help: write `(?<port>\d+)` where the port is printed, or `listens = PORT` if the port is fixed
    ");
}

#[test]
fn a_path_that_leads_out_of_the_participants_directory_is_refused() {
    for line in [
        "downloads = \"/tmp/downloads\"",
        "keys = [{ file = \"../relay/key.pem\" }]",
        "copy = [{ from = \"a\", to = \"../../a\" }]",
        "captures = { code = { file = \"{work}/../code\" } }",
    ] {
        let text = SMALL.replace("[client]\n", &format!("[client]\n{line}\n"));
        assert_eq!(codes(&text), ["A0240"], "{line}");
    }
}

#[test]
fn an_unknown_placeholder_is_pointed_at() {
    let text = SMALL.replace("\"{relay}\", \"{name}\"", "\"{relay}\", \"{nme}\"");
    let problems = adapter::parse(&text, Path::new("test.toml")).unwrap_err();
    assert_snapshot!(problems.render(false), @r#"
    error[A0220]: `{nme}` is not known here
      --> test.toml:10:20
       |
    10 | run = ["{relay}", "{nme}"]
       |                    ^^^^^ did you mean `{name}`?
       |
       = help: known here: `work`, `control`, `port`, `name` or `relay`
    "#);
}

#[test]
fn paths_of_copies_are_relative_to_the_adapter() {
    let pool = &reference().client.copy[0];
    assert!(pool.pool);
    assert_eq!(
        pool.from,
        workspace().join("adapters/../scenarios/fixtures/keys")
    );
}

/// Lines as `docs/client-lines.md` has them, and what they mean.
const LINES: &[(&str, &str)] = &[
    ("ready alice with bob,carol", "ready name=alice"),
    ("ready alice with nobody", "ready name=alice"),
    ("joined carol", "joined who=carol"),
    ("left carol dropped", "left reason=dropped who=carol"),
    (
        "message bob good morning",
        "message from=bob text=good morning",
    ),
    (
        "private bob two\\nlines",
        "private from=bob text=two\nlines",
    ),
    (
        "private bob a\\\\b \\u{1b}[2J",
        "private from=bob text=a\\b \u{1b}[2J",
    ),
    (
        "message bob  with spaces ",
        "message from=bob text= with spaces ",
    ),
    ("flagged-message bob it is me", "-"),
    ("flagged-private bob really", "-"),
    ("sent all 2", "sent to=all"),
    ("sent bob", "sent to=bob"),
    ("undelivered bob busy", "undelivered reason=busy to=bob"),
    ("rejected bob bad-signature", "rejected from=bob"),
    (
        "file-received bob 5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 plan (1).pdf",
        "file_received from=bob name=plan (1).pdf sha256=2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 size=5",
    ),
    (
        "file-delivered carol 5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 plan.pdf",
        "file_delivered name=plan.pdf to=carol",
    ),
    (
        "file-failed carol gone plan.pdf",
        "file_failed reason=gone with=carol",
    ),
    (
        "refused unknown-name nobody here is called bbo",
        "refused reason=unknown-name",
    ),
    ("key-changed bob", "key_changed who=bob"),
    ("disconnected closed", "disconnected reason=closed"),
    ("safety bob first-use 67218 84706", "-"),
    ("help /who: lists who is here", "-"),
    ("say joined carol", "-"),
    ("", "-"),
];

#[test]
fn every_line_of_the_reference_client_is_recognised() {
    let recogniser = Recogniser::new(&reference().client);
    for (line, meaning) in LINES {
        let shown = match recogniser.seen(line) {
            None => "-".to_owned(),
            Some(seen) => {
                let captures = seen
                    .captures
                    .iter()
                    .map(|(name, value)| format!(" {name}={value}"));
                format!("{}{}", seen.event.word(), captures.collect::<String>())
            }
        };
        assert_eq!(shown, *meaning, "{line}");
    }
}

#[test]
fn the_reference_adapter_has_a_pattern_for_every_event_that_its_client_has() {
    let events = reference().client.events;
    let missing: Vec<_> = EventKind::ALL
        .into_iter()
        .filter(|kind| !events.contains_key(kind))
        .collect();
    // It exits when its relay is gone, and does not come back by itself.
    assert_eq!(missing, [EventKind::Reconnected]);
}

#[test]
fn templates_are_filled_and_unknown_placeholders_are_named() {
    let values = BTreeMap::from([("name".to_owned(), "{x}".to_owned())]);
    let fill = |text: &str| Template(text.to_owned()).fill(&values);
    assert_eq!(fill("{{{name}}} is {name}").unwrap(), "{{x}} is {x}");
    assert_eq!(fill("a {nme}").unwrap_err().placeholder, "{nme}");
    assert_eq!(fill("a { b").unwrap_err().placeholder, "{");
    assert_eq!(
        fill("}").unwrap_err().to_string(),
        "`}` contains the unknown placeholder `}`"
    );
}

#[test]
fn a_raw_line_takes_no_line_break() {
    assert_eq!(Escapes::Raw.escape("a\nb"), None);
    assert_eq!(Escapes::Raw.escape("a\\b"), Some("a\\b".to_owned()));
}

#[test]
fn unknown_escapes_stand_for_themselves() {
    for text in [
        "\\",
        "\\x",
        "\\u",
        "\\u{}",
        "\\u{110000}",
        "\\u{d800}",
        "\\u{1234567}",
        "a\\",
    ] {
        assert_eq!(Escapes::Backslash.unescape(text), text);
    }
}

proptest! {
    #[test]
    fn escaped_text_is_one_line_and_comes_back(text in any::<String>()) {
        let line = Escapes::Backslash.escape(&text).unwrap();
        prop_assert!(!line.chars().any(char::is_control));
        prop_assert_eq!(Escapes::Backslash.unescape(&line), text);
    }
}

#[test]
fn a_setting_is_a_placeholder_that_a_run_can_change() {
    let text = SMALL
        .replace("[programs]", "[settings]\nfault = \"none\"\n[programs]")
        .replace("run = [\"{relay}\"]", "run = [\"{relay}\", \"{fault}\"]");
    let mut adapter = adapter::parse(&text, Path::new("small.toml"))
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    assert_eq!(adapter.settings["fault"], "none");
    adapter.set("fault", "spins").unwrap();
    assert_eq!(adapter.settings["fault"], "spins");
    let error = adapter.set("fualt", "x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the adapter `small` has no setting `fualt`; it has fault"
    );
}

#[test]
fn what_is_awaited_of_a_relay_has_its_pattern_or_its_port() {
    assert_eq!(
        ReadyWhen::Line(r"up on (?<port>\d+)".to_owned()).in_words(),
        r"the relay gets ready, by a line that matches /up on (?<port>\d+)/ and gives its port"
    );
    assert_eq!(
        ReadyWhen::Listens(7411).in_words(),
        "the relay gets ready, by listening on port 7411"
    );
}

#[test]
fn what_is_no_key_is_copied_whoever_makes_the_keys() {
    let mut adapter = reference();
    let pool = adapter.client.copy[0].clone();
    let config = Copy {
        from: "config".into(),
        pool: false,
        to: "config".into(),
    };
    adapter.client.copy = vec![pool.clone(), config.clone()];
    assert_eq!(adapter.client.copies(Keys::Pool), [pool, config.clone()]);
    assert_eq!(adapter.client.copies(Keys::Fresh), [config]);
}

#[test]
fn every_whole_adapter_of_the_page_about_them_can_be_read() {
    let page = workspace().join("docs/adapters.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```toml\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("\n```"));
    let whole = blocks.map(|(block, _)| block);
    let whole: Vec<&str> = whole.filter(|block| block.contains("[programs]")).collect();
    assert_eq!(whole.len(), 3);
    for text in whole {
        let read = adapter::parse(text, Path::new("page.toml"));
        read.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    }
}

#[test]
fn what_is_built_is_a_setting_and_its_commands_know_nothing_of_plays() {
    let with = |build: &str| {
        let build = format!("[settings]\nsources = \".\"\n[build]\n{build}\n[relay]\n");
        SMALL.replace("[relay]\n", &build)
    };
    let good = with("setting = \"sources\"\nrun = [[\"{relay}\", \"{sources}\"], [\"make\"]]");
    let adapter = adapter::parse(&good, Path::new("test.toml")).unwrap();
    let build = adapter.build.unwrap();
    assert_eq!((build.setting.as_str(), build.run.len()), ("sources", 2));
    assert_eq!(build.within, std::time::Duration::from_secs(120));
    let other = with("setting = \"source\"\nrun = [[\"make\"]]");
    assert_eq!(codes(&other), ["A0232"]);
    for word in ["{control}", "{work}", "{port}"] {
        let text = with(&format!("setting = \"sources\"\nrun = [[\"{word}\"]]"));
        assert_eq!(codes(&text), ["A0220"], "{word}");
    }
}
