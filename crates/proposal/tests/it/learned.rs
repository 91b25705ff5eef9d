//! What is made of the lines of a play.

use proposal::{ANSWER, GREETING, Observed, Proposal, SourceFile, proposals};
use timeline::{Direction, Event, EventKind, Kind, StepId, Stream};

fn proposal() -> Proposal {
    let source = |path: &str, text: &str| SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let sources = [
        source("server.py", "socket.create_server(('', int(sys.argv[1])))"),
        source(
            "client.py",
            "socket.create_connection(('', int(sys.argv[1])))",
        ),
    ];
    proposals(&sources).unwrap().remove(0)
}

fn line(who: &str, text: &str) -> Kind {
    Kind::Line {
        who: who.to_owned(),
        stream: Stream::Stdout,
        text: text.to_owned(),
        seen: None,
        unfinished: false,
    }
}

fn ready(who: &str) -> Kind {
    Kind::Ready {
        who: who.to_owned(),
    }
}

fn heard(who: &str) -> Kind {
    Kind::Wire {
        link: who.to_owned(),
        direction: Direction::Down,
        at: 0,
        len: 1,
    }
}

fn typed(who: &str, text: &str) -> Kind {
    Kind::Typed {
        who: who.to_owned(),
        line: format!("{text}, x-y"),
    }
}

fn observed(kinds: Vec<Kind>) -> Observed {
    let kinds = kinds.into_iter().zip(0..);
    let events: Vec<Event> = kinds.map(|(kind, n)| Event { n, t: n, kind }).collect();
    Observed::read(&events)
}

#[test]
fn lines_of_a_play_become_patterns_and_what_only_looks_like_a_text_is_ignored() {
    let play = vec![
        ready("relay"),
        line("alice", "tip: type away"),
        heard("alice"),
        line("alice", "hello: alice"),
        line("bob", "tip: type away"),
        heard("bob"),
        line("bob", "hello: bob"),
        line("alice", "12:03 bob came in"),
        typed("bob", GREETING),
        line("bob", &format!("me: {GREETING}, x-y")),
        line("alice", &format!("bob: {GREETING}, x-y")),
        typed("alice", ANSWER),
        line("bob", &format!("alice: {ANSWER}, x-y")),
        typed("bob", "fence"),
        line("alice", "bob: fence, x-y"),
    ];
    let known = proposal().learn(&observed(play)).unwrap();
    let pattern = |event| known.pattern_of(event).unwrap();
    assert_eq!(pattern(EventKind::Message), r"(?<from>[\w-]+): (?<text>.*)");
    assert_eq!(pattern(EventKind::Ready), r"hello: (?<name>[\w-]+)");
    assert_eq!(
        pattern(EventKind::Joined),
        r"\d+:\d+ (?<who>[\w-]+) came in"
    );
    let text = known.to_toml("/there");
    let ignored = r#"ignore = ["tip: type away", 'hello: [\w-]+', "me: .*"]"#;
    assert!(text.contains(ignored), "{text}");
    assert!(!text.contains("repeats_own"), "{text}");
}

#[test]
fn who_shows_people_their_own_texts_is_known_to() {
    let say = |who: &str, text: &str| {
        let shown = format!("<{who}> {text}, x-y");
        vec![typed(who, text), line("alice", &shown), line("bob", &shown)]
    };
    let play = [
        vec![ready("relay")],
        say("bob", GREETING),
        say("alice", ANSWER),
    ]
    .concat();
    let known = proposal().learn(&observed(play)).unwrap();
    assert!(known.to_toml("/there").contains("repeats_own = true"));
    assert_eq!(known.pattern_of(EventKind::Ready), None);
    assert!(known.to_toml("/there").contains("ready = \"connected\""));
}

#[test]
fn a_usage_line_and_a_question_lead_to_another_proposal() {
    let others = |kinds: Vec<Kind>| {
        let (_, others) = proposal().learn(&observed(kinds)).unwrap_err();
        others
            .iter()
            .map(|other| other.to_toml("/there"))
            .collect::<Vec<_>>()
    };
    let usage = others(vec![
        ready("relay"),
        line("alice", "Usage: client.py <nick> <port>"),
    ]);
    assert!(
        usage[0].contains(r#"client.py", "{name}", "{port}"]"#),
        "{}",
        usage[0]
    );
    let question = others(vec![ready("relay"), line("alice", "Nickname? ")]);
    assert!(
        question[0].contains(r"await = 'Nickname\?\s*$'"),
        "{}",
        question[0]
    );
    assert!(question[0].contains("type = \"{name}\""), "{}", question[0]);
    let silent = others(vec![ready("relay")]);
    assert!(silent[0].contains("terminal = true"), "{}", silent[0]);
    let elsewhere = others(vec![line("relay", "listening on 4711")]);
    assert!(
        elsewhere[0].contains("ready = { line ="),
        "{}",
        elsewhere[0]
    );
}

#[test]
fn who_leaves_is_known_whether_or_not_the_end_was_seen_before_the_line() {
    let known = proposal().learn_farewell(&observed(vec![
        line("alice", "* carol is here"),
        Kind::StepBegan {
            step: StepId("1".to_owned()),
        },
        line("alice", "* carol has left"),
    ]));
    let left = known.pattern_of(EventKind::Left);
    assert_eq!(left, Some(r"\* (?<who>[\w-]+) has left"));
}

#[test]
fn of_a_client_that_prints_much_only_so_much_is_learned() {
    let mut play = vec![
        ready("relay"),
        heard("alice"),
        heard("bob"),
        typed("bob", GREETING),
        line("alice", &format!("bob: {GREETING}, x-y")),
        typed("alice", ANSWER),
        line("bob", &format!("alice: {ANSWER}, x-y")),
    ];
    play.extend((0..50_000).map(|n| line("bob", &format!("noise: {}", "x".repeat(n % 700)))));
    let observed = observed(play);
    assert_eq!(observed.printed.len(), 2000);
    let text = proposal().learn(&observed).unwrap().to_toml("/there");
    let ignore = text.lines().find(|line| line.starts_with("ignore = "));
    assert_eq!(ignore.unwrap().matches("noise").count(), 100);
}
