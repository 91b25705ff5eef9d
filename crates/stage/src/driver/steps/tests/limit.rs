//! Tests of steps: whatever is waited for, a play ends with its limit.

use std::time::Duration;

use crate::driver::RELAY;
use crate::driver::testing::{ADAPTER, Cue, Staged, chatting, planned_for, play};
use crate::last_resort;
use timeline::Kind;

const LIMIT: Duration = Duration::from_secs(3);

const SAY: &str = r#"say = { from = "alice", text = "good morning" }"#;
const FILE: &str = r#"file = { from = "alice", to = "bob", size = 2000 }"#;

/// Something that a play waits for.
struct Wait {
    what: &'static str,
    /// What is in the adapter behind the header of a table, or in front of a line.
    adapter: (&'static str, &'static str),
    step: &'static str,
    /// What nobody does anything about.
    ignored: fn(Cue<'_>) -> bool,
}

const fn wait(
    what: &'static str,
    adapter: (&'static str, &'static str),
    step: &'static str,
    ignored: fn(Cue<'_>) -> bool,
) -> Wait {
    Wait {
        what,
        adapter,
        step,
        ignored,
    }
}

const CLIENT: &str = "[client]\n";
const TYPE: &str = "[client.type]\n";
const SAID: &str = "say = \"/say {text}\"\n";
const READY: &str = "ready = '^ready$'\n";

/// Nobody is deaf.
fn none(_: Cue<'_>) -> bool {
    false
}

fn start_of_relay(cue: Cue<'_>) -> bool {
    cue == Cue::Started(RELAY)
}

fn start_of_alice(cue: Cue<'_>) -> bool {
    cue == Cue::Started("alice")
}

fn typing(cue: Cue<'_>) -> bool {
    matches!(cue, Cue::Typed(..))
}

fn any_end(cue: Cue<'_>) -> bool {
    matches!(cue, Cue::InputEnded(_) | Cue::Typed(_, "/quit"))
}

const WAITS: [Wait; 18] = [
    wait("the relay's line", ("", ""), SAY, start_of_relay),
    wait("the relay's port", ("", ""), SAY, none),
    wait(
        "the relay's question",
        (
            CLIENT,
            "[[relay.dialogue]]\nawait = 'Key: $'\ntype = \"x\"\n",
        ),
        SAY,
        none,
    ),
    wait("a client's line", ("", ""), SAY, start_of_alice),
    wait("a client's connection", (READY, ""), SAY, start_of_alice),
    wait(
        "a client's question",
        (
            TYPE,
            "[[client.dialogue]]\nawait = 'Key: $'\ntype = \"x\"\n",
        ),
        SAY,
        none,
    ),
    wait(
        "a value of another one",
        (
            TYPE,
            "[[client.dialogue]]\nawait = 'hello'\ntype = \"{room}\"\n",
        ),
        SAY,
        none,
    ),
    wait(
        "a client to settle",
        (CLIENT, "settle = \"30s\"\n"),
        SAY,
        none,
    ),
    wait(
        "a preparation",
        (CLIENT, "prepare = [[\"{shell}\", \"prepare\"]]\n"),
        SAY,
        start_of_alice,
    ),
    wait(
        "the question of a verb",
        (
            SAID,
            "say = [\"s\", { await = 'Text: $', type = \"/say {text}\" }]\n",
        ),
        SAY,
        none,
    ),
    wait(
        "the pause of a verb",
        (
            SAID,
            "say = [\"s\", { pause = \"30s\", type = \"/say {text}\" }]\n",
        ),
        SAY,
        none,
    ),
    wait(
        "the pace of a verb",
        (CLIENT, "lines_per_second = 1\n"),
        r#"repeat = { times = 30, steps = [{ say = { from = "alice", text = "again" } }] }"#,
        none,
    ),
    wait(
        "a consent",
        (
            TYPE,
            "accept = [{ await = 'Take it\\? $', type = \"y\" }]\n",
        ),
        FILE,
        none,
    ),
    wait("a file", ("", ""), FILE, none),
    wait("a text", ("", ""), SAY, typing),
    wait("an end", ("", ""), SAY, any_end),
    wait(
        "an end by a step",
        ("", ""),
        r#"leave = { client = "bob", how = "quit" }"#,
        any_end,
    ),
    wait(
        "a relay that is to stop",
        ("", ""),
        r#"relay = "restart""#,
        any_end,
    ),
];

#[test]
fn whatever_a_play_waits_for_ends_with_its_limit() {
    for wait in WAITS {
        let what = wait.what;
        let (before, line) = wait.adapter;
        let mut adapter = match before {
            "" => ADAPTER.to_owned(),
            SAID | READY => ADAPTER.replace(before, line),
            CLIENT if line.starts_with("[[") => ADAPTER.replace(before, &format!("{line}{before}")),
            TYPE if line.starts_with("[[") => ADAPTER.replace(before, &format!("{line}{before}")),
            _ => ADAPTER.replace(before, &format!("{before}{line}")),
        };
        if before == READY {
            adapter = adapter.replace(CLIENT, "[client]\nready = \"connected\"\n");
        }
        if line.contains("{room}") {
            adapter = adapter.replace(
                CLIENT,
                "[relay.captures]\nroom = { line = '^room (\\S+)$' }\n[client]\n",
            );
        }
        let keys = if what == "a preparation" {
            "keys = \"fresh\"\n"
        } else {
            ""
        };
        let scenario = format!(
            "title = \"t\"\nclients = [\"alice\", \"bob\"]\n{keys}[[steps]]\n{}\n",
            wait.step
        );
        let staged = Staged {
            limit: Some(LIMIT),
            ..Staged::default()
        };
        let is_deaf = what == "the relay's port";
        let played = play(
            &planned_for(&adapter, &scenario),
            staged,
            Box::new(move |cue, all| {
                if is_deaf {
                    all.deaf = u32::MAX;
                }
                if !(wait.ignored)(cue) {
                    chatting(cue, all);
                }
            }),
        );
        let kinds = played.kinds();
        let has = |is: fn(&Kind) -> bool| kinds.iter().any(|kind| is(kind));
        let is_late = has(|kind| matches!(kind, Kind::Overdue { .. }));
        let is_noticed = has(|kind| matches!(kind, Kind::NotReady { .. } | Kind::Deaf { .. }));
        assert!(is_late || is_noticed, "{what}");
        // Ending takes its own time, where the steps were over in theirs.
        let bound = if is_late { LIMIT } else { last_resort::WITHIN };
        let took = played.took;
        assert!(took < bound + last_resort::WITHIN, "{what}: {took:?}");
    }
}

#[test]
fn who_does_not_answer_whether_it_reads_holds_up_nobody_else() {
    let minute = Duration::from_secs(60);
    let staged = Staged {
        limit: Some(minute),
        nobody_answers: true,
        ..Staged::default()
    };
    let scenario = format!("title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n{SAY}\n");
    let played = play(
        &planned_for(ADAPTER, &scenario),
        staged,
        Box::new(|cue, all| match cue {
            Cue::Typed(_, line) if line.starts_with("/say") => {}
            Cue::Asked => all.prints("bob", "meanwhile\n"),
            cue => chatting(cue, all),
        }),
    );
    let line = |kind: &Kind| matches!(kind, Kind::Line { text, .. } if text == "meanwhile");
    let ended = played.position(|kind| matches!(kind, Kind::StepEnded { .. }));
    assert!(played.position(line) < ended);
    let took = played.took;
    assert!(took < minute + last_resort::WITHIN, "{took:?}");
}
