//! Recordings, read back by a parser that is not ours.

use asciicast_rs::v3::{Event as Line, EventPayload, Recording as Read};
use report::recording::{self, Recording};
use scenario::adapter::Terminal;
use scenario::plan::Plan;
use timeline::{Ended, Event, Kind, StepId, StepResult, Stream};

const ALICE: &[u8] = b"ready\n\xff\xfe \x1b]52;c;ZXZpbA==\x07\x1b[31mred\x1b[0m \xf0\x9f\xa6\x80\n";

fn plan(terminal: bool) -> Plan {
    let text = "title = \"Two\"\nclients = [\"alice\", \"bob\"]\n\
        [[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"the plan for the evening is {canary}\" }\n\
        [[steps]]\nsay = { from = \"bob\", text = \"and this is for everyone, {canary}\" }\n";
    plan_of(text, terminal)
}

fn plan_of(text: &str, terminal: bool) -> Plan {
    let mut adapter = test_plays::reference();
    if terminal {
        adapter.client.io.terminal = Some(Terminal::default());
    }
    test_plays::plan_with(text, &adapter)
}

/// Two steps in 4.000 000 123 seconds; alice's output comes in pieces of one byte.
fn events() -> Vec<Event> {
    let who = || "alice".to_owned();
    let step = |n: u32| StepId(n.to_string());
    let mut kinds = vec![(100, Kind::StepBegan { step: step(1) })];
    for at in 0..ALICE.len() as u64 {
        let (stream, len) = (Stream::Stdout, 1);
        let output = Kind::Output {
            who: who(),
            stream,
            at,
            len,
        };
        kinds.push((1_000_000_999 + at, output));
    }
    let line = "/msg bob \u{1b}[6n".to_owned();
    kinds.push((2_000_000_000, Kind::Typed { who: who(), line }));
    let (first, held) = (step(1), StepResult::Held);
    kinds.push((
        2_500_000_000,
        Kind::StepEnded {
            step: first,
            result: held,
        },
    ));
    kinds.push((3_000_000_000, Kind::StepBegan { step: step(2) }));
    let how = Ended::Signal(9);
    kinds.push((3_500_000_000, Kind::Exited { who: who(), how }));
    kinds.push((4_000_000_123, Kind::Closing));
    let number = |(n, (t, kind))| Event {
        n: n as u64,
        t,
        kind,
    };
    kinds.into_iter().enumerate().map(number).collect()
}

fn recorded(plan: &Plan, events: &[Event]) -> Vec<Recording> {
    let bytes = |file: &str, at: u64, len: u64| {
        assert_eq!(file, "out/alice.stdout");
        let at = usize::try_from(at).unwrap();
        ALICE[at..at + usize::try_from(len).unwrap()].to_vec()
    };
    recording::of_participants(plan, events, &bytes)
}

fn read(recording: &Recording) -> Read {
    Read::from_slice(recording.text.as_bytes()).unwrap()
}

fn shown(read: &Read) -> String {
    read.events.iter().filter_map(Line::as_output).collect()
}

#[test]
fn every_participant_has_a_recording_that_others_can_read() {
    let recordings = recorded(&plan(false), &events());
    let names: Vec<&str> = recordings.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["relay.cast", "alice.cast", "bob.cast"]);
    for recording in &recordings {
        let read = read(recording);
        assert_eq!((read.header.term.cols, read.header.term.rows), (100, 30));
        let known = |line: &Line| !matches!(line.payload, EventPayload::Unknown { .. });
        assert!(read.events.iter().all(known));
    }
    assert_eq!(
        read(&recordings[1]).header.title.as_deref(),
        Some("alice in test")
    );
}

