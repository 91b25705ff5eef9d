//! Who plays: the implementation of the relay, and of clients that are another one.

use std::collections::BTreeMap;

use super::build::Unsupported;
use crate::adapter::Adapter;
use crate::scenario::Scenario;

/// The implementations of a play.
#[derive(Clone, Debug)]
pub struct Cast<'a> {
    /// Of the relay, and of every client that names no other.
    pub main: &'a Adapter,
    /// By the name that scenarios give.
    pub others: BTreeMap<String, &'a Adapter>,
}

impl<'a> From<&'a Adapter> for Cast<'a> {
    fn from(main: &'a Adapter) -> Self {
        Self {
            main,
            others: BTreeMap::new(),
        }
    }
}

impl<'a> Cast<'a> {
    /// The implementation of each client that is another one.
    pub(super) fn of_clients(
        &self,
        scenario: &Scenario,
    ) -> Result<BTreeMap<String, &'a Adapter>, Unsupported> {
        let named = scenario
            .clients
            .iter()
            .filter_map(|client| Some((&client.name, client.adapter.as_ref()?)));
        named
            .map(|(client, name)| {
                let found = self.others.get(name).copied();
                let found = found.ok_or_else(|| {
                    Unsupported(format!(
                        "`{client}` is played with `{name}`, which is not here"
                    ))
                });
                found.map(|adapter| (client.clone(), adapter))
            })
            .collect()
    }
}
