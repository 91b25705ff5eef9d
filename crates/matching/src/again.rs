//! A timeline, read again by the patterns of a plan.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::{Expecting, Recognisers, at_once, only_expects, opening};
use scenario::plan::{LoadPlan, Plan, PlannedStep, Round};
use timeline::{Event, ExpectationId, Kind, StepId, StepResult};

/// A timeline as a plan reads it: what each line shows and what has come of what was awaited is
/// worked out anew. What the stage took for it only decided when it went on.
#[derive(Clone, Debug)]
pub struct Again<'a> {
    /// The events, with each line's `seen` and each step's result as they are by this plan, and
    /// without those that say that something was not shown before step 1 which was. A step that
    /// could not be done stays one: nobody but the stage knows that.
    pub events: Cow<'a, [Event]>,
    /// What clients did not show before step 1, by the number of the event by which they should.
    pub missed: Vec<(u64, ExpectationId)>,
}

/// The steps of the top level that a timeline may hold.
#[derive(Clone, Debug)]
pub struct Steps<'a>(BTreeMap<&'a StepId, Top<'a>>);

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Top<'a> {
    step: &'a PlannedStep,
    /// Those who play one after another; of a load, each group does.
    group: usize,
}

impl<'a> Steps<'a> {
    /// Those of a play.
    pub fn of_play(plan: &'a Plan) -> Self {
        let steps = plan.steps.iter().map(|step| (step, 0));
        Self::of(steps)
    }

    /// Those of a load's rounds.
    pub fn of_load(rounds: &'a [Round]) -> Self {
        let steps = rounds.iter().flat_map(|round| &round.steps);
        Self::of(steps.map(|step| {
            let group = LoadPlan::place(&step.id).map_or(0, |(group, ..)| group);
            (step, group)
        }))
    }

    fn of(steps: impl Iterator<Item = (&'a PlannedStep, usize)>) -> Self {
        let steps = steps.map(|(step, group)| (&step.id, Top { step, group }));
        Self(steps.collect())
    }
}

impl<'a> Again<'a> {
    /// Reads it again.
    pub fn read(plan: &Plan, steps: &Steps<'_>, events: &'a [Event]) -> Self {
        let mut reader = Reader {
            plan,
            steps,
            expecting: Expecting::default(),
            acted: BTreeMap::new(),
            begun: BTreeMap::new(),
            opened: BTreeSet::new(),
            missing: BTreeSet::new(),
            missed: Vec::new(),
            not_ready: BTreeSet::new(),
        };
        let mut recognisers = Recognisers::of(plan);
        let mut read = Cow::Borrowed(events);
        for (place, event) in events.iter().enumerate() {
            let kind = match &event.kind {
                Kind::Started { who, .. } => {
                    recognisers.started(who);
                    None
                }
                Kind::Line {
                    who,
                    stream,
                    text,
                    unfinished,
                    ..
                } => Some(Kind::Line {
                    who: who.clone(),
                    stream: *stream,
                    text: text.clone(),
                    seen: recognisers.seen(who, *stream, text),
                    unfinished: *unfinished,
                }),
                Kind::StepEnded { step, result } => Some(Kind::StepEnded {
                    step: step.clone(),
                    result: reader.end(step, result),
                }),
                _ => None,
            };
            // Nearly every timeline is read as it was written, and some are long.
            if let Some(kind) = kind.filter(|kind| *kind != event.kind)
                && let Some(event) = read.to_mut().get_mut(place)
            {
                event.kind = kind;
            }
            reader.see(&read, place);
        }
        if read.iter().any(|event| reader.is_refuted(event)) {
            read.to_mut().retain(|event| !reader.is_refuted(event));
        }
        Self {
            events: read,
            missed: reader.missed,
        }
    }
}

/// What is known of a timeline up to an event.
struct Reader<'r> {
    plan: &'r Plan,
    steps: &'r Steps<'r>,
    expecting: Expecting,
    /// Where the last step of each group began that did something.
    acted: BTreeMap<usize, usize>,
    /// The steps that have begun and not ended, by the steps that are done at once with them.
    begun: BTreeMap<&'r StepId, &'r PlannedStep>,
    /// Clients that were there before step 1.
    opened: BTreeSet<String>,
    /// What had not come when its step ended.
    missing: BTreeSet<ExpectationId>,
    missed: Vec<(u64, ExpectationId)>,
    /// What had not come when the stage gave up a client before step 1.
    not_ready: BTreeSet<ExpectationId>,
}

