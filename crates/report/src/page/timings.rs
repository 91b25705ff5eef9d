//! How long things took, and what everybody used.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::result::PlayReport;
use crate::searches::grouped;
use scenario::plan::{Mode, Pattern, Plan};
use timeline::{Event, Kind, StepId, Stream, seconds, visible};

/// Deliveries that are listed.
const LISTED: usize = 100;

/// The tables.
pub(super) struct Timings {
    /// Who, when it was started, how long until it was ready.
    pub(super) starts: Vec<(String, String, String)>,
    /// What was typed and shown.
    pub(super) deliveries: Vec<Delivery>,
    pub(super) more: usize,
    pub(super) processes: Vec<Process>,
}

/// From a typed line to the line that shows it.
pub(super) struct Delivery {
    pub(super) step: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) took: String,
}

/// What a participant was, and used.
pub(super) struct Process {
    pub(super) who: String,
    pub(super) command: String,
    pub(super) end: String,
    pub(super) cpu: String,
    pub(super) memory: String,
}

impl Timings {
    pub(super) fn of(plan: &Plan, events: &[Event], report: &PlayReport) -> Self {
        let mut deliveries = deliveries(plan, events);
        let more = deliveries.len().saturating_sub(LISTED);
        deliveries.truncate(LISTED);
        Self {
            starts: starts(events),
            deliveries,
            more,
            processes: processes(events, report),
        }
    }
}

fn starts(events: &[Event]) -> Vec<(String, String, String)> {
    let started = events.iter().filter_map(|event| match &event.kind {
        Kind::Started { who, .. } => Some((event, who)),
        _ => None,
    });
    started
        .map(|(start, who)| {
            let ready = events.iter().find_map(|event| match &event.kind {
                Kind::Ready { who: ready } if ready == who && event.n > start.n => Some(event.t),
                _ => None,
            });
            let took = ready.map_or_else(
                || "–".to_owned(),
                |t| seconds(Duration::from_nanos(t - start.t)),
            );
            (visible(who), seconds(Duration::from_nanos(start.t)), took)
        })
        .collect()
}

fn deliveries(plan: &Plan, events: &[Event]) -> Vec<Delivery> {
    let moments = Moments::of(events);
    let mut all = Vec::new();
    for step in plan.all_steps() {
        let Some(sent) = &step.sent else {
            continue;
        };
        let begun = moments.begun.get(&step.id);
        let typed =
            begun.and_then(|begun| first_after(moments.typed.get(sent.from.as_str()), *begun));
        let Some((n, typed)) = typed else {
            continue;
        };
        for one in step.expects.iter().filter(|one| one.mode == Mode::Once) {
            let Pattern::Event { captures, .. } = &one.pattern else {
                continue;
            };
            let text = captures.get("text").map(String::as_str);
            let shown = moments.shown.get(&(one.client.as_str(), text));
            if let Some((_, shown)) = first_after(shown, n) {
                all.push(Delivery {
                    step: step.id.0.clone(),
                    from: visible(&sent.from),
                    to: visible(&one.client),
                    took: seconds(Duration::from_nanos(shown - typed)),
                });
            }
        }
    }
    all
}

/// Numbers and times of events.
type When = Vec<(u64, u64)>;

/// When what deliveries are made of happened.
#[derive(Default)]
struct Moments<'a> {
    /// The number of the event with which a step began.
    begun: BTreeMap<&'a StepId, u64>,
    typed: BTreeMap<&'a str, When>,
    /// By client and text.
    shown: BTreeMap<(&'a str, Option<&'a str>), When>,
}

impl<'a> Moments<'a> {
    fn of(events: &'a [Event]) -> Self {
        let mut moments = Self::default();
        for event in events {
            let when = (event.n, event.t);
            match &event.kind {
                Kind::StepBegan { step } => {
                    moments.begun.entry(step).or_insert(event.n);
                }
                Kind::Typed { who, .. } => moments.typed.entry(who).or_default().push(when),
                Kind::Line {
                    who,
                    stream: Stream::Stdout,
                    seen: Some(seen),
                    ..
                } => {
                    let text = seen.captures.get("text").map(String::as_str);
                    moments.shown.entry((who, text)).or_default().push(when);
                }
                _ => {}
            }
        }
        moments
    }
}

/// The first of them after that event.
fn first_after(all: Option<&When>, n: u64) -> Option<(u64, u64)> {
    let all = all?;
    all.get(all.partition_point(|(at, _)| *at <= n)).copied()
}

fn processes(events: &[Event], report: &PlayReport) -> Vec<Process> {
    let used = report.used.iter();
    used.map(|used| {
        let mut command = String::new();
        let mut end = String::new();
        for event in events {
            match &event.kind {
                Kind::Started { who, argv, .. } if *who == used.who => command = argv.join(" "),
                Kind::Exited { who, how } if *who == used.who => end = how.to_string(),
                _ => {}
            }
        }
        Process {
            who: visible(&used.who),
            command: visible(&command),
            end,
            cpu: seconds(Duration::from_millis(used.cpu_ms)),
            memory: format!("{} KiB", grouped(used.memory / 1024)),
        }
    })
    .collect()
}
