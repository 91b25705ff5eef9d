//! What the judge says of a play: for each check, the timeline that makes it red.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chat_harness::adapter::{self, Surface};
use chat_harness::judge::{PlayVerdict, Verdict, Verdicts, judge};
use chat_harness::plan::{self, ExpectationId, Plan, StepId};
use chat_harness::report::{PlayReport, RunReport, Searches, Tried, exit_code, terminal};
use chat_harness::scenario::{self, EventKind};
use chat_harness::snapshot::{Comparison, protocol, transcript};
use chat_harness::timeline::{Direction, Ended, Event, Kind, Seen, StepResult, Stream};
use proptest::prelude::*;

const TEXT: &str = "the text of the step";

/// alice writes to bob alone; carol is there too.
pub(crate) fn planned() -> Plan {
    plan_of(&format!(
        "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\nmsg = {{ from = \"alice\", to = \"bob\", text = \"{TEXT}\" }}\n"
    ))
}

fn plan_of(text: &str) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let scenarios = root.join("scenarios");
    let cells = scenario::parse(text, "test", Path::new("test.toml"), &scenarios).unwrap();
    let adapter = adapter::load(&root.join("adapters/reference.toml")).unwrap();
    plan::build(&cells[0], &adapter, 7, &scenarios).unwrap()
}

/// A timeline in the making.
pub(crate) struct Tape(pub(crate) Vec<Event>);

impl Tape {
    pub(crate) fn new() -> Self {
        let mut tape = Self(Vec::new());
        tape.add(Kind::Began {
            version: 1,
            level: "none".to_owned(),
        });
        tape
    }

    pub(crate) fn add(&mut self, kind: Kind) -> &mut Self {
        let n = self.0.len() as u64;
        self.0.push(Event {
            n,
            t: n * 1_000_000,
            kind,
        });
        self
    }

    fn shows(&mut self, who: &str, event: EventKind, captures: &[(&str, &str)]) -> &mut Self {
        let text: Vec<&str> = captures.iter().map(|(_, value)| *value).collect();
        let captures: BTreeMap<String, String> = captures
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.add(Kind::Line {
            who: who.to_owned(),
            stream: Stream::Stdout,
            text: format!("{} {}", event.word(), text.join(" ")),
            seen: Some(Seen { event, captures }),
        })
    }

    pub(crate) fn step(&mut self, result: StepResult) -> &mut Self {
        self.add(Kind::StepEnded {
            step: StepId("1".to_owned()),
            result,
        })
    }

    pub(crate) fn begin(&mut self) -> &mut Self {
        self.add(Kind::StepBegan {
            step: StepId("1".to_owned()),
        })
    }

    fn delivered(&mut self) -> &mut Self {
        self.shows(
            "bob",
            EventKind::Private,
            &[("from", "alice"), ("text", TEXT)],
        )
    }

    /// The fence of alice at both others, and searches that found their control.
    pub(crate) fn close(&mut self, plan: &Plan) -> &mut Self {
        self.add(Kind::Closing);
        let fence = format!("{}-alice", plan.fence_prefix());
        for who in ["bob", "carol"] {
            self.shows(
                who,
                EventKind::Message,
                &[("from", "alice"), ("text", &fence)],
            );
        }
        self.add(Kind::Stopping).searched(Some(true), None)
    }

    fn searched(&mut self, control: Option<bool>, incomplete: Option<&str>) -> &mut Self {
        for surface in Surface::ALL {
            self.add(Kind::Searched {
                surface,
                bytes: 1,
                places: 1,
                samples: 1,
                found: control.map_or(0, u64::from),
                control,
                incomplete: incomplete.map(str::to_owned),
                strings: 3,
                below: 1,
                left_out: None,
            });
        }
        self
    }
}

/// A play in which everything is right.
pub(crate) fn good(plan: &Plan) -> Tape {
    let mut tape = Tape::new();
    tape.begin().delivered();
    tape.shows("alice", EventKind::Sent, &[("to", "bob")]);
    tape.step(StepResult::Held).close(plan);
    tape
}

pub(crate) fn judged(tape: &Tape) -> Verdicts {
    judge(&planned(), &tape.0, &[])
}

/// Names of the checks that did not pass, with their verdict.
pub(crate) fn red(verdicts: &Verdicts) -> Vec<(Verdict, String)> {
    let red = verdicts
        .checks
        .iter()
        .filter(|check| check.verdict != Verdict::Pass);
    red.map(|check| (check.verdict, check.name.clone()))
        .collect()
}

