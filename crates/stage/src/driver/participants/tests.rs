//! From bytes to lines, from ends to what is recorded of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::time::Instant;

use super::{Participants, Setting, TypeLineError};
use crate::driver::RELAY;
use crate::driver::testing::{ADAPTER, planned_for};
use crate::input::Instance;
use crate::participant::handle::ProcessHandle;
use crate::participant::scratch::Scratch;
use crate::participant::terminal::LineTooLong;
use crate::record::Writer;
use scenario::plan::Plan;
use timeline::{Ended, EventKind, Kind, Limit, Stream};

const TWO: &str = r#"
title = "two"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "good morning" }
"#;

/// What a process was sent.
type Sent = Arc<Mutex<Vec<String>>>;

#[derive(Debug)]
struct Recorded {
    sent: Sent,
    echoes: bool,
    reads: bool,
}

impl ProcessHandle for Recorded {
    fn pid(&self) -> i32 {
        i32::MAX
    }

    fn keys(&self, line: &str) -> Result<Vec<u8>, LineTooLong> {
        Ok(line.as_bytes().to_vec())
    }

    fn echoes(&self) -> bool {
        self.echoes
    }

    fn send(&self, bytes: Vec<u8>) -> bool {
        let text = String::from_utf8(bytes).unwrap();
        self.sent.lock().unwrap().push(text);
        self.reads
    }

    fn unread(&self) -> u64 {
        0
    }

    fn end_input(&mut self) {
        self.sent.lock().unwrap().push("its end".to_owned());
    }

    fn signal(&self, signal: Signal) {
        self.sent.lock().unwrap().push(format!("{signal:?}"));
    }
}

/// The participants of a plan, with what they report to.
struct Bench<'p> {
    all: Participants<'p>,
    record: Writer,
    _dir: TempDir,
}

impl<'p> Bench<'p> {
    fn of(plan: &'p Plan) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let setting = Setting {
            scratch: Scratch::make().unwrap(),
            binaries: std::collections::BTreeMap::new(),
            adopter: None,
        };
        Self {
            all: Participants::of(plan, setting, Instant::now()),
            record: Writer::create(dir.path(), None).unwrap(),
            _dir: dir,
        }
    }

    fn start(&mut self, who: &str) -> (Arc<Instance>, Sent) {
        self.start_as(who, false, true)
    }

    fn start_as(&mut self, who: &str, echoes: bool, reads: bool) -> (Arc<Instance>, Sent) {
        let instance = self.all.next_instance(who);
        let sent = Sent::default();
        let process = Recorded {
            sent: Arc::clone(&sent),
            echoes,
            reads,
        };
        let io = self.all.io_settings_of(who);
        self.all.started(who, Box::new(process), io);
        (instance, sent)
    }

    fn print(&mut self, instance: &Instance, stream: Stream, text: &str) {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        self.all
            .output(instance, stream, &bytes, &mut self.record)
            .unwrap();
    }

    fn close(&mut self, instance: &Instance, stream: Stream) {
        self.all
            .output_ended(instance, stream, &mut self.record)
            .unwrap();
    }

    fn note_ends(&mut self, now: Instant) {
        self.all.note_ends(|| now, &mut self.record).unwrap();
    }

    fn lines(&self) -> Vec<String> {
        let kinds = self.record.events().iter();
        kinds
            .filter_map(|event| match &event.kind {
                Kind::Line { who, text, .. } => Some(format!("{who}: {text}")),
                _ => None,
            })
            .collect()
    }

    fn has(&self, wanted: impl Fn(&Kind) -> bool) -> bool {
        let mut events = self.record.events().iter();
        events.any(|event| wanted(&event.kind))
    }
}

fn exited(kind: &Kind) -> bool {
    matches!(kind, Kind::Exited { .. })
}

fn plan() -> Plan {
    planned_for(ADAPTER, TWO)
}

#[test]
fn lines_are_read_from_bytes_however_they_arrive_and_show_what_the_adapter_says() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (bob, _) = bench.start("bob");
    for part in ["mess", "age alice good", " morning\nhal", "f"] {
        bench.print(&bob, Stream::Stdout, part);
    }
    assert_eq!(bench.lines(), ["bob: message alice good morning"]);
    assert!(bench.has(|kind| {
        matches!(kind, Kind::Line { seen: Some(seen), .. } if seen.event == EventKind::Message)
    }));
    bench.close(&bob, Stream::Stdout);
    assert_eq!(bench.lines()[1], "bob: half", "the last line has no end");
}

#[test]
fn what_a_participant_says_on_standard_error_shows_nothing() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (bob, _) = bench.start("bob");
    bench.print(&bob, Stream::Stderr, "message alice good morning\n");
    assert!(bench.has(|kind| matches!(kind, Kind::Line { seen: None, .. })));
}

