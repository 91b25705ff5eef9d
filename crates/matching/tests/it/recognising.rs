//! Which event a line shows.

use std::path::Path;

use matching::Recognisers;
use scenario::adapter;
use test_plays::planned;
use timeline::{EventKind, Stream};

/// A client whose pattern for texts fits every line.
const GREEDY: &str = r#"
about = "greedy"
[programs]
chat = { path = "chat.py" }
[relay]
run = ["{chat}"]
ready = { listens = 5000 }
keepalive = "20s"
[client]
run = ["{chat}", "{name}"]
[client.type]
say = "{text}"
[client.events]
ready = 'welcome \S+'
message = '(?<text>.*)'
"#;

#[test]
fn until_a_client_is_ready_a_line_that_shows_this_shows_nothing_else() {
    let mut plan = planned();
    plan.adapter = adapter::parse(GREEDY, Path::new("greedy.toml")).unwrap();
    let mut recognisers = Recognisers::of(&plan);
    let mut seen = |line: &str| {
        recognisers
            .seen("alice", Stream::Stdout, line)
            .unwrap()
            .event
    };
    assert_eq!(
        seen("welcome alice"),
        EventKind::Message,
        "it was never started"
    );
    recognisers.started("alice");
    let mut seen = |line: &str| {
        recognisers
            .seen("alice", Stream::Stdout, line)
            .unwrap()
            .event
    };
    assert_eq!(seen("connecting"), EventKind::Message);
    assert_eq!(seen("welcome alice"), EventKind::Ready);
    assert_eq!(seen("welcome bob"), EventKind::Message);
    recognisers.started("alice");
    let again = recognisers.seen("alice", Stream::Stdout, "welcome alice");
    assert_eq!(again.unwrap().event, EventKind::Ready);
}

#[test]
fn a_prompt_that_is_awaited_is_no_event() {
    let text = GREEDY
        .replace("'(?<text>.*)'", r"'(?<from>\w+): (?<text>.*)'")
        .replace(
            "[client.type]",
            "dialogue = [{ await = 'Name: $', type = \"{name}\" }]\n[client.type]",
        );
    let mut plan = planned();
    plan.adapter = adapter::parse(&text, Path::new("asks.toml")).unwrap();
    let mut recognisers = Recognisers::of(&plan);
    let mut seen = |line: &str| recognisers.seen("alice", Stream::Stdout, line);
    assert_eq!(seen("Name: "), None);
    assert_eq!(seen("Name: it is mine").unwrap().event, EventKind::Message);
    assert_eq!(seen("bob: hi").unwrap().event, EventKind::Message);
}

#[test]
fn an_event_may_have_several_patterns_and_the_first_that_matches_counts() {
    let text = GREEDY.replace(
        "'(?<text>.*)'",
        r"['\[(?<from>\w+)\] (?<text>.*)', '\* (?<from>\w+) (?<text>.*)', '! (?<text>.*)']",
    );
    let mut plan = planned();
    plan.adapter = adapter::parse(&text, Path::new("several.toml")).unwrap();
    let recognisers = Recognisers::of(&plan);
    let seen = |line: &str| recognisers.would_see("alice", Stream::Stdout, line);
    for (line, from) in [
        ("[bob] hi", Some("bob")),
        ("* bob hi", Some("bob")),
        ("! hi", None),
    ] {
        let seen = seen(line).unwrap();
        assert_eq!(seen.event, EventKind::Message, "{line}");
        assert_eq!(seen.captures.get("from").map(String::as_str), from);
        assert_eq!(seen.captures["text"], "hi");
    }
    assert_eq!(seen("bob hi"), None);
}