/// Puts an event in front of the closing.
pub(crate) fn before_closing(tape: &mut Tape, kind: Kind) {
    let at = tape
        .0
        .iter()
        .position(|event| event.kind == Kind::Closing)
        .unwrap();
    let n = tape.0[at].n;
    tape.0.insert(at, Event { n, t: 0, kind });
    for (n, event) in tape.0.iter_mut().enumerate() {
        event.n = n as u64;
    }
}

#[test]
fn a_play_in_which_everything_is_right_passes() {
    let verdicts = judged(&good(&planned()));
    assert_eq!(red(&verdicts), []);
    assert_eq!(verdicts.play, PlayVerdict::Pass);
    assert!(verdicts.checks.len() > 5, "{}", verdicts.checks.len());
}

#[test]
fn what_has_not_come_fails() {
    let mut tape = Tape::new();
    let missing = vec![ExpectationId("1/bob-shows".to_owned())];
    tape.begin()
        .step(StepResult::Missing(missing))
        .close(&planned());
    let plan = planned();
    assert!(
        plan.steps[0]
            .expects
            .iter()
            .any(|one| one.id.0 == "1/bob-shows"),
        "{:?}",
        plan.steps[0].expects
    );
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    let check = verdicts
        .checks
        .iter()
        .find(|check| check.verdict == Verdict::Fail)
        .unwrap();
    assert!(check.evidence.got.contains("bob"), "{:?}", check.evidence);
}

#[test]
fn what_is_shown_twice_fails() {
    let mut tape = good(&planned());
    let again = tape
        .0
        .iter()
        .find(|event| matches!(&event.kind, Kind::Line { who, .. } if who == "bob"));
    let again = again.unwrap().kind.clone();
    before_closing(&mut tape, again);
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(
        verdicts
            .checks
            .iter()
            .any(|check| check.evidence.got.contains("2 times"))
    );
}

#[test]
fn what_the_wrong_one_shows_fails() {
    let mut tape = good(&planned());
    before_closing(
        &mut tape,
        Kind::Line {
            who: "carol".to_owned(),
            stream: Stream::Stdout,
            text: format!("gossip {TEXT}"),
            seen: None,
        },
    );
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(
        red(&verdicts)[0].1.contains("carol"),
        "{:?}",
        red(&verdicts)
    );
}

#[test]
fn a_never_that_nothing_closes_cannot_tell() {
    let plan = planned();
    let mut tape = Tape::new();
    tape.begin().delivered();
    tape.shows("alice", EventKind::Sent, &[("to", "bob")])
        .step(StepResult::Held);
    tape.add(Kind::Closing)
        .add(Kind::Stopping)
        .searched(Some(true), None);
    let verdicts = judge(&plan, &tape.0, &[]);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    let red = red(&verdicts);
    assert!(
        red.iter()
            .all(|(verdict, name)| *verdict == Verdict::CannotTell && name.contains("carol")),
        "{red:?}"
    );
}

#[test]
fn a_finding_is_plaintext_whatever_else_is_red() {
    let mut tape = good(&planned());
    tape.add(Kind::Orphan {
        pid: 1,
        command: "left behind".to_owned(),
    });
    assert_eq!(judged(&tape).play, PlayVerdict::Orphan);
    tape.add(Kind::Finding {
        surface: Surface::Files,
        place: "relay.log".to_owned(),
        at: 12,
        what: "canary #1".to_owned(),
        transformation: "hex".to_owned(),
    });
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::Plaintext);
    let told = verdicts
        .checks
        .iter()
        .find(|check| check.verdict == Verdict::Plaintext)
        .unwrap();
    assert!(
        told.evidence.got.contains("relay.log at byte 12"),
        "{:?}",
        told.evidence
    );
}

#[test]
fn a_search_that_could_find_nothing_cannot_tell() {
    for (control, incomplete) in [
        (Some(false), None),
        (None, None),
        (Some(true), Some("cut at its cap")),
    ] {
        let plan = planned();
        let mut tape = good(&plan);
        tape.0
            .retain(|event| !matches!(event.kind, Kind::Searched { .. }));
        tape.searched(control, incomplete);
        let verdicts = judge(&plan, &tape.0, &[]);
        assert_eq!(
            verdicts.play,
            PlayVerdict::CannotTell,
            "{control:?} {incomplete:?}"
        );
        assert_eq!(red(&verdicts).len(), Surface::ALL.len());
    }
    let plan = planned();
    let mut tape = good(&plan);
    tape.0
        .retain(|event| !matches!(event.kind, Kind::Searched { .. }));
    assert_eq!(
        judge(&plan, &tape.0, &[]).play,
        PlayVerdict::CannotTell,
        "never searched"
    );
}

