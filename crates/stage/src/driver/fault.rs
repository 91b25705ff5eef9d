//! Faults of links, and networks that go.

use std::net::Ipv4Addr;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::EngineError;
use crate::driver::Play;
use crate::links::tap::{Deed, LinkState};
use scenario::Fault;
use timeline::{Direction, Kind};

impl Play<'_> {
    /// The links of these clients get a fault; each one with randomness of its own.
    pub(crate) async fn fault(
        &mut self,
        clients: &[String],
        fault: &Fault,
        seed: u64,
    ) -> Result<(), EngineError> {
        let mut random = StdRng::seed_from_u64(seed);
        for client in clients {
            // Its link may have a fault before it connects for the first time.
            self.link(client).await?;
            let seed = random.next_u64();
            if let Some(tap) = self.cast.get(client).and_then(|member| member.tap.as_ref()) {
                tap.add(fault, seed);
            }
        }
        Ok(())
    }

    /// All faults of their links are over.
    pub(crate) fn heal(&self, clients: &[String]) {
        for client in clients {
            if let Some(tap) = self.cast.get(client).and_then(|member| member.tap.as_ref()) {
                tap.heal();
            }
        }
    }

    /// What a fault did, with its place in the link's file.
    pub(crate) fn deed(
        &mut self,
        link: String,
        direction: Direction,
        deed: Deed,
    ) -> Result<(), EngineError> {
        let key = (link, direction);
        let begins = self.wire_begins.get(&key).copied().unwrap_or(0);
        let (link, direction) = key;
        self.record(Kind::Fault {
            link,
            direction,
            fault: deed.fault.to_owned(),
            frame: deed.frame,
            at: begins + deed.at,
            len: deed.len,
            did: deed.did,
        })
    }

    /// Nothing of this client reaches the relay any more, and nothing of the relay reaches it.
    pub(crate) async fn vanish(&mut self, client: &str) -> Result<(), EngineError> {
        self.set_link(client, LinkState::Vanished);
        if !self.stage.cut_off(self.source(client)).await? {
            let text = format!(
                "the network of {client} is gone for programs alone: without networks of its own \
                 the tap's system still acknowledges what the relay sends"
            );
            self.record(Kind::Note { text })?;
        }
        Ok(())
    }

    /// That the network of a client is really gone: what the relay has sent to it since waits
    /// for an answer.
    pub(crate) async fn note_unacknowledged(&mut self, client: &str) -> Result<(), EngineError> {
        if self.stage.init.is_none() {
            return Ok(()); // there is no network of its own to look at
        }
        let bytes = self.stage.unacknowledged(self.source(client)).await?;
        if bytes > 0 {
            let text = format!("{bytes} bytes of the relay to {client} are unacknowledged");
            self.record(Kind::Note { text })?;
        }
        Ok(())
    }

    /// Where the relay sees a client come from: 127.0.1.1 for the first one.
    pub(crate) fn source(&self, client: &str) -> Ipv4Addr {
        let clients = self.plan.clients.iter();
        let place = clients.zip(1u32..).find(|(one, _)| one.name == client);
        let place = place.map_or(0, |(_, place)| place);
        Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(127, 0, 1, 0)) + place)
    }
}
