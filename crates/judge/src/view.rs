//! A timeline as the judge sees it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::showings::Showings;
use matching::{Again, CompiledPattern};
use scenario::plan::{Expectation, Plan, PlannedStep};
use timeline::{Event, ExpectationId, Kind, Seen, StepId, StepResult, Stream};

/// One line that a client showed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    /// Its number on the timeline.
    pub(super) n: u64,
    /// Nanoseconds since the play began.
    pub(super) t: u64,
    pub(super) text: &'a str,
    pub(super) seen: Option<&'a Seen>,
    /// Its program ended before it did.
    pub(super) unfinished: bool,
}

/// How a step went.
#[derive(Clone, Debug)]
pub(super) struct StepSpan {
    pub(super) began: u64,
    pub(super) ended: Option<u64>,
    pub(super) result: Option<StepResult>,
}

/// Plan and timeline, indexed.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) plan: &'a Plan,
    pub(super) events: &'a [Event],
    /// What clients did not show before step 1, by the number of the event by which they should.
    pub(super) missed: &'a [(u64, ExpectationId)],
    /// Standard output of each client, fences included.
    lanes: BTreeMap<&'a str, Vec<Shown<'a>>>,
    showings: Showings<'a>,
    steps: BTreeMap<&'a StepId, StepSpan>,
    /// Every step that was planned, parents before their children.
    planned: Vec<&'a PlannedStep>,
    /// Where the harness began to stop everything; behind the last event if it did not.
    pub(super) stopping: u64,
}

impl<'a> View<'a> {
    /// Of a play: the steps are those of its plan.
    pub(super) fn new(plan: &'a Plan, again: &'a Again<'a>) -> Self {
        Self::with(plan, plan.all_steps().collect(), again)
    }

    /// Of these steps.
    pub(super) fn with(
        plan: &'a Plan,
        planned: Vec<&'a PlannedStep>,
        again: &'a Again<'a>,
    ) -> Self {
        Self::of(plan, planned, &again.events, &again.missed)
    }

    /// Of the same play, as far as it had come before that event.
    pub(super) fn before(&self, n: u64) -> Self {
        let events = self.events.partition_point(|event| event.n < n);
        let missed = self.missed.partition_point(|(at, _)| *at < n);
        Self::of(
            self.plan,
            self.planned.clone(),
            self.events.get(..events).unwrap_or_default(),
            self.missed.get(..missed).unwrap_or_default(),
        )
    }

    fn of(
        plan: &'a Plan,
        planned: Vec<&'a PlannedStep>,
        events: &'a [Event],
        missed: &'a [(u64, ExpectationId)],
    ) -> Self {
        let mut lanes: BTreeMap<&str, Vec<Shown<'_>>> = BTreeMap::new();
        let mut steps: BTreeMap<&StepId, StepSpan> = BTreeMap::new();
        let mut stopping = events.last().map_or(0, |event| event.n + 1);
        for event in events {
            match &event.kind {
                Kind::Line {
                    who,
                    stream: Stream::Stdout,
                    text,
                    seen,
                    unfinished,
                } => lanes.entry(who).or_default().push(Shown {
                    n: event.n,
                    t: event.t,
                    text,
                    seen: seen.as_ref(),
                    unfinished: *unfinished,
                }),
                Kind::StepBegan { step } => {
                    let span = StepSpan {
                        began: event.n,
                        ended: None,
                        result: None,
                    };
                    steps.entry(step).or_insert(span);
                }
                Kind::StepEnded { step, result } => {
                    if let Some(span) = steps.get_mut(step) {
                        span.ended = Some(event.n);
                        span.result = Some(result.clone());
                    }
                }
                Kind::Stopping => stopping = stopping.min(event.n),
                _ => {}
            }
        }
        Self {
            plan,
            events,
            missed,
            showings: Showings::of(&lanes, &planned, &steps),
            lanes,
            steps,
            planned,
            stopping,
        }
    }

    /// Lines of the client that show what is expected, fences left out.
    pub(super) fn matching(&self, one: &Expectation) -> Rc<[Shown<'a>]> {
        self.showings.of_pattern(one, || {
            let escapes = self.plan.adapter_of(&one.client).client.escapes;
            let pattern = CompiledPattern::new(&one.pattern, escapes);
            let all = || self.lanes.get(one.client.as_str());
            let lines = self.showings.with_text(one).unwrap_or_else(all);
            let lines = lines.into_iter().flatten().copied();
            lines
                .filter(|shown| shown.n < self.stopping && !self.is_fence(shown.text))
                .filter(|shown| pattern.matches(shown.text, shown.seen))
                .collect()
        })
    }

    /// How often the same is expected once of the same client, in all steps that were reached.
    pub(super) fn times_expected(&self, one: &Expectation) -> usize {
        let key = (one.client.as_str(), &one.pattern);
        self.showings.expected.get(&key).copied().unwrap_or(0)
    }

    /// Every step that was planned, parents before their children.
    pub(super) fn all_steps(&self) -> impl Iterator<Item = &'a PlannedStep> {
        self.planned.iter().copied()
    }

    /// What a client showed after that event, and before the harness stopped it.
    pub(super) fn shown_after(&self, who: &str, n: u64) -> impl Iterator<Item = Shown<'a>> {
        let lane = self.lanes.get(who).map(Vec::as_slice).unwrap_or_default();
        let first = lane.partition_point(|shown| shown.n <= n);
        let later = lane.get(first..).unwrap_or_default().iter().copied();
        let stopping = self.stopping;
        later.take_while(move |shown| shown.n < stopping)
    }

    /// What a client showed before the harness stopped it.
    pub(super) fn shown(&self, who: &str) -> impl Iterator<Item = Shown<'a>> {
        let stopping = self.stopping;
        let lane = self.lanes.get(who).map(Vec::as_slice).unwrap_or_default();
        lane.iter().copied().filter(move |shown| shown.n < stopping)
    }

    /// Where somebody's output lies, in the play's directory: the first of these streams
    /// that has some.
    pub(super) fn output_of(&self, who: &str, streams: [Stream; 2]) -> Option<String> {
        let has = |wanted: Stream| {
            self.events.iter().any(|event| {
                matches!(&event.kind, Kind::Output { who: origin, stream, .. } if origin == who && *stream == wanted)
            })
        };
        let found = streams.into_iter().find(|stream| has(*stream))?;
        Some(found.file_of(who))
    }

    /// How a step went; `None` when it was not reached.
    pub(super) fn step(&self, id: &StepId) -> Option<&StepSpan> {
        self.steps.get(id)
    }

    /// The line is a fence, which belongs to nobody's conversation.
    pub(super) fn is_fence(&self, line: &str) -> bool {
        line.contains(&self.plan.fence_prefix())
    }
}
