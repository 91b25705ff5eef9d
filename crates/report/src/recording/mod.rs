//! Recordings: what each participant's terminal showed, as asciicast v3, from the timeline.
//!
//! All recordings of a play have one clock: each begins with the play, and each has the same
//! markers, one for each step, at the same times. Side by side they stay together, whichever
//! player shows them. Where there are many participants, each recording has only the markers
//! of the steps in which its participant does or shows something.

mod asciicast;
mod harmless;

use std::collections::BTreeMap;

use serde_json::json;

use super::scene::{Bytes, RELAY};
use harmless::Harmless;
use scenario::adapter::Terminal;
use scenario::plan::Plan;
use timeline::{Ended, Event, Kind, Stream, visible};

pub use asciicast::{Asciicast, EventCode, as_v2};

/// Bytes of one participant's output that are recorded; the rest is in `out/`.
const LONGEST: u64 = 1024 * 1024;

/// With more participants than these, all markers for each of hundreds would be most of
/// what is written.
const MOST_MARKED: usize = 64;

/// The screen of a participant that has no terminal: columns and rows.
const PLAIN: (u16, u16) = (100, 30);

/// Where recordings lie, in the play's directory.
pub const DIR: &str = "cast";

/// The recording of one participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Of its file.
    pub name: String,
    /// The whole file.
    pub text: String,
}

/// The name of the file with a participant's recording.
pub fn name(who: &str) -> String {
    format!("{who}.cast")
}

/// One recording for the relay and one for each client, in their order.
pub fn of_participants(plan: &Plan, events: &[Event], bytes: Bytes<'_>) -> Vec<Recording> {
    let clients = plan.clients.iter().map(|client| client.name.as_str());
    let everybody = || std::iter::once(RELAY).chain(clients.clone());
    let mut sessions: BTreeMap<&str, Session> = everybody()
        .map(|who| (who, Session::new(plan, who)))
        .collect();
    let is_load = sessions.len() > MOST_MARKED;
    let mut latest = Marker::default();
    for event in events {
        if let Some(label) = marker(plan, &event.kind) {
            latest = Marker {
                number: latest.number + 1,
                t: event.t,
                label: json!(label).to_string(),
            };
            if !is_load {
                sessions
                    .values_mut()
                    .for_each(|session| session.mark(&latest));
            }
        } else if let Some(session) = who(&event.kind).and_then(|who| sessions.get_mut(who)) {
            session.mark(&latest);
            session.event(event, bytes);
        }
    }
    let end = events.last().map_or(0, |event| event.t);
    let finished = everybody().filter_map(|who| {
        Some(Recording {
            name: name(who),
            text: sessions.remove(who)?.finish(end),
        })
    });
    finished.collect()
}

/// What every recording of a play says of an event: the step, by the name that links to it on
/// the report page.
pub fn marker(plan: &Plan, kind: &Kind) -> Option<String> {
    match kind {
        Kind::StepBegan { step } => {
            let sentence = plan.step(step).map_or("", |step| &step.sentence);
            Some(visible(&format!("s{} {sentence}", step.0)))
        }
        Kind::Closing => Some("the end: nothing more may arrive".to_owned()),
        Kind::Stopping => Some("all are stopped".to_owned()),
        _ => None,
    }
}

/// Whose terminal shows it.
fn who(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Started { who, .. }
        | Kind::NotReady { who, .. }
        | Kind::Missed { who, .. }
        | Kind::Exited { who, .. }
        | Kind::Typed { who, .. }
        | Kind::Output { who, .. } => Some(who),
        _ => None,
    }
}

/// A marker; before the first there is none.
#[derive(Default)]
struct Marker {
    /// From 1.
    number: usize,
    t: u64,
    /// As JSON.
    label: String,
}

/// One participant as it is recorded.
struct Session {
    cast: Asciicast,
    /// The number of its last marker.
    marked: usize,
    /// On a pipe nobody echoes what is typed, and a line feed is a whole line break.
    is_plain: bool,
    stdout: Harmless,
    stderr: Harmless,
    recorded: u64,
    last_status: Option<i32>,
}

