//! The links of a play: one tap for each client, what was stored of each direction, and the
//! frames in it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::watch;

use crate::EngineError;
use crate::driver::RELAY;
use crate::links::decode::Decoder;
use crate::links::reach::Reached;
use crate::links::tap::{Fate, Link, LinkState, Tap};
use crate::record::{Placed, Writer};
use scenario::Fault;
use scenario::adapter::Framing;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind, Limit, LinkEnd};

/// All links, by the name of their client.
#[derive(Debug)]
pub(super) struct Links<'p> {
    plan: &'p Plan,
    taps: BTreeMap<String, Tap>,
    /// Where taps connect to.
    relay: watch::Sender<Reached>,
    /// The relay that is there has not been found to have ended.
    is_served: bool,
    stored: BTreeMap<String, Both>,
}

/// Both directions of a link.
#[derive(Debug)]
struct Both {
    up: Stored,
    down: Stored,
}

/// What is stored of one direction, through all connections of the link.
#[derive(Debug)]
struct Stored {
    /// Below the play's directory.
    file: String,
    length: u64,
    /// Where the latest connection begins.
    begins: u64,
    decoder: Decoder,
}

impl<'p> Links<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        Self {
            plan,
            taps: BTreeMap::new(),
            relay: watch::Sender::new(Reached::default()),
            is_served: false,
            stored: BTreeMap::new(),
        }
    }

    /// A relay listens there now.
    pub(super) fn relay_is_at(&mut self, reached: Reached) -> Result<(), EngineError> {
        self.is_served = true;
        for tap in self.taps.values() {
            tap.listen()?;
        }
        self.relay.send_replace(reached);
        Ok(())
    }

    /// Where the relay was, on the first report that this one has ended.
    pub(super) fn relay_has_ended(&mut self) -> Option<Reached> {
        std::mem::take(&mut self.is_served).then(|| self.relay.borrow().clone())
    }

    /// Nobody listens any more: clients are refused, as they would be by the relay's system.
    pub(super) fn relay_is_gone(&self) {
        self.relay.send_replace(Reached::default());
        for tap in self.taps.values() {
            tap.refuse();
        }
    }

    /// Where the relay is, as it changes.
    pub(super) fn relay(&self) -> watch::Receiver<Reached> {
        self.relay.subscribe()
    }

    /// The link of a client, for the tap that is to be made.
    pub(super) fn link(&self, client: &str) -> Link {
        let limits = &self.plan.adapter_of(client).client.limits;
        Link {
            name: client.to_owned(),
            transport: self.plan.adapter_of(client).wire.transport,
            framing: self.framing(client),
            connections: usize::try_from(limits.connections).unwrap_or(usize::MAX),
            source: self.source(client),
        }
    }

    /// A client has a tap from now on; its port.
    pub(super) fn add(&mut self, client: &str, tap: Tap) -> u16 {
        let port = tap.port;
        if self.relay.borrow().is_empty() {
            tap.refuse();
        }
        self.taps.insert(client.to_owned(), tap);
        port
    }

    /// The port of a client's tap, where it has one.
    pub(super) fn port(&self, client: &str) -> Option<u16> {
        self.taps.get(client).map(|tap| tap.port)
    }

    /// From now on, a client's link is as `state` says.
    pub(super) fn set(&self, client: &str, state: LinkState) {
        if let Some(tap) = self.taps.get(client) {
            tap.set(state);
        }
    }

    /// Ends the connections of those clients whose links pass: who they are.
    pub(super) fn cut(&self, whose: impl Fn(&str) -> bool) -> Vec<String> {
        let passing = self.taps.iter();
        let passing =
            passing.filter(|(client, tap)| tap.state() == LinkState::Pass && whose(client));
        let cut = passing.map(|(client, tap)| {
            tap.set(LinkState::Reset);
            client.clone()
        });
        cut.collect()
    }

    /// The links of these clients get a fault; each one with randomness of its own.
    pub(super) fn break_with(&self, clients: &[String], fault: &Fault, seed: u64) {
        let mut random = StdRng::seed_from_u64(seed);
        for client in clients {
            let seed = random.next_u64();
            if let Some(tap) = self.taps.get(client) {
                tap.add(fault, seed);
            }
        }
    }

    /// All faults of their links are over.
    pub(super) fn heal(&self, clients: &[String]) {
        for tap in clients.iter().filter_map(|client| self.taps.get(client)) {
            tap.heal();
        }
    }

    /// Where the relay sees a client come from: 127.0.1.1 for the first one.
    pub(super) fn source(&self, client: &str) -> Ipv4Addr {
        let clients = self.plan.clients.iter();
        let place = clients.zip(1u32..).find(|(one, _)| one.name == client);
        let place = place.map_or(0, |(_, place)| place);
        Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(127, 0, 1, 0)) + place)
    }

    /// A client has connected: frames begin afresh, behind what is stored already.
    pub(super) fn opened(&mut self, link: String, record: &mut Writer) -> Result<(), EngineError> {
        let framing = self.framing(&link);
        let both = self.both(&link);
        for stored in [&mut both.up, &mut both.down] {
            stored.begins = stored.length;
            stored.decoder.restart(framing, stored.length);
        }
        record.append(Kind::LinkOpened { link })
    }

    /// Bytes are about to be passed on: they are stored, and so are the frames that they complete.
    pub(super) fn wire(
        &mut self,
        link: String,
        direction: Direction,
        bytes: &Bytes,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let (sender, most) = match direction {
            Direction::Down => (RELAY, self.plan.adapter.relay.limits.wire),
            Direction::Up => (
                link.as_str(),
                self.plan.adapter_of(&link).client.limits.wire,
            ),
        };
        let stored = self.both(&link).direction(direction);
        let at = match record.keep(&stored.file, bytes, most)? {
            Placed::At(at) => at,
            Placed::Capped => {
                record.exceeds(sender, Limit::Wire);
                let file = stored.file.clone();
                return record.append(Kind::Capped { who: link, file });
            }
            Placed::Dropped => return Ok(()),
        };
        let len = bytes.len() as u64;
        stored.length = at + len;
        record.append(Kind::Wire {
            link: link.clone(),
            direction,
            at,
            len,
        })?;
        let (frames, broken) = stored.decoder.push(bytes);
        for frame in frames {
            record.append(Kind::Frame {
                link: link.clone(),
                direction,
                at: frame.at,
                len: frame.len,
                r#type: frame.r#type,
                fields: frame.fields,
                body: frame.body,
                open: frame.open,
            })?;
        }
        match broken {
            Some(why) => record.append(Kind::BadFrame {
                link,
                direction,
                why,
            }),
            None => Ok(()),
        }
    }

    /// What a fault did, with its place in the link's file.
    pub(super) fn fault(
        &mut self,
        link: String,
        direction: Direction,
        fate: Fate,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let begins = self.both(&link).direction(direction).begins;
        record.append(Kind::Fault {
            link,
            direction,
            fault: fate.fault.to_owned(),
            frame: fate.frame,
            at: begins + fate.at,
            len: fate.len,
            did: fate.did,
        })
    }

    /// Nothing is tapped any more.
    pub(super) fn close(&mut self) {
        self.taps.clear();
    }

    fn framing(&self, client: &str) -> Framing {
        self.plan.adapter_of(client).wire.framing
    }

    fn both(&mut self, link: &str) -> &mut Both {
        let plan = self.plan;
        self.stored.entry(link.to_owned()).or_insert_with(|| {
            let framing = plan.adapter_of(link).wire.framing;
            Both::new(link, framing)
        })
    }
}