#[test]
fn an_adapter_without_any_control_shows_nothing() {
    let mut plan = planned();
    assert!(!plan.audit.texts.is_empty());
    let wire = plan.audit.controls.remove(&Surface::Wire);
    let tape = good(&plan);
    assert_eq!(
        judge(&plan, &tape.0, &[]).play,
        PlayVerdict::Pass,
        "{wire:?}"
    );
    plan.audit.controls.clear();
    let verdicts = judge(&plan, &tape.0, &[]);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    // What others received has a control of its own.
    assert_eq!(red(&verdicts).len(), Surface::ALL.len() - 1);
    // Where nothing is planted, nothing is looked for.
    plan.audit.canaries.clear();
    plan.audit.texts.clear();
    assert_eq!(judge(&plan, &tape.0, &[]).play, PlayVerdict::Pass);
}

/// A good play in which the search of one surface came to this.
fn with_search(surface: Surface, told: Option<(u64, u64)>) -> PlayVerdict {
    let plan = planned();
    let mut tape = good(&plan);
    tape.0.retain(
        |event| !matches!(event.kind, Kind::Searched { surface: one, .. } if one == surface),
    );
    if let Some((samples, found)) = told {
        tape.add(Kind::Searched {
            surface,
            bytes: 4096,
            places: 1,
            samples,
            found,
            control: Some(found > 0),
            incomplete: None,
            strings: 3,
            below: 4096,
            left_out: None,
        });
    }
    judge(&plan, &tape.0, &[]).play
}

#[test]
fn each_look_at_memory_must_find_the_control() {
    let memory = |told| with_search(Surface::Memory, Some(told));
    assert_eq!(memory((3, 3)), PlayVerdict::Pass);
    assert_eq!(memory((3, 2)), PlayVerdict::CannotTell);
    assert_eq!(memory((0, 0)), PlayVerdict::CannotTell);
    // Files come and go; one of them holds it.
    let files = with_search(Surface::Files, Some((3, 1)));
    assert_eq!(files, PlayVerdict::Pass);
}

#[test]
fn what_others_received_is_judged_where_something_was_private() {
    let others = |told| with_search(Surface::Others, told);
    assert_eq!(others(None), PlayVerdict::Pass);
    assert_eq!(others(Some((1, 0))), PlayVerdict::CannotTell);
    assert_eq!(with_search(Surface::Wire, None), PlayVerdict::CannotTell);
}

#[test]
fn an_end_that_no_step_asked_for_fails() {
    for (who, how) in [
        ("relay", Ended::Exit(0)),
        ("bob", Ended::Signal(11)),
        ("carol", Ended::Exit(0)),
    ] {
        let mut tape = good(&planned());
        before_closing(
            &mut tape,
            Kind::Exited {
                who: who.to_owned(),
                how,
            },
        );
        let verdicts = judged(&tape);
        assert_eq!(verdicts.play, PlayVerdict::Fail, "{who}");
    }
}

#[test]
fn clients_that_end_with_a_dead_relay_are_not_to_blame() {
    let mut tape = good(&planned());
    for (who, how) in [("bob", Ended::Exit(1)), ("relay", Ended::Exit(1))] {
        let who = who.to_owned();
        before_closing(&mut tape, Kind::Exited { who, how });
    }
    let verdicts = judged(&tape);
    assert_eq!(
        red(&verdicts),
        [(Verdict::Fail, "the relay goes on".to_owned())]
    );
}

/// Verdict of a play in which the relay is made to end, and these ends are seen.
fn after_relay(action: &str, ends: &[(&str, Ended)]) -> PlayVerdict {
    let text =
        format!("title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\nrelay = \"{action}\"\n");
    let plan = plan_of(&text);
    let mut tape = Tape::new();
    tape.begin();
    for (who, how) in ends {
        tape.add(Kind::Exited {
            who: (*who).to_owned(),
            how: *how,
        });
    }
    tape.step(StepResult::Held).close(&plan);
    judge(&plan, &tape.0, &[]).play
}

#[test]
fn a_step_that_ends_the_relay_explains_one_end_and_no_crash() {
    let (term, segv, kill) = (Ended::Signal(15), Ended::Signal(11), Ended::Signal(9));
    let fine = [("relay", term), ("alice", Ended::Exit(4))];
    assert_eq!(after_relay("stop", &fine), PlayVerdict::Pass);
    assert_eq!(after_relay("kill", &[("relay", kill)]), PlayVerdict::Pass);
    for bad in [
        vec![("relay", segv)],
        vec![("relay", term), ("alice", segv)],
        vec![("relay", term), ("relay", term)],
    ] {
        assert_eq!(after_relay("stop", &bad), PlayVerdict::Fail, "{bad:?}");
    }
}