#[test]
fn all_recordings_have_the_same_markers_at_the_same_times() {
    let recordings = recorded(&plan(false), &events());
    let markers = |one: &Recording| {
        let read = read(one);
        let times = read.absolute_times();
        let marked = times.filter_map(|(t, line)| Some((t, line.as_marker()?.to_owned())));
        marked.collect::<Vec<_>>()
    };
    let all: Vec<_> = recordings.iter().map(markers).collect();
    let labels: Vec<&str> = all[0].iter().map(|(_, label)| label.as_str()).collect();
    assert!(
        labels[0].starts_with("s1 ") && labels[0].contains("alice"),
        "{labels:?}"
    );
    assert!(
        labels[1].starts_with("s2 ") && labels[1].contains("bob"),
        "{labels:?}"
    );
    assert_eq!(labels.len(), 3, "{labels:?}");
    for other in &all {
        for ((t, label), (wanted, same)) in other.iter().zip(&all[0]) {
            assert_eq!(label, same);
            // The reader adds up binary fractions.
            assert!((t - wanted).abs() < 1e-9, "{t} {wanted}");
        }
    }
    assert!((all[1][1].0 - 3.0).abs() < 1e-9, "{:?}", all[1]);
    assert!((all[1][2].0 - 4.0).abs() < 1e-9, "{:?}", all[1]);
}

#[test]
fn in_a_crowd_each_recording_has_the_markers_of_what_its_participant_does() {
    let crowd = "title = \"Many\"\nclients = { count = 70, name = \"user{n}\" }\n\
        [[steps]]\ntype = { client = \"user1\", line = \"one\" }\n\
        [[steps]]\ntype = { client = \"user2\", line = \"two\" }\n";
    let plan = plan_of(crowd, false);
    let kinds = [1, 2].into_iter().flat_map(|n: u32| {
        let (step, who, line) = (StepId(n.to_string()), format!("user{n}"), n.to_string());
        let typed = Kind::Typed { who, line };
        [Kind::StepBegan { step }, typed.clone(), typed]
    });
    let number = |(n, kind)| Event {
        n,
        t: n * 1_000_000,
        kind,
    };
    let events: Vec<Event> = (0..).zip(kinds).map(number).collect();
    let recordings = recording::of_participants(&plan, &events, &|_, _, _| Vec::new());
    let markers = |name: &str| {
        let found = recordings.iter().find(|one| one.name == name).unwrap();
        let read = read(found);
        let labels = read.events.iter().filter_map(Line::as_marker);
        labels.map(str::to_owned).collect::<Vec<_>>()
    };
    for n in [1, 2] {
        let of_one = markers(&format!("user{n}.cast"));
        assert_eq!(of_one.len(), 1, "{of_one:?}");
        assert!(of_one[0].starts_with(&format!("s{n} ")), "{of_one:?}");
    }
    assert!(markers("user3.cast").is_empty());
}

#[test]
fn hostile_output_is_text_that_does_nothing_to_a_terminal() {
    let recordings = recorded(&plan(false), &events());
    assert!(!recordings[1].text.contains("52;c") && !recordings[1].text.contains("\\u0007"));
    let shown = shown(&read(&recordings[1]));
    let crab = "\u{1b}[31mred\u{1b}[0m 🦀\r\n";
    assert!(shown.starts_with("ready\r\n\u{fffd}\u{fffd} "), "{shown:?}");
    assert!(shown.contains(crab), "{shown:?}");
    assert!(
        !shown.contains("\u{1b}[6n"),
        "what is typed is text, too: {shown:?}"
    );
}

#[test]
fn what_is_typed_is_recorded_and_shown_where_no_terminal_echoes_it() {
    for (terminal, echoed) in [(false, true), (true, false)] {
        let recordings = recorded(&plan(terminal), &events());
        let read = read(&recordings[1]);
        let typed: Vec<&str> = read.events.iter().filter_map(Line::as_input).collect();
        assert_eq!(typed, ["/msg bob \\u{1b}[6n\r"]);
        assert_eq!(shown(&read).contains("> /msg bob"), echoed);
        assert_eq!(shown(&read).contains("ready\r\n"), !terminal);
    }
}

#[test]
fn how_a_participant_ended_stands_at_the_end() {
    let recordings = recorded(&plan(false), &events());
    let alice = read(&recordings[1]);
    let last = alice.events.last().unwrap();
    assert_eq!(last.as_exit().map(|status| status.code()), Some(137));
    assert!(shown(&alice).contains("was ended by signal 9"));
    let bob = read(&recordings[2]);
    assert!(bob.events.iter().all(|line| line.as_exit().is_none()));
}

#[test]
fn the_same_play_gives_the_same_recordings() {
    assert_eq!(
        recorded(&plan(false), &events()),
        recorded(&plan(false), &events())
    );
}
