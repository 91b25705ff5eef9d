//! What a load measured.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::shown::Shown;
use crate::view::View;
use scenario::plan::{Action, LoadPlan, Mode, Pattern, PlannedStep};
use timeline::{Direction, EventKind, Kind, StepResult};

/// Figures of a load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Groups that played.
    pub groups: usize,
    /// Rounds that were begun, of all groups together.
    pub rounds: usize,
    /// Steps that were begun.
    pub steps: usize,
    /// Of these, those that did not hold while they were waited for.
    pub failed: usize,
    /// Strings that were planted, and texts that were searched for.
    pub planted: usize,
    /// Seconds from the first step's begin to the last one's end.
    pub seconds: f64,
    /// Messages that were shown to a recipient.
    pub messages: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// Files that came whole.
    pub files: usize,
    /// Bytes on all links, from the clients and to them.
    pub wire_up: u64,
    /// See `wire_up`.
    pub wire_down: u64,
    /// From the typed line to the shown message.
    pub message_latency: Option<Spread>,
    /// From the typed line to the notice that the file has come.
    pub file_latency: Option<Spread>,
    /// Milliseconds of CPU time: of the relay, and of all clients together.
    pub relay_cpu_ms: u64,
    /// See `relay_cpu_ms`.
    pub clients_cpu_ms: u64,
    /// Bytes of the relay's memory, at most.
    pub relay_memory: u64,
}

/// Times in nanoseconds: exact, from every sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "everybody knows percentiles")]
pub struct Spread {
    pub samples: usize,
    pub min: u64,
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub p999: u64,
    pub max: u64,
}

impl Spread {
    /// Of these samples; `None` when there are none.
    pub fn of(mut samples: Vec<u64>) -> Option<Self> {
        samples.sort_unstable();
        // The smallest value that so many thousandths of all do not exceed.
        let at = |thousandths: usize| {
            let rank = (samples.len() * thousandths).div_ceil(1000).max(1);
            samples.get(rank - 1).copied()
        };
        Some(Self {
            samples: samples.len(),
            min: *samples.first()?,
            p50: at(500)?,
            p90: at(900)?,
            p99: at(990)?,
            p999: at(999)?,
            max: *samples.last()?,
        })
    }
}

impl Figures {
    pub(super) fn of<'a>(view: &View<'a>, shown: &Shown<'_, 'a>, planted: usize) -> Self {
        let mut figures = Self {
            planted,
            ..Self::default()
        };
        figures.count_events(view);
        let typed = typed(view);
        let mut groups = BTreeSet::new();
        let mut rounds = BTreeSet::new();
        let (mut messages, mut files) = (Vec::new(), Vec::new());
        for step in view.all_steps() {
            let Some(span) = view.step(&step.id) else {
                continue;
            };
            if let Some((group, round, _)) = LoadPlan::place(&step.id) {
                groups.insert(group);
                rounds.insert((group, round));
            }
            figures.steps += usize::from(!matches!(step.action, Action::All { .. }));
            figures.failed += usize::from(!matches!(span.result, Some(StepResult::Held)));
            let Some(began) = typed_at(&typed, step, span.began) else {
                continue;
            };
            let text = step.sent.as_ref().map_or(0, |sent| sent.text.len());
            for one in step.expects.iter().filter(|one| one.mode == Mode::Once) {
                if let Some(t) = shown.first_after(one, span.began) {
                    messages.push(t.saturating_sub(began));
                    figures.bytes += text;
                }
            }
            if let (true, Some(t)) = (span.result == Some(StepResult::Held), file_came(view, step))
            {
                files.push(t.saturating_sub(began));
            }
        }
        figures.groups = groups.len();
        figures.rounds = rounds.len();
        figures.messages = messages.len();
        figures.files = files.len();
        figures.message_latency = Spread::of(messages);
        figures.file_latency = Spread::of(files);
        figures
    }

    fn count_events(&mut self, view: &View<'_>) {
        let (mut first, mut last) = (None, 0);
        for event in view.events {
            match &event.kind {
                Kind::StepBegan { .. } => first = first.or(Some(event.t)),
                Kind::StepEnded { .. } => last = event.t,
                Kind::Wire { direction, len, .. } => match direction {
                    Direction::Up => self.wire_up += len,
                    Direction::Down => self.wire_down += len,
                },
                Kind::Used {
                    who,
                    cpu_ms,
                    memory,
                    ..
                } if who == "relay" => {
                    self.relay_cpu_ms += cpu_ms;
                    self.relay_memory = self.relay_memory.max(*memory);
                }
                Kind::Used { cpu_ms, .. } => self.clients_cpu_ms += cpu_ms,
                _ => {}
            }
        }
        let length = last.saturating_sub(first.unwrap_or(last));
        self.seconds = std::time::Duration::from_nanos(length).as_secs_f64();
    }

    /// So many of these each second, as long as it lasted.
    pub fn each_second(&self, count: f64) -> f64 {
        if self.seconds > 0.0 {
            count / self.seconds
        } else {
            0.0
        }
    }
}

/// Number on the timeline, time and text of each typed line, by client.
type Typed<'a> = BTreeMap<&'a str, Vec<(u64, u64, &'a str)>>;

fn typed<'a>(view: &View<'a>) -> Typed<'a> {
    let mut all = Typed::new();
    for event in view.events {
        if let Kind::Typed { who, line } = &event.kind {
            all.entry(who).or_default().push((event.n, event.t, line));
        }
    }
    all
}

/// When the line of a step was typed.
fn typed_at(typed: &Typed<'_>, step: &PlannedStep, began: u64) -> Option<u64> {
    let Action::Type { client, line, .. } = &step.action else {
        return None;
    };
    let lines = typed.get(client.as_str())?;
    let behind = lines.partition_point(|(n, ..)| *n < began);
    // What is typed in place of a brace is known to the stage alone.
    let lines_of_step = line.lines();
    let last = lines_of_step.last()?;
    let fixed = last.split('{').next().unwrap_or_default();
    let mut later = lines.get(behind..)?.iter();
    let found = later.find(|(_, _, typed)| typed.starts_with(fixed));
    found.map(|(_, t, _)| *t)
}

/// When the recipient said that the file has come.
fn file_came(view: &View<'_>, step: &PlannedStep) -> Option<u64> {
    let span = view.step(&step.id)?;
    let notice = step.expects.iter().find(|one| {
        let Pattern::Event { event, .. } = &one.pattern else {
            return false;
        };
        *event == EventKind::FileReceived
    })?;
    let mut lines = view
        .shown(&notice.client)
        .filter(|line| line.n > span.began);
    let came = lines.find(|line| {
        line.seen
            .is_some_and(|seen| seen.event == EventKind::FileReceived)
    });
    came.map(|line| line.t)
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn percentiles_are_samples_and_never_too_small() {
        let spread = Spread::of((1..=1000).rev().collect()).unwrap();
        assert_eq!((spread.samples, spread.min, spread.max), (1000, 1, 1000));
        assert_eq!(
            (spread.p50, spread.p90, spread.p99, spread.p999),
            (500, 900, 990, 999)
        );
        let few = Spread::of(vec![7, 3]).unwrap();
        assert_eq!((few.p50, few.p90, few.p999), (3, 7, 7));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