#[test]
fn an_expected_failure_is_no_failure_and_an_unexpected_pass_is_one() {
    let mut plan = planned();
    plan.scenario.xfail = Some("bob is deaf".to_owned());
    let passed = judge(&plan, &good(&plan).0, &[]);
    assert_eq!(passed.play, PlayVerdict::Fail);
    assert_eq!(red(&passed)[0].1, "it fails, as the scenario says");
    let mut tape = good(&plan);
    let carol = Kind::Exited {
        who: "carol".to_owned(),
        how: Ended::Exit(0),
    };
    before_closing(&mut tape, carol);
    let failed = judge(&plan, &tape.0, &[]);
    assert_eq!(failed.play, PlayVerdict::Xfail("bob is deaf".to_owned()));
    assert_eq!(exit_code(&[report(failed.play, &tape)]), 0);
}

#[test]
fn who_does_not_get_ready_fails_the_play_and_says_why() {
    let mut tape = Tape::new();
    tape.add(Kind::NotReady {
        who: "relay".to_owned(),
        why: "it printed nothing".to_owned(),
    });
    tape.add(Kind::Closing)
        .add(Kind::Stopping)
        .searched(Some(true), None);
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(
        verdicts
            .checks
            .iter()
            .any(|check| check.evidence.got == "it printed nothing")
    );
}

#[test]
fn a_snapshot_that_differs_or_is_missing_fails() {
    let plan = planned();
    let tape = good(&plan);
    let judged = |comparison| {
        judge(
            &plan,
            &tape.0,
            &[("transcript".to_owned(), "is".to_owned(), comparison)],
        )
    };
    assert_eq!(judged(Comparison::Same).play, PlayVerdict::Pass);
    assert_eq!(judged(Comparison::Missing).play, PlayVerdict::Fail);
    let differs = judged(Comparison::Different {
        stored: "was".to_owned(),
    });
    assert_eq!(differs.play, PlayVerdict::Fail);
    let check = differs
        .checks
        .iter()
        .find(|check| check.verdict == Verdict::Fail)
        .unwrap();
    assert!(
        check
            .evidence
            .difference
            .as_ref()
            .unwrap()
            .contains("byte 0")
    );
}

#[test]
fn a_timeline_cut_anywhere_is_judged_and_told() {
    let plan = planned();
    let tape = good(&plan);
    for length in 0..=tape.0.len() {
        let events = &tape.0[..length];
        judge(&plan, events, &[]);
        assert!(transcript(&plan, events).starts_with("# t"));
        assert!(protocol(&plan, events).is_some());
    }
}

