//! What is awaited, and what of it has come: a fold over the events of a timeline.

use std::collections::{BTreeMap, BTreeSet};

use crate::CompiledPattern;
use scenario::adapter::ClientReady;
use scenario::plan::{Action, Expectation, Mode, Pattern, Plan, PlannedStep};
use timeline::{Event, EventKind, ExpectationId, Kind, Seen, Stream};

/// Everything that is awaited now. Times are in nanoseconds since the play began.
#[derive(Debug, Default)]
pub struct Expecting {
    awaited: Vec<Awaited>,
    /// Lines that an explicit `expect` has taken; the next one takes another.
    taken: BTreeSet<u64>,
    /// Size and digest of what is in outboxes, by client and name.
    sent: BTreeMap<(String, String), (u64, String)>,
}

/// One awaited expectation.
#[derive(Debug)]
struct Awaited {
    expectation: Expectation,
    pattern: CompiledPattern,
    deadline: u64,
    /// Its step waits for nothing longer: the end of the step closes it, and no clock.
    is_last: bool,
    /// It is of an explicit `expect`, which takes the line that it matches.
    takes: bool,
    /// A process of its client was started since.
    has_started: bool,
    has_come: bool,
}

impl Expecting {
    /// Begins to wait for what a step expects. An explicit `expect` also considers `earlier`
    /// events. A *never* is not waited for: it is a matter of the whole play.
    pub fn begin<'a>(
        &mut self,
        expectations: impl IntoIterator<Item = &'a Expectation>,
        plan: &Plan,
        now: u64,
        earlier: Option<&[Event]>,
    ) {
        let expectations = expectations.into_iter();
        let awaited: Vec<_> = expectations.filter(|one| one.mode != Mode::Never).collect();
        let longest = awaited.iter().map(|one| one.within).max();
        let first = self.awaited.len();
        self.awaited.extend(awaited.into_iter().map(|one| {
            let escapes = plan.adapter_of(&one.client).client.escapes;
            let within = u64::try_from(one.within.as_nanos()).unwrap_or(u64::MAX);
            Awaited {
                pattern: CompiledPattern::new(&one.pattern, escapes),
                deadline: now.saturating_add(within),
                is_last: Some(one.within) == longest,
                takes: earlier.is_some(),
                has_started: false,
                has_come: false,
                expectation: one.clone(),
            }
        }));
        self.take_earlier(first, earlier.unwrap_or_default());
    }

    fn take_earlier(&mut self, first: usize, events: &[Event]) {
        for event in events {
            let begun = self.awaited.get_mut(first..).unwrap_or_default();
            match &event.kind {
                Kind::Exited { who, .. } => exited(begun.iter_mut(), who),
                Kind::Line {
                    who,
                    stream: Stream::Stdout,
                    text,
                    seen,
                    ..
                } if !self.taken.contains(&event.n) => {
                    let open = begun.iter_mut().filter(|one| one.is_open_for(who));
                    if first_match(open, text, seen.as_ref()).is_some() {
                        self.taken.insert(event.n);
                    }
                }
                _ => {}
            }
        }
    }

    /// Something has happened. Tells whose it was, where it may be what was awaited: a line or
    /// file that was, or the end of a process.
    pub fn see<'e>(&mut self, event: &'e Event, now: u64) -> Option<&'e str> {
        match &event.kind {
            Kind::Line {
                who,
                stream: Stream::Stdout,
                text,
                seen,
                ..
            } => {
                let in_time = |one: &&mut Awaited| one.is_open_for(who) && one.is_in_time(now);
                let open = self.awaited.iter_mut().filter(in_time);
                if first_match(open, text, seen.as_ref())?.takes {
                    self.taken.insert(event.n);
                }
                Some(who)
            }
            Kind::Exited { who, .. } => {
                let in_time = |one: &&mut Awaited| one.is_in_time(now);
                exited(self.awaited.iter_mut().filter(in_time), who);
                Some(who)
            }
            Kind::Started { who, .. } => {
                let awaited = self.awaited.iter_mut();
                let own = awaited.filter(|one| one.expectation.client == *who);
                own.for_each(Awaited::start);
                None
            }
            Kind::Outbox {
                who,
                name,
                size,
                sha256,
            } => {
                let key = (who.clone(), name.clone());
                self.sent.insert(key, (*size, sha256.clone()));
                None
            }
            Kind::Received {
                who, size, sha256, ..
            } => {
                let sent = &self.sent;
                let is_it = |one: &&mut Awaited| {
                    one.is_open_for(who) && one.is_in_time(now) && one.is_file(sent, *size, sha256)
                };
                self.awaited.iter_mut().find(is_it)?.has_come = true;
                Some(who)
            }
            _ => None,
        }
    }

    /// What has not come.
    pub fn open(&self) -> impl Iterator<Item = &Expectation> {
        let open = self.awaited.iter().filter(|one| !one.has_come);
        open.map(|one| &one.expectation)
    }

    /// Whether a line of a client would be something that has not come.
    pub fn awaits(&self, who: &str, line: &str, seen: Option<&Seen>) -> bool {
        let mut open = self.awaited.iter().filter(|one| one.is_open_for(who));
        open.any(|one| one.pattern.matches(line, seen))
    }

    /// Whether this has not come yet.
    pub fn is_open(&self, id: &ExpectationId) -> bool {
        self.open().any(|one| one.id == *id)
    }

    /// The first deadline after a time of what has not come.
    pub fn next_deadline(&self, after: u64) -> Option<u64> {
        let open = self.awaited.iter().filter(|one| !one.has_come);
        let deadlines = open.map(|one| one.deadline);
        deadlines.filter(|deadline| *deadline > after).min()
    }

    /// Whether nothing can come any more of what has not: its deadline has passed, or `is_over`
    /// says so.
    pub fn is_over(&self, now: u64, is_over: impl Fn(&Expectation) -> bool) -> bool {
        let mut open = self.awaited.iter().filter(|one| !one.has_come);
        open.all(|one| one.deadline <= now || is_over(&one.expectation))
    }

    /// Ends to wait for these, and tells which of them have not come.
    pub fn end(&mut self, which: impl Fn(&Expectation) -> bool) -> Vec<ExpectationId> {
        let ended = self.awaited.extract_if(.., |one| which(&one.expectation));
        ended
            .filter(|one| !one.has_come)
            .map(|one| one.expectation.id)
            .collect()
    }
}

