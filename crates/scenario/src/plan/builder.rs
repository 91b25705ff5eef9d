//! What is known while a plan is built, step by step.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rand::Rng as _;
use timeline::{EventKind, StepId};

use super::audit::AuditPlan;
use super::canary::{Planter, stream};
use super::content::PlannedFile;
use super::counters::Counters;
use super::derive::Derive;
use super::expectation::Expectation;
use super::implementations::Implementations;
use super::line::line;
use super::logins::Logins;
use super::unsupported::Unsupported;
use crate::adapter::{Adapter, Escapes, Typed, TypedLines};
use crate::world::World;
use crate::{Capability, Links, Piece, Scenario, Step, Text};

/// How long is waited for what a step expects, where the step does not say.
const WITHIN: Duration = Duration::from_secs(10);

/// What is known while the steps are planned, one after another.
pub(super) struct Builder<'a> {
    pub(super) scenario: &'a Scenario,
    /// Of the relay and of most clients.
    pub(super) main: &'a Adapter,
    /// Of clients that are another implementation, by their name.
    others: BTreeMap<String, &'a Adapter>,
    pub(super) root: &'a Path,
    pub(super) world: World,
    pub(super) planter: Planter,
    pub(super) seed: u64,
    pub(super) seeds: rand::rngs::StdRng,
    pub(super) files: Vec<PlannedFile>,
    pub(super) audit: AuditPlan,
    pub(super) logins: Logins,
    pub(super) counters: Counters,
    /// Who stays connected throughout the `all` that is around.
    pub(super) group: Option<Vec<String>>,
}

