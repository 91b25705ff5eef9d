//! How often things happen in a whole scenario, so that the second time is no surprise.

use std::collections::BTreeMap;

use super::logins::Logins;
use crate::world::Effect;
use crate::{Join, RelayAction, Scenario, Step, Verb};

/// Counts, by login name.
#[derive(Debug, Default)]
pub(super) struct Counters {
    joins: BTreeMap<String, u32>,
    leaves: BTreeMap<String, u32>,
    /// The relay goes and comes back: those who reconnect are announced again.
    relay_changes: bool,
    /// Joins that are still to come.
    ahead: BTreeMap<String, u32>,
}

impl Counters {
    pub(super) fn new(scenario: &Scenario, logins: &Logins) -> Self {
        let mut counters = Self::default();
        counters.count(&scenario.steps, 1, logins);
        counters.ahead = counters.joins.clone();
        for early in scenario.clients.iter().filter(|client| !client.late) {
            *counters.joins.entry(early.login.clone()).or_default() += 1;
        }
        counters
    }

    fn count(&mut self, steps: &[Step], times: u32, logins: &Logins) {
        let login = |client: &str| logins.get(client).to_owned();
        for step in steps {
            let times = match &step.verb {
                Verb::Repeat { times: turns, .. } => times.saturating_mul(*turns),
                _ => times,
            };
            self.count(step.verb.inner(), times, logins);
            match step.verb.effect() {
                Effect::Starts(client, Join::Ready) => {
                    *self.joins.entry(login(client)).or_default() += times;
                }
                Effect::Goes(client) => *self.leaves.entry(login(client)).or_default() += times,
                Effect::Relay(RelayAction::Kill | RelayAction::Restart | RelayAction::Stop) => {
                    self.relay_changes = true;
                }
                Effect::AllAreCutOff
                | Effect::IsBack(_)
                | Effect::IsCutOff(_)
                | Effect::Nothing
                | Effect::Relay(_)
                | Effect::Starts(_, Join::Refused) => {}
            }
        }
    }

    /// Whether others are notified of this join and of no other like it.
    pub(super) fn joins_once(&self, login: &str) -> bool {
        !self.relay_changes && self.joins.get(login).is_none_or(|count| *count <= 1)
    }

    /// Whether others are notified of this leave and of no other like it.
    pub(super) fn leaves_once(&self, login: &str) -> bool {
        !self.relay_changes && self.leaves.get(login).is_none_or(|count| *count <= 1)
    }

    /// A join has been planned.
    pub(super) fn joined(&mut self, login: &str) {
        if let Some(ahead) = self.ahead.get_mut(login) {
            *ahead = ahead.saturating_sub(1);
        }
    }

    /// Whether somebody joins with this login later on.
    pub(super) fn joins_later(&self, login: &str) -> bool {
        self.ahead.get(login).is_some_and(|ahead| *ahead > 0)
    }
}
