//! Who is there while the steps go on: the same for the checks and for the plan.

use std::collections::BTreeMap;

use super::model::{Join, RelayAction};

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

/// What a step changes. Clients are named as in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect<'a> {
    /// No connection outlives it.
    AllAreCutOff,
    /// A client leaves.
    Goes(&'a str),
    /// A client is connected again.
    IsBack(&'a str),
    /// A client's connection ends.
    IsCutOff(&'a str),
    Nothing,
    /// Something happens to the relay.
    Relay(RelayAction),
    /// A client starts.
    Starts(&'a str, Join),
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

    /// Changes it as a step does.
    pub(crate) fn apply(&mut self, effect: Effect<'_>) {
        match effect {
            Effect::AllAreCutOff => self.all_lost(),
            Effect::Goes(client) => self.set(client, Presence::Gone),
            Effect::IsBack(client) => self.set(client, Presence::Here),
            Effect::IsCutOff(client) => self.lost(client),
            Effect::Nothing => {}
            Effect::Relay(action) => self.relay(action),
            Effect::Starts(client, outcome) => self.join(client, outcome),
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