impl Both {
    fn new(link: &str, framing: Framing) -> Self {
        let stored = |direction| Stored {
            file: wire_file(link, direction),
            length: 0,
            begins: 0,
            decoder: Decoder::new(framing),
        };
        Self {
            up: stored(Direction::Up),
            down: stored(Direction::Down),
        }
    }

    fn direction(&mut self, direction: Direction) -> &mut Stored {
        match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }
}

/// The latest connection of a client was opened, and neither direction of it has ended.
pub(super) fn is_linked(who: &str, events: &[Event]) -> bool {
    let latest = events.iter().rev().find_map(|event| match &event.kind {
        Kind::LinkOpened { link } if link == who => Some(true),
        Kind::LinkClosed { link, .. } if link == who => Some(false),
        _ => None,
    });
    latest == Some(true)
}

/// The relay was the first to end the latest connection of a client, or nobody knows who was.
pub(super) fn was_cut_off(who: &str, events: &[Event]) -> bool {
    let latest = events
        .iter()
        .rev()
        .take_while(|event| !matches!(&event.kind, Kind::LinkOpened { link } if link == who));
    let ends = latest.filter_map(|event| match &event.kind {
        Kind::LinkClosed {
            link,
            direction,
            how,
        } if link == who => Some((*direction, *how)),
        _ => None,
    });
    let first = ends.last();
    first.is_some_and(|(direction, how)| direction == Direction::Down || how == LinkEnd::Reset)
}

/// Where a direction of a link is kept, in the play's directory.
pub(crate) fn wire_file(link: &str, direction: Direction) -> String {
    match direction {
        Direction::Down => format!("wire/{link}.down"),
        Direction::Up => format!("wire/{link}.up"),
    }
}
