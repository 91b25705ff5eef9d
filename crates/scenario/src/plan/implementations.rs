//! Who plays: the implementation of the relay, and of clients that are another one.

use std::collections::BTreeMap;

use super::unsupported::Unsupported;
use crate::adapter::Adapter;
use crate::{Need, Scenario};

/// The implementations of a play.
#[derive(Clone, Debug)]
pub struct Implementations<'a> {
    /// Of the relay, and of every client that names no other.
    pub main: &'a Adapter,
    /// By the name that scenarios give.
    pub others: BTreeMap<String, &'a Adapter>,
}

impl<'a> From<&'a Adapter> for Implementations<'a> {
    fn from(main: &'a Adapter) -> Self {
        Self {
            main,
            others: BTreeMap::new(),
        }
    }
}

impl<'a> Implementations<'a> {
    /// Everybody who plays can do what the scenario says it needs.
    pub(super) fn must_be_able(&self, needs: &[Need]) -> Result<(), Unsupported> {
        let everybody = std::iter::once(self.main).chain(self.others.values().copied());
        for adapter in everybody {
            let lacks = needs.iter().find_map(|need| match need {
                Need::Capability(one) => adapter.cannot.contains(one).then_some(*one),
                Need::Namespaces => None,
            });
            if let Some(lacks) = lacks {
                return Err(Unsupported::Declared {
                    adapter: adapter.name.clone(),
                    capability: lacks,
                });
            }
        }
        Ok(())
    }

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
                let adapter = found.ok_or_else(|| Unsupported::NoAdapter {
                    client: client.clone(),
                    adapter: name.clone(),
                })?;
                if adapter.wire.transport != self.main.wire.transport {
                    return Err(Unsupported::OtherTransport {
                        client: client.clone(),
                        adapter: name.clone(),
                        transport: adapter.wire.transport,
                        relay: self.main.name.clone(),
                    });
                }
                Ok((client.clone(), adapter))
            })
            .collect()
    }
}
