//! The judge decides: what the stage took lines and steps for does not count.

use judge::{PlayVerdict, Verdict, Verdicts, judge};
use proptest::prelude::*;
use scenario::plan::Plan;
use test_plays::{TEXT, TimelineBuilder, plan_of, planned};
use timeline::{Event, EventKind, ExpectationId, Kind, Seen, StepId, StepResult, Stream, Surface};

use crate::red;

const SECOND: u64 = 1_000_000_000;

/// Turns what the stage took these events for into its contrary.
fn falsified(events: &[Event], which: &[bool]) -> Vec<Event> {
    let mut events = events.to_vec();
    for (event, is_falsified) in events.iter_mut().zip(which.iter().cycle()) {
        if !is_falsified {
            continue;
        }
        match &mut event.kind {
            Kind::StepEnded { result, step } => {
                *result = match result {
                    StepResult::Held => {
                        StepResult::Missing(vec![ExpectationId(format!("{}/bob-shows", step.0))])
                    }
                    StepResult::Missing(_) => StepResult::Held,
                    StepResult::Impossible(why) => StepResult::Impossible(why.clone()),
                }
            }
            Kind::Line {
                stream: Stream::Stdout,
                seen,
                ..
            } => {
                *seen = match seen {
                    Some(_) => None,
                    None => Some(Seen {
                        event: EventKind::Private,
                        captures: [("from", "alice"), ("text", TEXT)]
                            .map(|(name, value)| (name.to_owned(), value.to_owned()))
                            .into(),
                    }),
                }
            }
            _ => {}
        }
    }
    events
}

