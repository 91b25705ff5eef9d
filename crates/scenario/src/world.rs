//! Who is there while the steps go on: the same for the checks and for the plan.

use std::collections::BTreeMap;

use super::fault::Links;
use super::model::{Join, RelayAction, Verb, Want, What};
use timeline::EventKind;

/// Where a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has left, or its program has ended.
    Gone,
    /// Connected.
    Here,
    /// It was connected to a relay that has gone since, or its connection was ended.
    Lost,
    /// It has not been started.
    NotYet,
    /// It was started, and refused.
    TurnedAway,
}

/// How the relay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelayState {
    Down,
    Frozen,
    Up,
}

/// The situation before a step.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// By name.
    clients: BTreeMap<String, Presence>,
    /// In the order of the scenario.
    order: Vec<String>,
    pub(crate) relay: RelayState,
}

impl World {
    /// Before step 1.
    pub(crate) fn new<'a>(clients: impl IntoIterator<Item = (&'a str, bool /* late */)>) -> Self {
        let mut world = Self {
            clients: BTreeMap::new(),
            order: Vec::new(),
            relay: RelayState::Up,
        };
        for (name, late) in clients {
            let presence = if late {
                Presence::NotYet
            } else {
                Presence::Here
            };
            world.clients.insert(name.to_owned(), presence);
            world.order.push(name.to_owned());
        }
        world
    }

    /// Where a client is; `None` for nobody's name.
    pub(crate) fn presence(&self, client: &str) -> Option<Presence> {
        self.clients.get(client).copied()
    }

    pub(crate) fn is_here(&self, client: &str) -> bool {
        self.presence(client) == Some(Presence::Here)
    }

    /// Everyone who is connected, in the order of the scenario.
    pub(crate) fn connected(&self) -> impl Iterator<Item = &str> {
        self.order
            .iter()
            .map(String::as_str)
            .filter(|name| self.is_here(name))
    }

    /// What a step changes.
    pub(crate) fn apply(&mut self, verb: &Verb) {
        match verb {
            Verb::All(steps) | Verb::Repeat { steps, .. } => {
                for step in steps {
                    self.apply(&step.verb);
                }
            }
            Verb::Join { client, outcome } => self.join(client, *outcome),
            Verb::Leave { client, .. } => self.set(client, Presence::Gone),
            Verb::Relay(action) => self.relay(*action),
            Verb::Expect(Want {
                client,
                what: What::Event(EventKind::Reconnected, _),
            }) => self.set(client, Presence::Here),
            Verb::Expect(Want {
                client,
                what: What::Event(EventKind::Disconnected, _),
            }) => self.lost(client),
            Verb::Fault { links, fault } if fault.ends_at_once() => match links {
                Links::All => self.all_lost(),
                Links::One(client) => self.lost(client),
            },
            Verb::Beat(_)
            | Verb::Expect(_)
            | Verb::Fault { .. }
            | Verb::File { .. }
            | Verb::Heal { .. }
            | Verb::Msg { .. }
            | Verb::Never(_)
            | Verb::Say { .. }
            | Verb::Type { .. } => {}
        }
    }

    fn join(&mut self, client: &str, outcome: Join) {
        let presence = match (outcome, self.presence(client)) {
            (Join::Ready, _) => Presence::Here,
            (Join::Refused, Some(Presence::NotYet) | None) => Presence::TurnedAway,
            (Join::Refused, Some(before)) => before,
        };
        self.set(client, presence);
    }

    fn relay(&mut self, action: RelayAction) {
        self.relay = match action {
            RelayAction::Freeze => RelayState::Frozen,
            RelayAction::Kill | RelayAction::Stop => RelayState::Down,
            RelayAction::Restart | RelayAction::Start | RelayAction::Thaw => RelayState::Up,
        };
        if matches!(
            action,
            RelayAction::Kill | RelayAction::Restart | RelayAction::Stop
        ) {
            self.all_lost();
        }
    }

    fn all_lost(&mut self) {
        for presence in self
            .clients
            .values_mut()
            .filter(|now| **now == Presence::Here)
        {
            *presence = Presence::Lost;
        }
    }

    /// Its connection has ended, and nobody made it leave.
    fn lost(&mut self, client: &str) {
        if self.is_here(client) {
            self.set(client, Presence::Lost);
        }
    }

    fn set(&mut self, client: &str, presence: Presence) {
        if let Some(now) = self.clients.get_mut(client) {
            *now = presence;
        }
    }
}
