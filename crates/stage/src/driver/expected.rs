//! What a step waits for, by the clock of the stage. Whether an event is what was awaited says
//! the one matcher, which the judge asks as well, by the times of the timeline.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use matching::Expecting;
use scenario::plan::{Expectation, Pattern, Plan};
use timeline::{Direction, Event, EventKind, ExpectationId, Kind, Seen};

/// How long what a relay had sent before it, or its connection, ended may take to be shown, in
/// nanoseconds.
const ON_ITS_WAY: u64 = 1_000_000_000;

/// Everything that the current step waits for.
#[derive(Debug)]
pub(in crate::driver) struct Expected {
    awaited: Expecting,
    /// When the timeline began.
    epoch: Instant,
    /// How many events of the timeline the matcher has seen.
    seen: usize,
    /// Who has shown something awaited, or has ended, since this was last asked.
    stirred: BTreeSet<String>,
    /// When that was.
    asked: u64,
    /// When something began to be awaited last.
    began: u64,
    /// Since when nobody is at the relay's address, and nobody will be in this step.
    without_relay: Option<u64>,
    /// The connections of clients that do not come back by themselves.
    connections: BTreeMap<String, Connections>,
    /// Those of them that have said that they are disconnected, and have no connection left; since
    /// when.
    cut: BTreeMap<String, u64>,
}

/// The connections of a client.
#[derive(Debug, Default)]
struct Connections {
    /// So many can still bring something.
    open: usize,
    /// It has said that it is disconnected.
    is_given_up: bool,
}

impl Connections {
    /// Whether anything can still come after this.
    fn see(&mut self, kind: &Kind) -> bool {
        match kind {
            Kind::LinkOpened { .. } => {
                self.open += 1;
                self.is_given_up = false;
            }
            Kind::Started { .. } => self.is_given_up = false,
            Kind::LinkClosed {
                direction: Direction::Down,
                ..
            } => self.open = self.open.saturating_sub(1),
            Kind::Line {
                seen: Some(seen), ..
            } => self.is_given_up |= seen.event == EventKind::Disconnected,
            _ => {}
        }
        self.open > 0 || !self.is_given_up
    }
}

impl Expected {
    /// Nothing is awaited yet, in a timeline that begins at `epoch`.
    pub(in crate::driver) fn nothing(plan: &Plan, epoch: Instant) -> Self {
        let comes_back = |who: &str| {
            let events = &plan.adapter_of(who).client.events;
            events.contains_key(&EventKind::Reconnected)
        };
        let names = plan.clients.iter().map(|client| client.name.clone());
        let connections = names.filter(|who| !comes_back(who));
        Self {
            connections: connections
                .map(|who| (who, Connections::default()))
                .collect(),
            awaited: Expecting::default(),
            epoch,
            seen: 0,
            stirred: BTreeSet::new(),
            asked: 0,
            began: 0,
            without_relay: None,
            cut: BTreeMap::new(),
        }
    }

    /// Nobody is at the relay's address from this time of the timeline on.
    pub(in crate::driver) fn relay_is_gone(&mut self, now: u64) {
        self.without_relay = Some(now);
    }

    /// A relay is there again, and may bring something to anybody.
    pub(in crate::driver) fn relay_is_there(&mut self) {
        self.without_relay = None;
        self.cut.clear();
    }

    /// Nobody is at the relay's address.
    pub(in crate::driver) fn is_without_relay(&self) -> bool {
        self.without_relay.is_some()
    }

    /// The relay has gone since that time, and what it had sent before has been shown.
    pub(in crate::driver) fn relay_was_lost(&self, since: u64, now: Instant) -> bool {
        let gone = self.without_relay.filter(|gone| *gone >= since);
        gone.is_some_and(|gone| gone.saturating_add(ON_ITS_WAY) <= self.time_of(now))
    }

    /// Sees what has been recorded since the last time.
    pub(in crate::driver) fn see(&mut self, events: &[Event]) {
        for event in events.get(self.seen..).unwrap_or_default() {
            self.follow(event);
            if let Some(who) = self.awaited.see(event, event.t) {
                self.stirred.insert(who.to_owned());
            }
        }
        self.seen = events.len();
    }

    /// Whose connections may be over by this.
    fn follow(&mut self, event: &Event) {
        let (Kind::LinkOpened { link: who }
        | Kind::LinkClosed { link: who, .. }
        | Kind::Started { who, .. }
        | Kind::Line { who, .. }) = &event.kind
        else {
            return;
        };
        let Some(connections) = self.connections.get_mut(who) else {
            return;
        };
        if connections.see(&event.kind) {
            self.cut.remove(who);
        } else {
            self.cut.entry(who.clone()).or_insert(event.t);
        }
    }