#[test]
fn what_an_earlier_process_printed_is_stored_and_no_line_of_the_next_one() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (first, _) = bench.start("bob");
    let (second, _) = bench.start("bob");
    assert_eq!((first.start, second.start), (1, 2));
    bench.print(&first, Stream::Stdout, "late\n");
    assert!(bench.has(|kind| matches!(kind, Kind::Output { len: 5, .. })));
    assert!(bench.lines().is_empty());
    bench
        .all
        .exited(&first, Ended::Exit(1), Duration::ZERO, Instant::now());
    assert!(bench.all.is_running("bob"), "the second one runs");
}

#[test]
fn an_end_is_recorded_when_all_that_was_printed_has_been_read() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (bob, _) = bench.start("bob");
    let now = Instant::now();
    bench.all.exited(&bob, Ended::Exit(0), Duration::ZERO, now);
    assert!(!bench.all.is_running("bob") && !bench.all.is_silent("bob"));
    bench.note_ends(now);
    bench.print(&bob, Stream::Stdout, "last words\n");
    bench.close(&bob, Stream::Stdout);
    bench.note_ends(now);
    assert!(!bench.has(exited), "standard error is open");
    bench.close(&bob, Stream::Stderr);
    bench.note_ends(now);
    assert!(bench.has(exited) && bench.all.is_silent("bob"));
    assert_eq!(bench.lines(), ["bob: last words"]);
}

#[test]
fn streams_that_stay_open_keep_an_end_back_for_half_a_second() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (bob, _) = bench.start("bob");
    let now = Instant::now();
    bench.all.exited(&bob, Ended::Exit(0), Duration::ZERO, now);
    let due = now + Duration::from_millis(500);
    assert_eq!(bench.all.next_due(), Some(due));
    bench.note_ends(due - Duration::from_millis(1));
    assert!(!bench.has(exited));
    bench.note_ends(due);
    assert!(bench.has(exited));
}

#[test]
fn an_echo_of_what_was_typed_is_no_line() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (bob, sent) = bench.start_as("bob", true, true);
    let typed = bench.all.type_line("bob", "/say hello", &mut bench.record);
    assert_eq!(typed.unwrap(), Ok(()));
    assert_eq!(*sent.lock().unwrap(), ["/say hello"]);
    bench.print(&bob, Stream::Stdout, "/say hello\nsent all\n");
    assert_eq!(bench.lines(), ["bob: sent all"]);
}

#[test]
fn who_was_never_started_or_does_not_read_cannot_be_typed_to() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let typed = |bench: &mut Bench<'_>| {
        bench
            .all
            .type_line("bob", "hello", &mut bench.record)
            .unwrap()
    };
    assert_eq!(typed(&mut bench), Err(TypeLineError::NeverStarted));
    bench.start_as("bob", false, false);
    assert_eq!(typed(&mut bench), Err(TypeLineError::DoesNotRead));
    assert!(!bench.has(|kind| matches!(kind, Kind::Typed { .. })));
}

#[test]
fn output_beyond_its_cap_is_reported_once_and_ends_the_process() {
    let mut plan = plan();
    plan.adapter.client.limits.output = 10;
    let mut bench = Bench::of(&plan);
    let (bob, sent) = bench.start("bob");
    for _ in 0..4 {
        bench.print(&bob, Stream::Stdout, "12345\n");
    }
    let events = bench.record.events();
    let count = |wanted: fn(&Kind) -> bool| {
        let kinds = events.iter().map(|event| &event.kind);
        kinds.filter(|kind| wanted(kind)).count()
    };
    assert_eq!(count(|kind| matches!(kind, Kind::Capped { .. })), 1);
    assert_eq!(
        count(|kind| matches!(
            kind,
            Kind::Exceeded {
                limit: Limit::Output,
                ..
            }
        )),
        1
    );
    assert_eq!(bench.lines(), ["bob: 12345"]);
    let sent = sent.lock().unwrap().clone();
    let wanted = [Signal::STOP, Signal::KILL].map(|signal| format!("{signal:?}"));
    assert_eq!(
        sent, wanted,
        "it is held while what it has started is ended"
    );
}

#[test]
fn the_relay_is_ready_with_its_line_and_says_its_port_there() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let pattern = regex::Regex::new(r"ready on (?<port>\d+)").unwrap();
    bench.all.relay = super::RelayStart::awaiting(Some(Arc::new(pattern)));
    let (relay, _) = bench.start(RELAY);
    bench.print(&relay, Stream::Stderr, "ready on 1\n");
    assert!(!bench.all.relay.is_seen, "only standard output counts");
    bench.print(&relay, Stream::Stdout, "ready on 4000\n");
    assert!(bench.all.relay.is_seen);
    assert_eq!(bench.all.relay.port, Some(4000));
}

#[test]
fn who_quits_is_asked_in_its_own_way_and_woken_before() {
    let plan = plan();
    let mut bench = Bench::of(&plan);
    let (_, sent) = bench.start("bob");
    bench.all.ask_to_quit("bob");
    let woken = format!("{:?}", Signal::CONT);
    assert_eq!(*sent.lock().unwrap(), [woken, "/quit".to_owned()]);
    bench.all.ask_to_quit("alice");
    assert!(!bench.all.was_started("alice"));
}