/// Plays of the same plan that went differently.
fn plays(plan: &Plan) -> Vec<(TimelineBuilder, PlayVerdict)> {
    let mut missing = TimelineBuilder::new();
    missing.begin().shows("alice", EventKind::Sent, &["bob"]);
    missing.end().close(plan);
    let mut late = TimelineBuilder::new();
    late.begin().shows("alice", EventKind::Sent, &["bob"]);
    late.end().delivered().close(plan);
    let mut twice = TimelineBuilder::good(plan);
    twice.before_closing(Kind::Line {
        who: "bob".to_owned(),
        stream: Stream::Stdout,
        text: format!("private alice {TEXT}"),
        seen: None,
        unfinished: false,
    });
    let mut other = TimelineBuilder::new();
    other.begin();
    other.shows("bob", EventKind::Private, &["alice", "another text"]);
    other.shows("alice", EventKind::Sent, &["bob"]);
    other.end().close(plan);
    vec![
        (TimelineBuilder::good(plan), PlayVerdict::Pass),
        (missing, PlayVerdict::Fail),
        (late, PlayVerdict::Fail),
        (twice, PlayVerdict::Fail),
        (other, PlayVerdict::Fail),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_word_of_the_stage_changes_a_verdict(which in prop::collection::vec(any::<bool>(), 1..40)) {
        let plan = planned();
        for (timeline, verdict) in plays(&plan) {
            let verdicts = judge(&plan, &timeline.0, &[]);
            prop_assert_eq!(&verdicts.play, &verdict);
            for which in [which.as_slice(), &[true]] {
                prop_assert_eq!(&judge(&plan, &falsified(&timeline.0, which), &[]), &verdicts);
            }
        }
    }
}

#[test]
fn a_timeline_that_is_cut_short_never_passes() {
    let plan = planned();
    let timeline = TimelineBuilder::good(&plan);
    let searched = timeline.0.len() - Surface::ALL.len();
    for length in 0..timeline.0.len() {
        let verdict = judge(&plan, &timeline.0[..length], &[]).play;
        assert_eq!(verdict, PlayVerdict::CannotTell, "{length}");
    }
    // Nor where there is nothing to search for.
    let mut plan = plan;
    plan.audit.canaries.clear();
    plan.audit.texts.clear();
    plan.audit.controls.clear();
    for length in 0..searched {
        let verdicts = judge(&plan, &timeline.0[..length], &[]);
        assert_eq!(verdicts.play, PlayVerdict::CannotTell, "{length}");
    }
    assert_eq!(judge(&plan, &timeline.0, &[]).play, PlayVerdict::Pass);
}

#[test]
fn what_came_in_a_step_without_an_end_cannot_tell() {
    let plan = planned();
    let mut timeline = TimelineBuilder::new();
    timeline.begin().delivered();
    let verdicts = judge(&plan, &timeline.0, &[]);
    let of_step = verdicts.checks.iter().filter(|check| check.step.is_some());
    let of_step: Vec<_> = of_step.collect();
    assert!(of_step.len() > 2);
    for check in of_step {
        assert_eq!(check.verdict, Verdict::CannotTell, "{}", check.name);
        let got = &check.evidence.got;
        assert_eq!(got, "the timeline ends in the middle of this step");
    }
    // What must not come, and came, needs no end.
    timeline.line("carol", TEXT);
    let red = red(&judge(&plan, &timeline.0, &[]));
    let fails = red.iter().filter(|(verdict, _)| *verdict == Verdict::Fail);
    assert_eq!(fails.count(), 1, "{red:?}");
}

/// Two messages at once, one of which has less time.
fn two_at_once() -> Plan {
    plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\nall = { steps = [\n\
         { msg = { from = \"alice\", to = \"bob\", text = \"this one has a second\" }, within = \"1s\" },\n\
         { msg = { from = \"bob\", to = \"alice\", text = \"and this one has nine\" }, within = \"9s\" },\n] }\n",
    )
}

/// That play, in which both come after so long, and the step ends after `end`.
fn both_after(first: u64, second: u64, end: u64) -> Verdicts {
    let plan = two_at_once();
    let mut timeline = TimelineBuilder::new();
    let ids: Vec<StepId> = plan.all_steps().map(|step| step.id.clone()).collect();
    let began = timeline.0.len() as u64 * 1_000_000;
    for step in ids.clone() {
        timeline.add(Kind::StepBegan { step });
    }
    let mut lines = [
        (first, "bob", "private alice this one has a second"),
        (second, "alice", "private bob and this one has nine"),
    ];
    lines.sort();
    let sent = [(0, "alice", "sent bob"), (0, "bob", "sent alice")];
    for (after, who, text) in sent.into_iter().chain(lines) {
        timeline.line(who, text);
        timeline.0.last_mut().unwrap().t = began + after;
    }
    for step in ids.into_iter().rev() {
        timeline.add(Kind::StepEnded {
            step,
            result: StepResult::Held,
        });
        timeline.0.last_mut().unwrap().t = began + end;
    }
    timeline.close(&plan);
    judge(&plan, &timeline.0, &[])
}

/// Which of both failed.
fn failed(verdicts: &Verdicts) -> Vec<&str> {
    let failed = verdicts.checks.iter();
    let failed = failed.filter(|check| check.verdict == Verdict::Fail);
    failed
        .filter_map(|check| Some(check.step.as_ref()?.0.as_str()))
        .collect()
}

#[test]
fn what_comes_after_its_own_deadline_has_not_come_though_its_step_goes_on() {
    let in_time = both_after(SECOND, 2 * SECOND, 2 * SECOND);
    assert_eq!(failed(&in_time), Vec::<&str>::new());
    let late = both_after(SECOND + 1, 2 * SECOND, 2 * SECOND);
    assert_eq!(failed(&late), ["1.1"]);
}

#[test]
fn what_was_read_at_the_last_deadline_counts_until_the_step_has_ended() {
    let at_the_end = both_after(SECOND, 9 * SECOND + 5, 9 * SECOND + 9);
    assert_eq!(failed(&at_the_end), Vec::<&str>::new());
}

/// A play in which something is said, and then two explicit steps expect a line of it; how
/// many such lines come in the first step, and how many while the second one waits.
fn explicit(first: usize, while_waiting: usize) -> PlayVerdict {
    let plan = plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n\
         [[steps]]\ntype = { client = \"alice\", line = \"/help\" }\n\
         [[steps]]\nexpect = { client = \"alice\", contains = \"help\" }\n\
         [[steps]]\nexpect = { client = \"alice\", contains = \"help\" }\n",
    );
    let mut timeline = TimelineBuilder::new();
    for number in 1..=3 {
        let step = || StepId(number.to_string());
        timeline.add(Kind::StepBegan { step: step() });
        let lines = match number {
            1 => first,
            2 => while_waiting,
            _ => 0,
        };
        for _ in 0..lines {
            timeline.line("alice", "this is some help");
        }
        timeline.add(Kind::StepEnded {
            step: step(),
            result: StepResult::Held,
        });
    }
    timeline.close(&plan);
    judge(&plan, &timeline.0, &[]).play
}

#[test]
fn each_explicit_expectation_takes_a_line_of_its_own_whenever_it_came() {
    assert_eq!(explicit(2, 0), PlayVerdict::Pass);
    assert_eq!(explicit(1, 1), PlayVerdict::Pass);
    assert_eq!(explicit(0, 2), PlayVerdict::Pass);
    assert_eq!(explicit(1, 0), PlayVerdict::Fail);
    assert_eq!(explicit(0, 1), PlayVerdict::Fail);
}

/// bob has sent a file, and what alice has received is of this digest.
fn received(sha256: &str) -> PlayVerdict {
    let plan = plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n\
         [[steps]]\nfile = { from = \"bob\", to = \"alice\", path = \"fixtures/plan.pdf\" }\n",
    );
    let name = &plan.files[0].name;
    let sent = "0".repeat(64);
    let mut timeline = TimelineBuilder::new();
    timeline.add(Kind::Outbox {
        who: "bob".to_owned(),
        name: name.clone(),
        size: 3,
        sha256: sent.clone(),
    });
    timeline.begin();
    timeline.shows("alice", EventKind::FileReceived, &["bob", "3", &sent, name]);
    timeline.shows(
        "bob",
        EventKind::FileDelivered,
        &["alice", "3", &sent, name],
    );
    for line in [("alice", "file_received"), ("bob", "file_delivered")] {
        let lines = timeline.0.iter_mut();
        let shown = lines.filter_map(|event| match &mut event.kind {
            Kind::Line { who, text, .. } if who == line.0 => Some(text),
            _ => None,
        });
        shown.for_each(|text| *text = text.replace(line.1, &line.1.replace('_', "-")));
    }
    timeline.add(Kind::Received {
        who: "alice".to_owned(),
        name: name.clone(),
        size: 3,
        sha256: sha256.to_owned(),
    });
    timeline.end().close(&plan);
    judge(&plan, &timeline.0, &[]).play
}

#[test]
fn a_file_has_come_when_what_was_received_is_what_was_sent() {
    assert_eq!(received(&"0".repeat(64)), PlayVerdict::Pass);
    assert_eq!(received(&"1".repeat(64)), PlayVerdict::Fail);
}

/// bob comes, and alice shows this; whatever the stage says of it.
fn opened(shown: &str, is_shown: bool) -> Verdicts {
    let plan = plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
         say = { from = \"alice\", text = \"the text of the step\" }\n",
    );
    let mut timeline = TimelineBuilder::new();
    for who in ["alice", "bob"] {
        timeline.add(Kind::Started {
            who: who.to_owned(),
            pid: 1,
            argv: Vec::new(),
            turn: 1,
        });
        timeline.line(who, &format!("ready {who} with nobody"));
        if who == "bob" {
            timeline.line("alice", shown);
        }
        timeline.add(Kind::Ready {
            who: who.to_owned(),
        });
    }
    if is_shown {
        let joined = &plan.opening[0];
        timeline.add(Kind::Missed {
            who: joined.client.clone(),
            expectation: joined.id.clone(),
            awaited: joined.sentence.clone(),
        });
    }
    timeline.begin();
    timeline.shows("bob", EventKind::Message, &["alice", TEXT]);
    timeline.shows("alice", EventKind::Sent, &["all"]);
    timeline.end().close(&plan);
    judge(&plan, &timeline.0, &[])
}

#[test]
fn who_is_reported_that_somebody_came_was_shown_whatever_the_stage_missed() {
    for is_shown in [false, true] {
        let verdicts = opened("joined bob", is_shown);
        assert_eq!(red(&verdicts), [], "{is_shown}");
        let verdicts = opened("somebody came", is_shown);
        let name = "alice sees that bob has joined".to_owned();
        assert_eq!(red(&verdicts), [(Verdict::Fail, name)], "{is_shown}");
    }
}

/// bob prints this when it starts, and the stage has not seen that it is ready.
fn given_up(printed: &str) -> Verdicts {
    let plan = planned();
    let mut timeline = TimelineBuilder::new();
    timeline.add(Kind::Started {
        who: "bob".to_owned(),
        pid: 1,
        argv: Vec::new(),
        turn: 1,
    });
    timeline.line("bob", printed).add(Kind::NotReady {
        who: "bob".to_owned(),
        why: "awaited in vain".to_owned(),
        expectation: Some(matching::ready_id("bob")),
    });
    timeline.close(&plan);
    judge(&plan, &timeline.0, &[])
}

#[test]
fn who_was_given_up_though_it_was_ready_leaves_the_play_open_and_else_fails_once() {
    let ready = given_up("ready bob with nobody");
    assert_eq!(ready.play, PlayVerdict::CannotTell, "{:?}", red(&ready));
    let silent = given_up("I begin.");
    assert_eq!(silent.play, PlayVerdict::Fail);
    let name = "bob gets ready".to_owned();
    assert_eq!(red(&silent), [(Verdict::Fail, name)]);
}