    /// Begins to wait at a time of the timeline, after all that was recorded. What was recorded
    /// from `since` on counts as well, for an explicit `expect`.
    pub(in crate::driver) fn add<'a>(
        &mut self,
        expectations: impl IntoIterator<Item = &'a Expectation>,
        plan: &Plan,
        (events, now): (&[Event], u64),
        since: Option<usize>,
    ) {
        self.see(events);
        self.began = now;
        let earlier = since.map(|since| events.get(since..).unwrap_or_default());
        self.awaited.begin(expectations, plan, now, earlier);
    }

    /// Who should show what has not come.
    pub(in crate::driver) fn open(&self) -> Vec<(String, String)> {
        let open = self.awaited.open();
        open.map(|one| (one.client.clone(), one.sentence.clone()))
            .collect()
    }

    /// Whether this is awaited and has not come.
    pub(in crate::driver) fn is_open(&self, id: &ExpectationId) -> bool {
        self.awaited.is_open(id)
    }

    /// Whether a line of a client would be something that has not come.
    pub(in crate::driver) fn awaits(&self, who: &str, line: &str, seen: Option<&Seen>) -> bool {
        self.awaited.awaits(who, line, seen)
    }

    /// The expectations of files that have not come.
    pub(in crate::driver) fn files(&self) -> Vec<Expectation> {
        self.awaited.open().filter(is_file).cloned().collect()
    }

    /// Whether there are any.
    pub(in crate::driver) fn awaits_files(&self) -> bool {
        self.awaited.open().any(|one| is_file(&one))
    }

    /// True when nothing is waited for any more from these clients, where `in_vain` says
    /// whether something cannot come any more.
    pub(in crate::driver) fn is_over(
        &self,
        whose: impl Fn(&str) -> bool,
        in_vain: impl Fn(&Expectation) -> bool,
        now: Instant,
    ) -> bool {
        let now = self.time_of(now);
        let is_over = |one: &Expectation| {
            let lost = self.lost_at(one);
            !whose(&one.client) || in_vain(one) || lost.is_some_and(|lost| lost <= now)
        };
        self.awaited.is_over(now, is_over)
    }

    /// When this is not waited for any more, where only a relay could bring it and cannot.
    fn lost_at(&self, one: &Expectation) -> Option<u64> {
        let cut = self.cut.get(&one.client).copied();
        let gone = self.without_relay.into_iter().chain(cut).min()?;
        let lost = gone.max(self.began).saturating_add(ON_ITS_WAY);
        comes_from_relay(one).then_some(lost)
    }

    /// The first time after another at which something that was awaited is so no more.
    fn next_due(&self, after: u64) -> Option<u64> {
        let lost = self.awaited.open().filter_map(|one| self.lost_at(one));
        let lost = lost.filter(|lost| *lost > after).min();
        let due = self.awaited.next_deadline(after);
        due.into_iter().chain(lost).min()
    }

    /// Who has shown something awaited, or has ended, since the last time, and whether a deadline
    /// has passed since.
    pub(in crate::driver) fn take_news(&mut self, now: Instant) -> (BTreeSet<String>, bool) {
        let is_due = self.is_due(now);
        self.asked = self.time_of(now);
        (std::mem::take(&mut self.stirred), is_due)
    }

    /// Whether there is anything to take.
    pub(in crate::driver) fn has_news(&self, now: Instant) -> bool {
        !self.stirred.is_empty() || self.is_due(now)
    }

    /// A deadline that has passed before stays so: whoever waited for it has heard of it once.
    fn is_due(&self, now: Instant) -> bool {
        let due = self.next_due(self.asked);
        due.is_some_and(|due| due <= self.time_of(now))
    }

    /// When to check again at the latest.
    pub(in crate::driver) fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let due = self.next_due(self.time_of(now));
        due.map(|due| self.epoch + Duration::from_nanos(due))
    }

    /// Ends the step of these clients: what has not come.
    pub(in crate::driver) fn take_missing(
        &mut self,
        whose: impl Fn(&str) -> bool,
        events: &[Event],
    ) -> Vec<ExpectationId> {
        self.see(events);
        self.awaited.end(|one| whose(&one.client))
    }

    /// As the timeline counts.
    fn time_of(&self, now: Instant) -> u64 {
        u64::try_from((now - self.epoch).as_nanos()).unwrap_or(u64::MAX)
    }
}

fn is_file(one: &&Expectation) -> bool {
    matches!(one.pattern, Pattern::SameFile { .. })
}

/// Whether a client shows it only when a relay has sent it something. That a text was accepted, or
/// was not, and that a connection is lost, it may find by itself.
fn comes_from_relay(one: &Expectation) -> bool {
    match &one.pattern {
        Pattern::SameFile { .. } => true,
        Pattern::Event { event, .. } => match event {
            EventKind::FileDelivered
            | EventKind::FileOffered
            | EventKind::FileReceived
            | EventKind::Joined
            | EventKind::KeyChanged
            | EventKind::Message
            | EventKind::Private
            | EventKind::Ready
            | EventKind::Sent => true,
            EventKind::Disconnected
            | EventKind::FileFailed
            | EventKind::Left
            | EventKind::Reconnected
            | EventKind::Refused
            | EventKind::Rejected
            | EventKind::Undelivered => false,
        },
        // A fence is about its sender; what a scenario expects in lines may be anything.
        Pattern::Contains(_) => one.about.is_some(),
        Pattern::Line(_) | Pattern::Matches(_) | Pattern::Exits => false,
    }
}