/// One step on its way into the plan.
#[derive(Clone, Copy)]
pub(super) struct Here<'s> {
    pub(super) id: &'s StepId,
    pub(super) step: &'s Step,
    /// The turn of the innermost `repeat`.
    pub(super) turn: Option<u32>,
    /// Its deadline, or that of the step around it.
    pub(super) within: Option<Duration>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        scenario: &'a Scenario,
        implementations: &Implementations<'a>,
        seed: u64,
        root: &'a Path,
    ) -> Result<Self, Unsupported> {
        let clients = scenario.clients.iter();
        let logins = Logins::of(scenario);
        Ok(Self {
            scenario,
            main: implementations.main,
            others: implementations.of_clients(scenario)?,
            root,
            world: World::new(clients.map(|client| (client.name.as_str(), client.late))),
            planter: Planter::new(seed, &scenario.id),
            seed,
            seeds: stream(seed, &["files", &scenario.id]),
            files: Vec::new(),
            audit: AuditPlan::default(),
            counters: Counters::new(scenario, &logins),
            logins,
            group: None,
        })
    }

    /// How a client is driven; the relay by the main adapter.
    pub(super) fn adapter_of(&self, participant: &str) -> &'a Adapter {
        self.others.get(participant).copied().unwrap_or(self.main)
    }

    /// Each early client is notified of those that start after it.
    pub(super) fn opening(&self) -> Vec<Expectation> {
        let id = StepId("opening".to_owned());
        let mut all = Vec::new();
        let early: Vec<&str> = self.world.connected().collect();
        for (n, client) in early.iter().enumerate() {
            let before = early
                .iter()
                .take(n)
                .map(|name| (*name).to_owned())
                .collect();
            let once = self.counters.joins_once(self.login(client));
            let within = self.adapter_of(client).client.ready_within.max(WITHIN);
            let mut derive = self.derive(&id, before, within);
            derive.join(client, crate::Join::Ready, once, false);
            all.extend(derive.list.into_iter().filter(|one| one.client != *client));
        }
        for one in &mut all {
            if let Some(about) = &one.about {
                one.id.0 = format!("{}-of-{about}", one.id.0);
            }
        }
        all
    }

    /// The situation of a step.
    pub(super) fn situation<'b>(&'b self, here: Here<'b>) -> Derive<'b> {
        let now = || self.world.connected().map(str::to_owned).collect();
        let connected = self.group.clone().unwrap_or_else(now);
        self.derive(here.id, connected, here.within.unwrap_or(WITHIN))
    }

    fn derive<'b>(
        &'b self,
        step: &'b StepId,
        connected: Vec<String>,
        within: Duration,
    ) -> Derive<'b> {
        Derive {
            main: self.main,
            others: &self.others,
            logins: &self.logins,
            connected,
            step,
            within,
            list: Vec::new(),
        }
    }

    /// Fills in a text; what was planted fresh in it, if anything, is among the canaries.
    pub(super) fn fill(&mut self, text: &Text, here: Here<'_>) -> String {
        let mut filled = String::new();
        for piece in &text.0 {
            match piece {
                Piece::Canary(None) => filled.push_str(&self.planter.fresh(here.id).text),
                Piece::Canary(Some(name)) => filled.push_str(&self.planter.named(name, here.id)),
                Piece::Count => filled.push_str(&here.turn.unwrap_or(1).to_string()),
                Piece::Fill(bytes) => filled.push_str(&filling(*bytes)),
                Piece::Plain(plain) => filled.push_str(plain),
            }
        }
        filled
    }

    pub(super) fn login<'n>(&'n self, client: &'n str) -> &'n str {
        self.logins.get(client)
    }

    /// The client that logs in so.
    pub(super) fn client_with_login(&self, login: &str) -> Option<&str> {
        self.logins.client(login)
    }

    /// The clients whose links are affected.
    pub(super) fn clients_of(&self, links: &Links) -> Vec<String> {
        match links {
            Links::All => {
                let all = self.scenario.clients.iter();
                all.map(|client| client.name.clone()).collect()
            }
            Links::One(client) => vec![client.clone()],
        }
    }

    /// How long a link may be silent.
    pub(super) fn keepalive(&self) -> Duration {
        self.scenario.keepalive.unwrap_or(self.main.relay.keepalive)
    }

    /// A seed for one purpose of a step.
    pub(super) fn seed_of(&self, purpose: &str, step: &StepId) -> u64 {
        stream(self.seed, &[purpose, &self.scenario.id, &step.0]).next_u64()
    }

    /// Whether a client can do it: it can be typed, and the adapter does not deny it.
    pub(super) fn can(&self, client: &str, verb: Typed) -> bool {
        let adapter = self.adapter_of(client);
        let denied = verb.capability();
        let denied = denied.is_some_and(|one| adapter.cannot.contains(&one));
        !denied && adapter.client.r#type.lines(verb).is_some()
    }

    /// Whether a text can go from one to another alone: it can be typed, and shown.
    pub(super) fn has_private(&self, from: &str, to: &str) -> bool {
        let events = &self.adapter_of(to).client.events;
        self.can(from, Typed::Msg) && events.contains_key(&EventKind::Private)
    }

    /// That it can. `named` is what a message calls it.
    pub(super) fn must_have(
        &self,
        client: &str,
        verb: Typed,
        named: &'static str,
    ) -> Result<(), Unsupported> {
        if self.can(client, verb) {
            return Ok(());
        }
        Err(Unsupported::no_way(self.adapter_of(client), named))
    }

    /// What a client types for a verb.
    pub(super) fn typed(
        &self,
        client: &str,
        verb: Typed,
        values: &[(&str, &str)],
    ) -> Result<TypedLines<String>, Unsupported> {
        let adapter = self.adapter_of(client);
        let lines = adapter.client.r#type.lines(verb);
        let names = |name: &str| {
            let lines = lines.iter().flat_map(|lines| lines.lines());
            lines.into_iter().any(|line| line.holds(name))
        };
        let clients = self.scenario.clients.len();
        if clients > 2 && values.iter().any(|(name, _)| *name == "to") && !names("to") {
            return Err(Unsupported::NamesNobody {
                adapter: adapter.name.clone(),
                verb: verb.word(),
                clients,
            });
        }
        line(adapter, verb, self.login(client), values)
    }

    /// A text as it is typed.
    pub(super) fn escaped(&self, client: &str, text: &str) -> Result<String, Unsupported> {
        let adapter = self.adapter_of(client);
        let lines = text.contains(['\n', '\r']);
        let denied = lines && adapter.cannot.contains(&Capability::MultilineText);
        if let Some(eaten) = eaten_by_terminal(adapter, text) {
            return Err(Unsupported::Eaten {
                adapter: adapter.name.clone(),
                character: eaten,
            });
        }
        let escaped = adapter.client.escapes.escape(text).filter(|_| !denied);
        escaped.ok_or_else(|| Unsupported::LineBreaks {
            adapter: adapter.name.clone(),
        })
    }
}

/// The first character of a text that a terminal acts on rather than passing it to the client.
fn eaten_by_terminal(adapter: &Adapter, text: &str) -> Option<char> {
    let client = &adapter.client;
    if client.io.terminal.is_none() || client.escapes != Escapes::Raw {
        return None;
    }
    let mut controls = text.chars().filter(|c| c.is_control());
    controls.find(|c| !matches!(c, '\n' | '\r'))
}

/// Words of so many bytes. They do not end in a blank: programs may cut it off.
fn filling(bytes: usize) -> String {
    const WORDS: &str = "so they talked and talked and ";
    let mut filling: String = WORDS.chars().cycle().take(bytes).collect();
    if filling.ends_with(' ') {
        filling.pop();
        filling.push('.');
    }
    filling
}

#[cfg(test)]
mod tests {
    use super::filling;

    #[test]
    fn a_filling_has_its_length_and_never_ends_in_a_blank() {
        for bytes in 0..100 {
            let filling = filling(bytes);
            assert_eq!(filling.len(), bytes);
            assert!(!filling.ends_with(' '), "{filling:?}");
        }
    }
}