fn report(verdict: PlayVerdict, tape: &Tape) -> PlayReport {
    let mut verdicts = judged(tape);
    verdicts.play = verdict;
    PlayReport {
        scenario: "test".to_owned(),
        path: "test.toml".into(),
        adapter: "reference".to_owned(),
        seed: 7,
        level: "none".to_owned(),
        elapsed: Duration::from_millis(1),
        try_number: 1,
        tries: vec![Tried {
            number: 1,
            verdict: verdicts.play.clone(),
            elapsed: Duration::from_millis(1),
        }],
        verdicts,
        searches: Searches::default(),
        used: Vec::new(),
        dir: "x".into(),
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_play() {
    let tape = good(&planned());
    let code = |plays: &[PlayVerdict]| {
        let reports: Vec<PlayReport> = plays
            .iter()
            .map(|play| report(play.clone(), &tape))
            .collect();
        exit_code(&reports)
    };
    use PlayVerdict as P;
    assert_eq!(
        code(&[
            P::Pass,
            P::Skip("no".to_owned()),
            P::Unsupported("no".to_owned())
        ]),
        0
    );
    assert_eq!(code(&[P::Pass, P::CannotTell]), 4);
    assert_eq!(code(&[P::CannotTell, P::Flaky]), 1);
    assert_eq!(code(&[P::Orphan]), 1);
    let mut leaks = good(&planned());
    leaks.add(Kind::Finding {
        surface: Surface::Wire,
        place: "x".to_owned(),
        at: 0,
        what: "x".to_owned(),
        transformation: "x".to_owned(),
    });
    let both = [report(P::Fail, &tape), report(P::Plaintext, &leaks)];
    assert_eq!(exit_code(&both), 3);
}

#[test]
fn the_last_line_of_a_run_counts_plays() {
    let tape = good(&planned());
    let plays = [
        report(PlayVerdict::Pass, &tape),
        report(PlayVerdict::Flaky, &tape),
        report(PlayVerdict::Skip("why".to_owned()), &tape),
    ];
    let closing = terminal::closing(&RunReport {
        plays: plays.to_vec(),
        ..RunReport::default()
    });
    assert_eq!(
        closing.lines().last(),
        Some("1 passed, 1 failed, 1 skipped")
    );
}

#[test]
fn nothing_that_was_printed_drives_the_readers_terminal() {
    let mut tape = good(&planned());
    before_closing(
        &mut tape,
        Kind::Line {
            who: "carol".to_owned(),
            stream: Stream::Stdout,
            text: format!("\u{1b}]52;c;x\u{7}\u{202e} {TEXT}"),
            seen: None,
        },
    );
    let screen = terminal::failure(&report(PlayVerdict::Fail, &tape), Path::new(""), "again");
    let plain = anstream::adapter::strip_str(&screen).to_string();
    assert!(plain.contains("carol"), "{plain}");
    for forbidden in ['\u{7}', '\u{1b}', '\u{202e}'] {
        assert!(!plain.contains(forbidden), "{plain:?}");
    }
    assert!(!screen.contains("\u{1b}]"), "{screen:?}");
}

#[test]
fn a_play_over_its_time_fails_and_says_what_was_awaited() {
    let mut tape = good(&planned());
    before_closing(
        &mut tape,
        Kind::Overdue {
            limit: Duration::from_secs(60),
            awaited: "at step 1 (alice writes) for 59.0 s: bob shows it".to_owned(),
        },
    );
    let verdicts = judged(&tape);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    let first = &verdicts.checks[0];
    assert_eq!(first.name, "the play ends in time");
    assert_eq!(first.evidence.expected, "the play ends within 60s");
    assert!(first.evidence.got.contains("bob shows it"), "{first:?}");
}

/// Merges lanes in the order that `turns` says; each lane keeps its own.
fn merged(mut lanes: Vec<Vec<Kind>>, turns: &[usize]) -> Vec<Kind> {
    lanes.iter_mut().for_each(|lane| lane.reverse());
    let mut merged = Vec::new();
    let mut turns = turns.iter().cycle();
    while lanes.iter().any(|lane| !lane.is_empty()) {
        let lane = turns.next().unwrap() % lanes.len();
        let lane = (0..lanes.len())
            .map(|n| (lane + n) % lanes.len())
            .find(|n| !lanes[*n].is_empty());
        merged.extend(lanes[lane.unwrap()].pop());
    }
    merged
}

fn line(who: &str, text: &str) -> Kind {
    Kind::Line {
        who: who.to_owned(),
        stream: Stream::Stdout,
        text: text.to_owned(),
        seen: None,
    }
}

fn frame(link: &str, direction: Direction, kind: &str) -> Kind {
    Kind::Frame {
        link: link.to_owned(),
        direction,
        at: 0,
        len: 10,
        r#type: kind.to_owned(),
        fields: BTreeMap::new(),
        body: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn snapshots_do_not_depend_on_how_lanes_are_interleaved(turns in prop::collection::vec(0usize..7, 1..40)) {
        let lanes = || vec![
            vec![line("alice", "a1"), line("alice", "a2"), line("alice", "a3")],
            vec![line("bob", "b1"), line("bob", "b2")],
            vec![line("carol", "c1")],
            vec![frame("alice", Direction::Up, "send"), frame("alice", Direction::Up, "bye")],
            vec![frame("alice", Direction::Down, "joined"), frame("alice", Direction::Down, "left")],
            vec![frame("bob", Direction::Down, "deliver"), frame("bob", Direction::Down, "deliver")],
            vec![frame("carol", Direction::Down, "ping"), frame("carol", Direction::Down, "left")],
        ];
        let texts = |turns: &[usize]| {
            let plan = planned();
            let mut tape = Tape::new();
            tape.begin();
            for kind in merged(lanes(), turns) {
                tape.add(kind);
            }
            tape.step(StepResult::Held).close(&plan);
            (transcript(&plan, &tape.0), protocol(&plan, &tape.0).unwrap())
        };
        let (transcript, protocol) = texts(&turns);
        prop_assert_eq!((&transcript, &protocol), (&texts(&[0]).0, &texts(&[0]).1));
        prop_assert!(transcript.contains("alice│ | a1\nalice│ | a2\nalice│ | a3\nbob│ | b1"), "{}", transcript);
        prop_assert!(protocol.contains("relay → bob  deliver  ×2"), "{}", protocol);
        prop_assert!(!protocol.contains("ping") && !transcript.contains("fence"));
    }
}
