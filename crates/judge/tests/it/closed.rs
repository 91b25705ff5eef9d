//! What nobody did, nobody may show.

use judge::{CheckKind, PlayVerdict, Verdict, judge};
use proptest::prelude::*;
use scenario::adapter::{Adapter, Transport};
use scenario::plan::Plan;
use test_plays::{TimelineBuilder, plan_of, plan_with, reference};
use timeline::{ControlCommand, Direction, Kind, LinkEnd, StepId, StepResult, Stream};

/// alice speaks to all, and then to bob alone; carol is there too.
const TALK: &str = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
    [[steps]]\nsay = { from = \"alice\", text = \"a text that is for everyone\" }\n\
    [[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"a text that is for bob\" }\n";

pub(crate) const ALL_JOIN: [&str; 3] = ["alice", "bob", "carol"];

/// Everybody comes, one after another, and those who are there are notified.
pub(crate) fn opened() -> TimelineBuilder {
    let mut timeline = TimelineBuilder::new();
    for (place, who) in ALL_JOIN.into_iter().enumerate() {
        arrives(&mut timeline, who);
        for before in ALL_JOIN.into_iter().take(place) {
            timeline.line(before, &format!("joined {who}"));
        }
    }
    timeline
}

fn arrives(timeline: &mut TimelineBuilder, who: &str) {
    let link = who.to_owned();
    timeline
        .add(Kind::LinkOpened { link })
        .line(who, &format!("ready {who} with nobody"))
        .add(Kind::Ready {
            who: who.to_owned(),
        });
}

/// A step in which these lines are shown.
fn step(timeline: &mut TimelineBuilder, number: usize, lines: &[(&str, &str)]) {
    let step = || StepId(number.to_string());
    timeline.add(Kind::StepBegan { step: step() });
    for (who, line) in lines {
        timeline.line(who, line);
    }
    let result = StepResult::Held;
    timeline.add(Kind::StepEnded {
        step: step(),
        result,
    });
}

/// That talk, all of it right, and these lines after it.
fn talked(more: &[(&str, &str)]) -> TimelineBuilder {
    let mut timeline = opened();
    let public = "message alice a text that is for everyone";
    step(
        &mut timeline,
        1,
        &[("bob", public), ("carol", public), ("alice", "sent all 2")],
    );
    let private = [
        ("bob", "private alice a text that is for bob"),
        ("alice", "sent bob"),
    ];
    step(&mut timeline, 2, &private);
    for (who, line) in more {
        timeline.line(who, line);
    }
    timeline
}

/// Claims of the closed world that do not hold, each with what was found.
fn broken(plan: &Plan, timeline: &mut TimelineBuilder) -> Vec<(String, String)> {
    timeline.close(plan);
    let verdicts = judge(plan, &timeline.0, &[]);
    let checks = verdicts.checks.into_iter();
    let broken = checks
        .filter(|check| check.kind == CheckKind::Unexplained && check.verdict == Verdict::Fail);
    broken
        .map(|check| (check.name, check.evidence.got))
        .collect()
}

/// The one claim that these lines break after that talk.
fn breaks(more: &[(&str, &str)]) -> Option<String> {
    let plan = plan_of(TALK);
    let broken = broken(&plan, &mut talked(more));
    assert!(broken.len() <= 1, "{broken:?}");
    broken.into_iter().next().map(|(name, got)| {
        let (_, line) = more[0];
        assert!(got.contains(line), "{got}");
        name
    })
}

#[test]
fn a_talk_that_is_as_it_should_be_is_explained() {
    let plan = plan_of(TALK);
    assert_eq!(breaks(&[]), None);
    let mut timeline = talked(&[]);
    timeline.close(&plan);
    let verdicts = judge(&plan, &timeline.0, &[]);
    assert_eq!(verdicts.play, PlayVerdict::Pass);
    let of_kind = |kind: CheckKind| verdicts.checks.iter().find(|check| check.kind == kind);
    for kind in [CheckKind::Unexplained, CheckKind::Carried] {
        assert_eq!(of_kind(kind).unwrap().verdict, Verdict::Pass);
    }
}

/// Who shows what after that talk, and which claim does not hold then.
const UNEXPLAINED: [(&str, &str, &str); 20] = [
    (
        "bob",
        "message alice a text that nobody has sent",
        "nobody shows a text that nobody sent",
    ),
    (
        "bob",
        "message alice a text that is for everyone ",
        "nobody shows a text that nobody sent",
    ),
    (
        "bob",
        "private carol a text that is for bob",
        "every text is shown under its sender's name",
    ),
    (
        "bob",
        "message carol a text that is for everyone",
        "every text is shown under its sender's name",
    ),
    (
        "bob",
        "message alice a text that is for bob",
        "a private text is shown as private, a public one as public",
    ),
    (
        "bob",
        "private alice a text that is for everyone",
        "a private text is shown as private, a public one as public",
    ),
    (
        "alice",
        "message alice a text that is for everyone",
        "nobody shows its own text as received",
    ),
    ("alice", "sent bob", "every text is confirmed once"),
    ("alice", "sent all 2", "every text is confirmed once"),
    ("alice", "sent carol", "every text is confirmed once"),
    ("bob", "sent alice", "every text is confirmed once"),
    (
        "alice",
        "joined bob",
        "nobody sees a join that did not happen",
    ),
    (
        "alice",
        "joined dave",
        "nobody sees a join that did not happen",
    ),
    (
        "carol",
        "left bob quit",
        "nobody sees a departure that did not happen",
    ),
    (
        "carol",
        "left dave quit",
        "nobody sees a departure that did not happen",
    ),
    (
        "bob",
        "file-offered alice 10 plan.pdf",
        "nobody reports a file that nobody sent",
    ),
    (
        "bob",
        "file-delivered alice 10 0000000000000000000000000000000000000000000000000000000000000000 plan.pdf",
        "nobody reports a file that nobody sent",
    ),
    (
        "bob",
        "rejected alice forged",
        "nobody refuses a message that nothing has changed",
    ),
    (
        "bob",
        "key-changed alice",
        "nobody sees a new key unless there is one",
    ),
    (
        "bob",
        "disconnected closed",
        "nobody loses the relay without a cause",
    ),
];

#[test]
fn each_line_that_nothing_explains_fails_with_its_own_words() {
    for (who, line, claim) in UNEXPLAINED {
        assert_eq!(
            breaks(&[(who, line)]).as_deref(),
            Some(claim),
            "{who}: {line}"
        );
    }
}

#[test]
fn many_lines_of_one_kind_are_one_failure() {
    let lines: Vec<String> = (0..18)
        .map(|n| format!("message alice forgery {n}"))
        .collect();
    let lines: Vec<(&str, &str)> = lines.iter().map(|line| ("bob", line.as_str())).collect();
    let broken = broken(&plan_of(TALK), &mut talked(&lines));
    assert_eq!(broken.len(), 1);
    assert!(broken[0].1.ends_with("; and 17 more like it"), "{broken:?}");
}

#[test]
fn what_a_step_reports_itself_is_not_reported_twice() {
    // Its step wants it once; nobody but bob may show it.
    let again = ("bob", "private alice a text that is for bob");
    let astray = ("carol", "private alice a text that is for bob");
    for line in [again, astray] {
        let plan = plan_of(TALK);
        let mut timeline = talked(&[line]);
        assert_eq!(broken(&plan, &mut timeline), []);
        assert_eq!(judge(&plan, &timeline.0, &[]).play, PlayVerdict::Fail);
    }
}

/// The reference with these keys in `[client]`.
pub(crate) fn adapter_with(change: impl FnOnce(&mut Adapter)) -> Adapter {
    let mut adapter = reference();
    change(&mut adapter);
    adapter
}

#[test]
fn a_program_that_shows_own_texts_may_if_its_adapter_says_so_and_once() {
    let adapter = adapter_with(|adapter| adapter.client.repeats_own = true);
    let plan = plan_with(TALK, &adapter);
    let own = ("alice", "message alice a text that is for everyone");
    assert_eq!(broken(&plan, &mut talked(&[own])), []);
    let twice = broken(&plan, &mut talked(&[own, own]));
    assert_eq!(twice[0].0, "no text is shown more often than it was sent");
}

#[test]
fn a_line_that_the_adapter_ignores_is_no_event() {
    let adapter = adapter_with(|adapter| {
        adapter.client.ignore = vec!["message system .*".to_owned()];
    });
    let plan = plan_with(TALK, &adapter);
    let line = ("bob", "message system the time is 12:00");
    assert_eq!(broken(&plan, &mut talked(&[line])), []);
    assert!(breaks(&[line]).is_some());
}

/// bob's connection has ended and he has come again; then these lines follow.
fn back(more: &[(&str, &str)]) -> TimelineBuilder {
    let mut timeline = talked(&[]);
    timeline.add(Kind::LinkClosed {
        link: "bob".to_owned(),
        direction: Direction::Up,
        how: LinkEnd::Fin,
    });
    timeline
        .line("alice", "left bob quit")
        .line("carol", "left bob quit");
    arrives(&mut timeline, "bob");
    timeline
        .line("alice", "joined bob")
        .line("carol", "joined bob");
    for (who, line) in more {
        timeline.line(who, line);
    }
    timeline
}

#[test]
fn who_comes_again_is_announced_again_and_may_list_who_is_there() {
    let plan = plan_of(TALK);
    assert_eq!(broken(&plan, &mut back(&[])), []);
    let roster = [("bob", "joined alice"), ("bob", "joined carol")];
    assert_eq!(broken(&plan, &mut back(&roster)), []);
    for line in ["joined bob", "left bob quit"] {
        assert_eq!(
            broken(&plan, &mut back(&[("alice", line)])).len(),
            1,
            "{line}"
        );
    }
}

#[test]
fn history_is_shown_again_by_those_who_come_back_where_the_adapter_says_so() {
    let history = [
        ("bob", "message alice a text that is for everyone"),
        ("bob", "private alice a text that is for bob"),
    ];
    let adapter = adapter_with(|adapter| adapter.client.repeats_history = true);
    let plan = plan_with(TALK, &adapter);
    let verdict = |plan: &Plan, mut timeline: TimelineBuilder| {
        timeline.close(plan);
        judge(plan, &timeline.0, &[]).play
    };
    assert_eq!(verdict(&plan, back(&history)), PlayVerdict::Pass);
    assert_eq!(verdict(&plan_of(TALK), back(&history)), PlayVerdict::Fail);
    // Once for each time that it comes back, and never before.
    let twice = [history[0], history[0]];
    assert_eq!(verdict(&plan, back(&twice)), PlayVerdict::Fail);
    assert_eq!(verdict(&plan, talked(&history[..1])), PlayVerdict::Fail);
}

#[test]
fn what_was_typed_as_it_stands_or_by_hand_explains_a_text() {
    let text = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
        [[steps]]\ntype = { client = \"alice\", line = \"/msg bob typed as it stands\" }\n";
    let plan = plan_of(text);
    let lines = [
        ("bob", "private alice typed as it stands"),
        ("alice", "sent bob"),
    ];
    let mut timeline = opened();
    step(&mut timeline, 1, &lines);
    assert_eq!(broken(&plan, &mut timeline), []);
    let mut timeline = opened();
    step(&mut timeline, 1, &[lines[0], lines[0]]);
    assert_eq!(broken(&plan, &mut timeline).len(), 1);

    let ask = ControlCommand::Type {
        client: "carol".to_owned(),
        line: "/say by hand".to_owned(),
    };
    let mut timeline = talked(&[]);
    timeline.add(Kind::Unscripted { ask, refused: None });
    timeline.line("bob", "message carol by hand");
    assert_eq!(broken(&plan_of(TALK), &mut timeline), []);
}

#[test]
fn what_was_typed_as_it_stands_is_history_for_those_who_come_back() {
    let text = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
        [[steps]]\ntype = { client = \"alice\", line = \"/say typed as it stands\" }\n";
    let line = "message alice typed as it stands";
    let adapter = adapter_with(|adapter| adapter.client.repeats_history = true);
    let claims = |plan: &Plan, who: &str, again: usize| {
        let mut timeline = opened();
        step(&mut timeline, 1, &[("bob", line), ("carol", line)]);
        arrives(&mut timeline, who);
        for _ in 0..again {
            timeline.line(who, line);
        }
        broken(plan, &mut timeline).len()
    };
    let repeats = plan_with(text, &adapter);
    assert_eq!(claims(&repeats, "bob", 1), 0);
    assert_eq!(claims(&repeats, "alice", 1), 0, "its own one as well");
    assert_eq!(claims(&repeats, "bob", 2), 1);
    assert_eq!(claims(&plan_of(text), "bob", 1), 1);
}

#[test]
fn who_sends_datagrams_comes_again_on_the_same_socket() {
    let text = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
        [[steps]]\nrelay = \"restart\"\n";
    let claims = |transport: Transport, times: usize| {
        let adapter = adapter_with(|adapter| adapter.wire.transport = transport);
        let mut timeline = opened();
        step(&mut timeline, 1, &[]);
        for _ in 0..times {
            timeline.line("alice", "joined bob");
        }
        broken(&plan_with(text, &adapter), &mut timeline).len()
    };
    // alice has come again, too: she may get a list of who is there.
    assert_eq!(claims(Transport::Udp, 2), 0);
    assert_eq!(claims(Transport::Udp, 3), 1);
    assert_eq!(claims(Transport::Tcp, 1), 1, "a connection is seen");
}

#[test]
fn a_line_that_did_not_end_before_its_program_did_is_no_claim() {
    let claims = |unfinished: bool| {
        let mut timeline = talked(&[]);
        timeline.add(Kind::Line {
            who: "bob".to_owned(),
            stream: Stream::Stdout,
            text: "message alice a text that".to_owned(),
            seen: None,
            unfinished,
        });
        broken(&plan_of(TALK), &mut timeline).len()
    };
    assert_eq!(claims(true), 0);
    assert_eq!(claims(false), 1);
}

#[test]
fn a_fault_explains_what_it_can_lead_to_and_no_more() {
    let faulty = |fault: &str, lines: &[(&str, &str)]| {
        let mut timeline = talked(&[]);
        timeline.add(Kind::Fault {
            link: "bob".to_owned(),
            direction: Direction::Down,
            fault: fault.to_owned(),
            frame: None,
            at: 0,
            len: 1,
            did: String::new(),
        });
        for (who, line) in lines {
            timeline.line(who, line);
        }
        broken(&plan_of(TALK), &mut timeline).len()
    };
    let changed = ("bob", "message alice a text that is for everYone");
    assert_eq!(faulty("corrupt", &[changed]), 0);
    assert_eq!(faulty("corrupt", &[changed, changed]), 1);
    assert_eq!(faulty("corrupt", &[("carol", changed.1)]), 1);
    assert_eq!(faulty("delay", &[changed]), 1);
    assert_eq!(faulty("duplicate", &[("bob", "joined carol")]), 0);
    assert_eq!(faulty("corrupt", &[("bob", "rejected alice damaged")]), 0);
}

#[test]
fn a_text_that_was_shown_and_never_came_over_the_link_fails() {
    let plan = plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
         msg = { from = \"alice\", to = \"bob\", text = \"so long, and thanks for {canary}\" }\n",
    );
    let text = &plan.steps[0].sent.as_ref().unwrap().text;
    // How many bytes pass from alice, and to bob.
    let carried = |up: u64, down: u64| {
        let mut timeline = TimelineBuilder::new();
        timeline.begin();
        for (link, direction, len) in [("alice", Direction::Up, up), ("bob", Direction::Down, down)]
        {
            timeline.add(Kind::Wire {
                link: link.to_owned(),
                direction,
                at: 0,
                len,
            });
        }
        timeline.prints("bob", &format!("private alice {text}"));
        timeline.prints("alice", "sent bob").end().close(&plan);
        let checks = judge(&plan, &timeline.0, &[]).checks.into_iter();
        let mut carried = checks.filter(|check| check.kind == CheckKind::Carried);
        let check = carried.next().unwrap();
        (check.verdict, check.evidence.got)
    };
    assert_eq!(carried(100, 100).0, Verdict::Pass);
    // 25 bits of a canary are 3 bytes, and no compression makes them fewer.
    assert_eq!(carried(3, 3).0, Verdict::Pass);
    for (up, down) in [(100, 2), (2, 100), (0, 0)] {
        let (verdict, got) = carried(up, down);
        assert_eq!(verdict, Verdict::Fail, "{up} {down}");
        assert!(got.contains("did not come over the link"), "{got}");
    }
}

/// The fence of alice is typed, and shown by these.
fn ended(shown: &[&str], gone: bool) -> Option<Verdict> {
    let plan = plan_of(TALK);
    let fence = &plan.closing.fences[0];
    let mut timeline = talked(&[]);
    timeline.add(Kind::Closing).add(Kind::Typed {
        who: fence.from.clone(),
        line: fence.text.clone(),
    });
    for who in shown {
        timeline.line(who, &format!("message alice {}", fence.text));
    }
    if gone {
        timeline.add(Kind::LinkClosed {
            link: "carol".to_owned(),
            direction: Direction::Down,
            how: LinkEnd::Fin,
        });
    }
    timeline.add(Kind::Stopping).searched(Some(true), None);
    let verdicts = judge(&plan, &timeline.0, &[]);
    let mut checks = verdicts.checks.iter();
    let check = checks.find(|check| check.kind == CheckKind::LastWords);
    check.map(|check| check.verdict)
}

#[test]
fn a_relay_that_stops_delivering_after_the_last_step_fails() {
    assert_eq!(ended(&["bob", "carol"], false), Some(Verdict::Pass));
    assert_eq!(ended(&["bob"], false), Some(Verdict::Fail));
    assert_eq!(ended(&["bob"], true), Some(Verdict::Pass));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// However the lines of a talk are ordered among clients, they are explained; and whatever
    /// is shown once more is not.
    #[test]
    fn every_line_has_one_cause(order in Just(vec![0_usize, 1, 2, 3, 4]).prop_shuffle(), more in 0_usize..5) {
        let plan = plan_of(
            "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\nall = { steps = [\n\
             { say = { from = \"alice\", text = \"a text that is for everyone\" } },\n\
             { msg = { from = \"alice\", to = \"bob\", text = \"a text that is for bob\" } },\n] }\n",
        );
        let lines = [
            ("bob", "message alice a text that is for everyone"),
            ("carol", "message alice a text that is for everyone"),
            ("bob", "private alice a text that is for bob"),
            ("alice", "sent all 2"),
            ("alice", "sent bob"),
        ];
        let play = |more: Option<usize>| {
            let mut timeline = opened();
            let ids: Vec<StepId> = plan.all_steps().map(|step| step.id.clone()).collect();
            for step in ids.clone() {
                timeline.add(Kind::StepBegan { step });
            }
            for place in order.iter().copied().chain(more) {
                timeline.line(lines[place].0, lines[place].1);
            }
            for step in ids {
                timeline.add(Kind::StepEnded { step, result: StepResult::Held });
            }
            timeline.close(&plan);
            judge(&plan, &timeline.0, &[])
        };
        prop_assert_eq!(play(None).play, PlayVerdict::Pass);
        prop_assert_eq!(play(Some(more)).play, PlayVerdict::Fail);
    }
}
