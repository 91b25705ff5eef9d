//! By which names participants know each other.

use std::collections::BTreeMap;

use crate::Scenario;

/// The login of each client of a scenario.
#[derive(Debug)]
pub(super) struct Logins(BTreeMap<String, String>);

impl Logins {
    /// Of all its clients.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let clients = scenario.clients.iter();
        let pairs = clients.map(|client| (client.name.clone(), client.login.clone()));
        Self(pairs.collect())
    }

    /// A client's login; any other name means itself.
    pub(super) fn get<'n>(&'n self, client: &'n str) -> &'n str {
        self.0.get(client).map_or(client, String::as_str)
    }

    /// The first client with this login.
    pub(super) fn client(&self, login: &str) -> Option<&str> {
        let mut all = self.0.iter();
        all.find(|(_, one)| *one == login)
            .map(|(name, _)| name.as_str())
    }
}
