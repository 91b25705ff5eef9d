//! What a step waits for.

use std::collections::BTreeSet;

use tokio::time::Instant;

use matching::CompiledPattern;
use scenario::plan::{Expectation, Mode, Pattern, Plan};
use timeline::{Event, ExpectationId, Kind, Seen, Stream};

/// An awaited expectation.
#[derive(Debug)]
struct Awaited {
    expectation: Expectation,
    pattern: CompiledPattern,
    deadline: Instant,
    seen: bool,
}

/// Everything that the current step waits for.
#[derive(Debug, Default)]
pub(in crate::driver) struct Expected {
    list: Vec<Awaited>,
    /// Who has shown something awaited, or has ended, since this was last asked.
    stirred: BTreeSet<String>,
    /// Lines that an explicit `expect` has taken; the next one takes another.
    taken: BTreeSet<u64>,
}

impl Expected {
    /// Begins to wait. A *never* is not waited for: the judge looks at the whole play.
    pub(in crate::driver) fn add<'a>(
        &mut self,
        expectations: impl IntoIterator<Item = &'a Expectation>,
        plan: &Plan,
        now: Instant,
    ) {
        let awaited = expectations
            .into_iter()
            .filter(|one| one.mode != Mode::Never);
        self.list.extend(awaited.map(|expectation| Awaited {
            pattern: {
                let client = &plan.adapter_of(&expectation.client).client;
                CompiledPattern::new(&expectation.pattern, client.escapes)
            },
            deadline: now + expectation.within,
            expectation: expectation.clone(),
            seen: false,
        }));
    }

    /// A client has shown a line: it fulfils the first expectation that it matches.
    pub(in crate::driver) fn line(&mut self, who: &str, line: &str, seen: Option<&Seen>) {
        let mut open = self
            .list
            .iter_mut()
            .filter(|one| !one.seen && one.expectation.client == who);
        if let Some(awaited) = open.find(|one| one.pattern.matches(line, seen)) {
            awaited.seen = true;
            self.stirred.insert(who.to_owned());
        }
    }

    /// Looks at what these clients have shown before the step began, for an explicit `expect`.
    pub(in crate::driver) fn look_back(&mut self, events: &[Event], whose: impl Fn(&str) -> bool) {
        for event in events {
            if let Kind::Exited { who, .. } = &event.kind
                && whose(who)
            {
                self.exit(who);
            }
            let Kind::Line {
                who,
                stream: Stream::Stdout,
                text,
                seen,
            } = &event.kind
            else {
                continue;
            };
            if self.taken.contains(&event.n) || !whose(who) {
                continue;
            }
            let mut open = self
                .list
                .iter_mut()
                .filter(|one| !one.seen && one.expectation.client == *who);
            if let Some(awaited) = open.find(|one| one.pattern.matches(text, seen.as_ref())) {
                awaited.seen = true;
                self.taken.insert(event.n);
            }
        }
    }

    /// Who should show what has not come.
    pub(in crate::driver) fn open(&self) -> Vec<(String, String)> {
        let open = self.list.iter().filter(|one| !one.seen);
        open.map(|one| {
            (
                one.expectation.client.clone(),
                one.expectation.sentence.clone(),
            )
        })
        .collect()
    }

    /// A process has ended.
    pub(in crate::driver) fn exit(&mut self, who: &str) {
        self.stirred.insert(who.to_owned());
        for awaited in &mut self.list {
            if awaited.expectation.client == who && awaited.expectation.pattern == Pattern::Exits {
                awaited.seen = true;
            }
        }
    }

    /// The expectations of files that have not come.
    pub(in crate::driver) fn files(&self) -> Vec<Expectation> {
        let open = self.list.iter().filter(|one| !one.seen);
        let files = open.filter(|one| matches!(one.expectation.pattern, Pattern::SameFile { .. }));
        files.map(|one| one.expectation.clone()).collect()
    }

    /// Whether there are any.
    pub(in crate::driver) fn awaits_files(&self) -> bool {
        let mut open = self.list.iter().filter(|one| !one.seen);
        open.any(|one| matches!(one.expectation.pattern, Pattern::SameFile { .. }))
    }

    /// A file has come.
    pub(in crate::driver) fn file(&mut self, id: &ExpectationId) {
        for awaited in self.list.iter_mut().filter(|one| one.expectation.id == *id) {
            awaited.seen = true;
            self.stirred.insert(awaited.expectation.client.clone());
        }
    }

    /// True when nothing is waited for any more from these clients, where `ended` says
    /// whether one can show nothing more.
    pub(in crate::driver) fn is_over(
        &self,
        whose: impl Fn(&str) -> bool,
        ended: impl Fn(&str) -> bool,
        now: Instant,
    ) -> bool {
        let mut open = self.list.iter().filter(|one| !one.seen);
        open.all(|one| {
            let who = &one.expectation.client;
            one.deadline <= now || ended(who) || !whose(who)
        })
    }

    /// Who has shown something awaited, or has ended, since the last time.
    pub(in crate::driver) fn take_stirred(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.stirred)
    }

    /// Whether somebody has, or whether a deadline has come.
    pub(in crate::driver) fn has_news(&self, now: Instant) -> bool {
        !self.stirred.is_empty() || self.next_deadline().is_some_and(|due| due <= now)
    }

    /// When to look again at the latest.
    pub(in crate::driver) fn next_deadline(&self) -> Option<Instant> {
        self.list
            .iter()
            .filter(|one| !one.seen)
            .map(|one| one.deadline)
            .min()
    }

    /// Ends the step of these clients: what has not come.
    pub(in crate::driver) fn take_missing(
        &mut self,
        whose: impl Fn(&str) -> bool,
    ) -> Vec<ExpectationId> {
        let ended = self
            .list
            .extract_if(.., |one| whose(&one.expectation.client));
        ended
            .filter(|one| !one.seen)
            .map(|one| one.expectation.id)
            .collect()
    }
}