impl<'r> Reader<'r> {
    fn see(&mut self, events: &[Event], place: usize) {
        let Some(event) = events.get(place) else {
            return;
        };
        match &event.kind {
            Kind::Started { who, .. } => {
                self.start(who, event.t);
                self.expecting.see(event, event.t);
            }
            Kind::Ready { who } => self.ready(who, event.n),
            Kind::NotReady {
                who,
                expectation: Some(_),
                ..
            } => {
                // The play goes no further: what others should have shown of it is no matter.
                let missing = self.end_opening(who);
                self.not_ready.extend(missing);
            }
            Kind::StepBegan { step } => self.begin(step, events, place),
            _ => drop(self.expecting.see(event, event.t)),
        }
    }

    /// A client that is there before step 1 is to show that it is, and others that it came. Of
    /// several processes, all but the last prepare.
    fn start(&mut self, who: &str, now: u64) {
        let is_early = |client: &&scenario::plan::PlannedClient| client.name == who && !client.late;
        if self.plan.clients.iter().any(|client| is_early(&client)) && !self.opened.contains(who) {
            self.end_opening(who);
            let expected = opening(self.plan, who);
            self.expecting.begin(&expected, self.plan, now, None);
        }
    }

    /// By this event a client should have shown that it is there, and others that it came.
    fn ready(&mut self, who: &str, n: u64) {
        self.opened.insert(who.to_owned());
        let missing = self.end_opening(who);
        self.missed.extend(missing.into_iter().map(|id| (n, id)));
    }

    /// What has not come of what a start before step 1 was to show.
    fn end_opening(&mut self, who: &str) -> Vec<ExpectationId> {
        let expected = opening(self.plan, who).into_iter().map(|one| one.id);
        let expected: BTreeSet<ExpectationId> = expected.collect();
        self.expecting.end(|one| expected.contains(&one.id))
    }

    /// Whether it says that somebody did not show what, by this plan, was shown.
    fn is_refuted(&self, event: &Event) -> bool {
        match &event.kind {
            Kind::Missed { expectation, .. } => {
                !self.missed.iter().any(|(_, id)| id == expectation)
            }
            Kind::NotReady {
                expectation: Some(expectation),
                ..
            } => !self.not_ready.contains(expectation),
            _ => false,
        }
    }

    fn begin(&mut self, id: &StepId, events: &[Event], place: usize) {
        let steps = self.steps;
        let Some(Top { step, group }) = steps.0.get(id).copied() else {
            // It is within another one, which has begun with it.
            return;
        };
        let together = at_once(step);
        let expects = only_expects(&together);
        if !expects {
            self.acted.insert(group, place);
        }
        let since = self.acted.get(&group).copied().unwrap_or(0);
        let earlier = events.get(since..=place).filter(|_| expects);
        let now = events.get(place).map_or(0, |event| event.t);
        let expected = together.iter().flat_map(|one| &one.expects);
        self.expecting.begin(expected, self.plan, now, earlier);
        self.begun
            .extend(together.into_iter().map(|one| (&one.id, step)));
    }

    /// How a step ended. Those that are done at once end at once.
    fn end(&mut self, id: &StepId, recorded: &StepResult) -> StepResult {
        let Some(step) = self.begun.remove(id) else {
            return recorded.clone();
        };
        let together = at_once(step);
        let expected = together.iter().flat_map(|one| &one.expects);
        let expected: BTreeSet<&ExpectationId> = expected.map(|one| &one.id).collect();
        let missing = self.expecting.end(|one| expected.contains(&one.id));
        self.missing.extend(missing);
        if let StepResult::Impossible(_) = recorded {
            return recorded.clone();
        }
        let this = together.iter().find(|one| one.id == *id);
        let own = this
            .into_iter()
            .flat_map(|one| &one.expects)
            .map(|one| &one.id);
        let own: Vec<_> = own
            .filter(|id| self.missing.contains(id))
            .cloned()
            .collect();
        if own.is_empty() {
            StepResult::Held
        } else {
            StepResult::Missing(own)
        }
    }
}