impl Session {
    fn new(plan: &Plan, who: &str) -> Self {
        let adapter = plan.adapter_of(who);
        let io = match who {
            RELAY => &adapter.relay.io,
            _ => &adapter.client.io,
        };
        let terminal = io.terminal.as_ref();
        let size = |terminal: &Terminal| (terminal.columns.get(), terminal.rows.get());
        let title = format!("{who} in {}", plan.scenario.id);
        Self {
            cast: Asciicast::new(terminal.map_or(PLAIN, size), &visible(&title)),
            marked: 0,
            is_plain: terminal.is_none(),
            stdout: Harmless::default(),
            stderr: Harmless::default(),
            recorded: 0,
            last_status: None,
        }
    }

    /// Once each.
    fn mark(&mut self, mark: &Marker) {
        if mark.number > self.marked {
            self.marked = mark.number;
            self.cast
                .push_encoded(mark.t, EventCode::Marker, &mark.label);
        }
    }

    fn event(&mut self, event: &Event, bytes: Bytes<'_>) {
        match &event.kind {
            Kind::Started { turn, .. } => self.started(event.t, *turn),
            Kind::NotReady { why, .. } => self.remark(event.t, &format!("not ready: {why}")),
            Kind::Missed { awaited, .. } => self.remark(event.t, &format!("missed: {awaited}")),
            Kind::Exited { how, .. } => {
                self.last_status = Some(status(*how));
                self.remark(event.t, &how.to_string());
            }
            Kind::Typed { line, .. } => self.typed(event.t, line),
            Kind::Output {
                who,
                stream,
                at,
                len,
            } => self.output(event.t, (who, *stream), (*at, *len), bytes),
            _ => {}
        }
    }

    /// What the process before it left unfinished is no part of what this one writes.
    fn started(&mut self, t: u64, turn: u32) {
        self.stdout = Harmless::default();
        self.stderr = Harmless::default();
        if turn > 1 {
            self.remark(t, "started again");
        }
    }

    /// Keys are recorded as keys; where no terminal shows them, we do.
    fn typed(&mut self, t: u64, line: &str) {
        let line = visible(line);
        self.cast.push(t, EventCode::Input, &format!("{line}\r"));
        if self.is_plain {
            let echo = format!("\u{1b}[1m> {line}\u{1b}[0m\r\n");
            self.cast.push(t, EventCode::Output, &echo);
        }
    }

    fn output(&mut self, t: u64, from: (&str, Stream), part: (u64, u64), bytes: Bytes<'_>) {
        let ((who, stream), (at, len)) = (from, part);
        let before = self.recorded;
        self.recorded = before.saturating_add(len);
        if before >= LONGEST {
            return;
        }
        let shown = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        let file = stream.file_of(who);
        let mut text = shown.push(&bytes(&file, at, len.min(LONGEST - before)));
        if self.is_plain {
            text = text.replace('\n', "\r\n");
        }
        self.cast.push(t, EventCode::Output, &text);
        if self.recorded >= LONGEST {
            self.remark(t, &format!("the rest is not recorded: {file} has it"));
        }
    }

    /// What no program has printed, marked by brackets and faint type.
    fn remark(&mut self, t: u64, what: &str) {
        let text = format!("\u{1b}[0m\r\n\u{1b}[2m[{}]\u{1b}[0m\r\n", visible(what));
        self.cast.push(t, EventCode::Output, &text);
    }

    fn finish(mut self, end: u64) -> String {
        if let Some(status) = self.last_status {
            self.cast.push(end, EventCode::Exit, &status.to_string());
        }
        self.cast.finish()
    }
}

/// As shells say it.
fn status(how: Ended) -> i32 {
    match how {
        Ended::Exit(status) => status,
        Ended::Signal(signal) => 128 + signal,
    }
}
