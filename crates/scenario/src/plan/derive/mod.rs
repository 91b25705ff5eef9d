//! What each verb expects by itself.

mod files;
mod messages;
mod presence;

use std::collections::BTreeMap;
use std::time::Duration;

use timeline::{EventKind, ExpectationId, StepId};

use super::expectation::{Expectation, Mode, Pattern};
use super::logins::Logins;
use crate::adapter::Adapter;

pub(super) use messages::Message;

/// The situation in which a step's expectations are derived.
pub(super) struct Derive<'a> {
    pub(super) main: &'a Adapter,
    /// By client.
    pub(super) others: &'a BTreeMap<String, &'a Adapter>,
    /// By client.
    pub(super) logins: &'a Logins,
    /// Who is connected before the step, and stays so while other steps go on at the same
    /// time; in the order of the scenario.
    pub(super) connected: Vec<String>,
    pub(super) step: &'a StepId,
    pub(super) within: Duration,
    pub(super) list: Vec<Expectation>,
}

/// Something that is expected, but for what is to be seen.
#[derive(Clone, Debug)]
pub(super) struct Expect<'a> {
    client: &'a str,
    /// The end of its id.
    slug: &'a str,
    mode: Mode,
    sentence: String,
    about: Option<&'a str>,
}

impl<'a> Expect<'a> {
    /// Of a client, at least once before the deadline.
    pub(super) fn of(client: &'a str, slug: &'a str, sentence: String) -> Self {
        Self {
            client,
            slug,
            mode: Mode::Eventually,
            sentence,
            about: None,
        }
    }

    /// So often instead.
    pub(super) fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// It is about this participant's message.
    pub(super) fn about(mut self, participant: Option<&'a str>) -> Self {
        self.about = participant;
        self
    }
}

impl<'a> Derive<'a> {
    /// An event, left out where the implementation has no pattern for it.
    fn event(&mut self, one: Expect<'_>, event: EventKind, captures: &[(&str, &str)]) {
        let Some(patterns) = self.adapter_of(one.client).client.events.get(&event) else {
            return;
        };
        // An implementation may tell less than another: only what it captures can be asked.
        let known = captures
            .iter()
            .filter(|(name, _)| patterns.tell(name))
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let pattern = Pattern::Event {
            event,
            captures: known.collect(),
        };
        self.add(one, pattern);
    }

    /// A pattern, with an id that no other one of the step has.
    pub(super) fn add(&mut self, one: Expect<'_>, pattern: Pattern) {
        let is_taken = |id: &str| self.list.iter().any(|one| one.id.0 == id);
        let first = format!("{}/{}-{}", self.step.0, one.client, one.slug);
        let mut id = first.clone();
        let mut n = 2;
        while is_taken(&id) {
            id = format!("{first}-{n}");
            n += 1;
        }
        self.list.push(Expectation {
            id: ExpectationId(id),
            client: one.client.to_owned(),
            pattern,
            mode: one.mode,
            within: self.within,
            sentence: one.sentence,
            about: one.about.map(str::to_owned),
        });
    }

    fn adapter_of(&self, client: &str) -> &'a Adapter {
        self.others.get(client).copied().unwrap_or(self.main)
    }

    /// Everyone else who is connected.
    pub(super) fn others(&self, than: &str) -> Vec<String> {
        self.connected
            .iter()
            .filter(|one| *one != than)
            .cloned()
            .collect()
    }

    fn login<'n>(&self, client: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.logins.get(client)
    }
}
