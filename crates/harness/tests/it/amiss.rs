//! What the judge says where an adapter, and not the chat, is amiss.

use judge::{Check, Verdict, judge};
use scenario::plan::Plan;
use timeline::{EventKind, ExpectationId, Kind, Seen, StepResult, Stream};

use crate::tape::Tape;
use crate::verdicts::planned;

fn line(who: &str, text: &str, event: Option<EventKind>) -> Kind {
    Kind::Line {
        who: who.to_owned(),
        stream: Stream::Stdout,
        text: text.to_owned(),
        seen: event.map(|event| Seen {
            event,
            captures: [("from", "alice"), ("text", "another text")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }),
    }
}

fn output(who: &str, stream: Stream) -> Kind {
    Kind::Output {
        who: who.to_owned(),
        stream,
        at: 0,
        len: 1,
    }
}

fn first_red(plan: &Plan, tape: &Tape) -> Check {
    let mut checks = judge(plan, &tape.0, &[]).checks.into_iter();
    checks
        .find(|check| check.verdict == Verdict::Fail)
        .expect("something is amiss")
}

/// bob shows a line while a text of alice is awaited, and that text never comes.
fn bob_shows(plan: &Plan, text: &str, event: Option<EventKind>) -> String {
    let missing = ExpectationId("1/bob-shows".to_owned());
    let mut tape = Tape::new();
    tape.begin().add(line("bob", text, event));
    tape.step(StepResult::Missing(vec![missing])).close(plan);
    first_red(plan, &tape).evidence.got
}

#[test]
fn a_line_that_two_patterns_match_is_named_with_both() {
    let mut plan = planned();
    let events = &mut plan.adapter.client.events;
    events.insert(
        EventKind::Message,
        r"(\S+) (?<from>\S+) (?<text>.*)".to_owned(),
    );
    let shown = "private alice the text of the step";
    let got = bob_shows(&plan, shown, Some(EventKind::Message));
    let says = format!(
        "bob printed {shown:?}, which matches both `message` and `private` of its adapter; it \
         counted as `message`"
    );
    assert!(got.starts_with(&says), "{got}");
}

#[test]
fn a_line_that_came_instead_is_named_with_what_it_counts_as() {
    let plan = planned();
    let got = bob_shows(&plan, "left carol eof", Some(EventKind::Left));
    let says = "bob printed \"left carol eof\", which counts as `left`; `private` is /^private ";
    assert!(got.starts_with(says), "{got}");
    let got = bob_shows(&plan, "[alice] hello", None);
    let says = "bob printed \"[alice] hello\", which matches no event of its adapter; `private` is";
    assert!(got.starts_with(says), "{got}");
    let got = bob_shows(&plan, "private alice hm", Some(EventKind::Private));
    assert_eq!(got, "bob printed \"private alice hm\"");
}

/// alice is ready, bob comes, and alice does not show it.
fn untold(plan: &Plan) -> Tape {
    let joined = &plan.opening[0];
    let started = Kind::Started {
        who: "bob".to_owned(),
        pid: 1,
        argv: Vec::new(),
        turn: 1,
    };
    let mut tape = Tape::new();
    tape.add(line("alice", "joined nobody", None));
    tape.add(started).add(line("alice", "bob is here", None));
    tape.add(line("bob", "ready bob with all keys", None));
    tape.add(Kind::Ready {
        who: "bob".to_owned(),
    });
    tape.add(Kind::Missed {
        who: joined.client.clone(),
        expectation: joined.id.clone(),
        awaited: joined.sentence.clone(),
    });
    tape.add(Kind::Stopping);
    tape
}

#[test]
fn who_does_not_show_that_another_one_came_is_named_before_the_first_step() {
    let plan = planned();
    let check = first_red(&plan, &untold(&plan));
    assert_eq!(check.name, "alice is told that bob has joined");
    let evidence = check.evidence;
    assert_eq!(
        evidence.expected,
        "alice is told that bob has joined within 10s"
    );
    assert_eq!(
        evidence.got,
        "alice printed \"bob is here\", which matches no event of its adapter; \
         `joined` is /^joined (?<who>\\S+)$/"
    );
}

#[test]
fn only_files_that_are_there_are_named_to_look_at() {
    let plan = planned();
    let mut tape = untold(&plan);
    assert_eq!(first_red(&plan, &tape).evidence.look_at, None);
    tape.0.insert(1, tape.0[1].clone());
    tape.0[1].kind = output("alice", Stream::Stdout);
    let look = first_red(&plan, &tape).evidence.look_at;
    assert_eq!(look.as_deref(), Some("out/alice.stdout"));

    let look_at_relay = |streams: &[Stream]| {
        let mut tape = Tape::new();
        for stream in streams {
            tape.add(output("relay", *stream));
        }
        tape.add(Kind::NotReady {
            who: "relay".to_owned(),
            why: "it ended".to_owned(),
            expectation: None,
        });
        tape.add(Kind::Stopping);
        first_red(&plan, &tape).evidence.look_at
    };
    assert_eq!(look_at_relay(&[]), None);
    let only = look_at_relay(&[Stream::Stdout]);
    assert_eq!(only.as_deref(), Some("out/relay.stdout"));
    let both = look_at_relay(&[Stream::Stdout, Stream::Stderr]);
    assert_eq!(both.as_deref(), Some("out/relay.stderr"));
}