impl Awaited {
    /// A process of its client starts. Of several that start within a step, all but the last
    /// prepare: their end is not that of the client.
    fn start(&mut self) {
        if self.has_started && self.expectation.pattern == Pattern::Exits {
            self.has_come = false;
        }
        self.has_started = true;
    }

    fn is_open_for(&self, who: &str) -> bool {
        !self.has_come && self.expectation.client == who
    }

    /// What is read in the moment of the last deadline may be recorded a moment after it, and
    /// still counts: on a machine with much to do, that moment is long. What had to come earlier
    /// than the rest of its step has no such excuse.
    fn is_in_time(&self, now: u64) -> bool {
        self.is_last || now <= self.deadline
    }

    fn is_file(
        &self,
        sent: &BTreeMap<(String, String), (u64, String)>,
        size: u64,
        sha256: &str,
    ) -> bool {
        let Pattern::SameFile { from, name } = &self.expectation.pattern else {
            return false;
        };
        let wanted = sent.get(&(from.clone(), name.clone()));
        wanted.is_some_and(|(its_size, digest)| *its_size == size && digest == sha256)
    }
}

/// A line fulfils the first expectation that it matches, and no other.
fn first_match<'a>(
    mut open: impl Iterator<Item = &'a mut Awaited>,
    line: &str,
    seen: Option<&Seen>,
) -> Option<&'a Awaited> {
    let one = open.find(|one| one.pattern.matches(line, seen))?;
    one.has_come = true;
    Some(one)
}

fn exited<'a>(awaited: impl Iterator<Item = &'a mut Awaited>, who: &str) {
    let exits =
        |one: &&mut Awaited| one.is_open_for(who) && one.expectation.pattern == Pattern::Exits;
    awaited.filter(exits).for_each(|one| one.has_come = true);
}

/// A step of the top level, and those that are done with it at once, however deep they stand.
pub fn at_once(step: &PlannedStep) -> Vec<&PlannedStep> {
    let mut steps = vec![step];
    if let Action::All { steps: inner } = &step.action {
        steps.extend(inner.iter().flat_map(at_once));
    }
    steps
}

/// Whether these steps do nothing, so that what they expect may have come before: an explicit
/// `expect` also counts what came since the last step that did something.
pub fn only_expects(steps: &[&PlannedStep]) -> bool {
    let mut actions = steps.iter().map(|one| &one.action);
    actions.all(|action| matches!(action, Action::Expect | Action::Beat { .. }))
}

/// What is awaited of the start of a client before step 1: that it can be driven, where a line
/// shows that, and that others are notified.
pub fn opening(plan: &Plan, client: &str) -> Vec<Expectation> {
    let is_about = |one: &&Expectation| one.about.as_deref().unwrap_or(&one.client) == client;
    let joins = plan.opening.iter().filter(is_about).cloned();
    ready(plan, client).into_iter().chain(joins).collect()
}

/// That a client shows that it can be driven.
fn ready(plan: &Plan, client: &str) -> Option<Expectation> {
    let spec = &plan.adapter_of(client).client;
    let event = match spec.ready {
        ClientReady::AfterDialogue | ClientReady::Connected => return None,
        ClientReady::Event => EventKind::Ready,
        ClientReady::Joined => EventKind::Joined,
    };
    let is_alone = || plan.clients.iter().filter(|one| !one.late).count() < 2;
    // Who is to show that others have joined is ready by that.
    let shows_others = || plan.opening.iter().any(|one| one.client == client);
    let is_shown = spec.events.contains_key(&event);
    if !is_shown || (event == EventKind::Joined && (is_alone() || shows_others())) {
        return None;
    }
    Some(Expectation {
        id: ready_id(client),
        client: client.to_owned(),
        pattern: Pattern::Event {
            event,
            captures: BTreeMap::new(),
        },
        mode: Mode::Eventually,
        within: spec.ready_within,
        sentence: format!("{client} gets ready"),
        about: None,
    })
}

/// Names the expectation that a client which starts before step 1 can be driven.
pub fn ready_id(client: &str) -> ExpectationId {
    ExpectationId(format!("opening/{client}-ready"))
}
