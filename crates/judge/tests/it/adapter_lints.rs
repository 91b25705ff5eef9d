//! What the judge says where an adapter, and not the chat, is wrong.

use judge::{Check, Verdict, judge};
use scenario::plan::Plan;
use test_plays::{TimelineBuilder, planned};
use timeline::{EventKind, Kind, Stream};

fn output(who: &str, stream: Stream) -> Kind {
    Kind::Output {
        who: who.to_owned(),
        stream,
        at: 0,
        len: 1,
    }
}

fn first_red(plan: &Plan, timeline: &TimelineBuilder) -> Check {
    let mut checks = judge(plan, &timeline.0, &[]).checks.into_iter();
    checks
        .find(|check| check.verdict == Verdict::Fail)
        .expect("something is wrong")
}

/// bob shows a line while a text of alice is awaited, and that text never comes.
fn bob_shows(plan: &Plan, text: &str) -> String {
    let mut timeline = TimelineBuilder::new();
    timeline.begin().line("bob", text);
    timeline.end().close(plan);
    first_red(plan, &timeline).evidence.got
}

#[test]
fn a_line_that_two_patterns_match_is_named_with_both() {
    let mut plan = planned();
    let events = &mut plan.adapter.client.events;
    events.insert(EventKind::Message, r"(\S+) (?<from>\S+) (?<text>.*)".into());
    let shown = "private alice the text of the step";
    let got = bob_shows(&plan, shown);
    let says = format!(
        "bob printed {shown:?}, which matches both `message` and `private` of its adapter; it \
         counted as `message`"
    );
    assert!(got.starts_with(&says), "{got}");
}

#[test]
fn a_line_that_came_instead_is_named_with_what_it_counts_as() {
    let plan = planned();
    let got = bob_shows(&plan, "left carol eof");
    let says = "bob printed \"left carol eof\", which counts as `left`; `private` is /^private ";
    assert!(got.starts_with(says), "{got}");
    let got = bob_shows(&plan, "[alice] hello");
    let says = "bob printed \"[alice] hello\", which matches no event of its adapter; `private` is";
    assert!(got.starts_with(says), "{got}");
    let got = bob_shows(&plan, "private alice hm");
    assert_eq!(
        got,
        "bob printed \"private alice hm\"; the relay sent bob 1000 bytes meanwhile"
    );
}

/// alice is ready, bob comes, and alice does not show it.
fn untold(plan: &Plan) -> TimelineBuilder {
    let joined = &plan.opening[0];
    let started = Kind::Started {
        who: "bob".to_owned(),
        pid: 1,
        argv: Vec::new(),
        turn: 1,
    };
    let mut timeline = TimelineBuilder::new();
    timeline.line("alice", "joined nobody");
    timeline.add(started).line("alice", "bob is here");
    timeline.line("bob", "ready bob with all keys");
    timeline.add(Kind::Ready {
        who: "bob".to_owned(),
    });
    timeline.add(Kind::Missed {
        who: joined.client.clone(),
        expectation: joined.id.clone(),
        awaited: joined.sentence.clone(),
    });
    timeline.add(Kind::Stopping);
    timeline
}

#[test]
fn who_does_not_show_that_another_one_came_is_named_before_the_first_step() {
    let plan = planned();
    let check = first_red(&plan, &untold(&plan));
    assert_eq!(check.name, "alice sees that bob has joined");
    let evidence = check.evidence;
    assert_eq!(
        evidence.expected,
        "alice sees that bob has joined within 10s"
    );
    assert_eq!(
        evidence.got,
        "alice printed \"bob is here\", which matches no event of its adapter; \
         `joined` is /^joined (?<who>\\S+)$/; the relay sent alice 1000 bytes meanwhile"
    );
}

#[test]
fn only_files_that_are_there_are_named_to_look_at() {
    let plan = planned();
    let mut timeline = untold(&plan);
    assert_eq!(first_red(&plan, &timeline).evidence.look_at, None);
    timeline.0.insert(1, timeline.0[1].clone());
    timeline.0[1].kind = output("alice", Stream::Stdout);
    let file = first_red(&plan, &timeline).evidence.look_at;
    assert_eq!(file.as_deref(), Some("out/alice.stdout"));

    let file_of_relay = |streams: &[Stream]| {
        let mut timeline = TimelineBuilder::new();
        for stream in streams {
            timeline.add(output("relay", *stream));
        }
        timeline.add(Kind::NotReady {
            who: "relay".to_owned(),
            why: "it ended".to_owned(),
            expectation: None,
        });
        timeline.add(Kind::Stopping);
        first_red(&plan, &timeline).evidence.look_at
    };
    assert_eq!(file_of_relay(&[]), None);
    let only = file_of_relay(&[Stream::Stdout]);
    assert_eq!(only.as_deref(), Some("out/relay.stdout"));
    let both = file_of_relay(&[Stream::Stdout, Stream::Stderr]);
    assert_eq!(both.as_deref(), Some("out/relay.stderr"));
}
