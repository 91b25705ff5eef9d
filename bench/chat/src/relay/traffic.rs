//! What a message costs a relay that is busy, and how long one takes when it is not.

use std::collections::BTreeMap;
use std::time::Duration;

use super::connect;
use super::load::{self, Client, Load, Pace, Shape};
use super::peer::Peer;
use super::server::Server;
use super::{Bench, of};
use crate::error::MeasureError;
use comparison::{Row, median};

/// Our relay may cost so much more than the least that passes messages on.
const CPU_GOAL: f64 = 1.3;

/// And so much more than relays that many people use.
const PEER_GOAL: f64 = 1.0;

/// One in a hundred of its messages may take so much longer.
const LATENCY_GOAL: f64 = 2.0;

/// Between two messages of a paced load: 2 000 a second.
const PERIOD: Duration = Duration::from_micros(500);

/// A relay with its clients, and what was measured of it.
struct Measured {
    server: Server,
    clients: Vec<Client>,
    pairs: Vec<Duration>,
    rooms: Vec<Duration>,
    p99: Vec<Duration>,
}

/// All relays, with so many clients each.
pub(super) async fn measure(bench: &Bench, clients: usize) -> Result<Vec<Row>, MeasureError> {
    let mut all = BTreeMap::new();
    for peer in bench.peers.keys() {
        let server = bench.start(*peer)?;
        let connected = connect::clients(&server, &bench.keys, clients).await;
        let measured = Measured {
            clients: connected.map_err(of(*peer))?,
            server,
            pairs: Vec::new(),
            rooms: Vec::new(),
            p99: Vec::new(),
        };
        all.insert(*peer, measured);
    }
    for _ in 0..bench.size.rounds {
        for measured in all.values_mut() {
            measured.round(bench).await?;
        }
    }
    Ok(rows(clients, &all))
}

impl Measured {
    async fn round(&mut self, bench: &Bench) -> Result<(), MeasureError> {
        let pairs = self.busy(Shape::Pairs, bench).await?;
        self.pairs.push(pairs);
        let rooms = self.busy(Shape::Rooms, bench).await?;
        self.rooms.push(rooms);
        let p99 = self.paced(bench).await?;
        self.p99.push(p99);
        Ok(())
    }

    /// Processor time for each delivery.
    async fn busy(&mut self, shape: Shape, bench: &Bench) -> Result<Duration, MeasureError> {
        let measured = bench.size.deliveries;
        let load = Load {
            shape,
            pace: Pace::Window,
            warm: measured / 10,
            measured,
        };
        let clients = std::mem::take(&mut self.clients);
        let server = &self.server;
        let loaded = load::run(clients, load, || server.cpu()).await;
        let loaded = loaded.map_err(of(server.peer))?;
        self.clients = loaded.clients;
        let (before, after) = loaded.between;
        let used = after?.since(&before?);
        Ok(used / u32::try_from(measured).unwrap_or(u32::MAX))
    }

    /// The time that only one in a hundred messages exceeds.
    async fn paced(&mut self, bench: &Bench) -> Result<Duration, MeasureError> {
        let messages = bench.size.paced.as_nanos() / PERIOD.as_nanos();
        let measured = usize::try_from(messages).unwrap_or(usize::MAX);
        let load = Load {
            shape: Shape::Pairs,
            pace: Pace::Every(PERIOD),
            warm: measured / 10,
            measured,
        };
        let clients = std::mem::take(&mut self.clients);
        let loaded = load::run(clients, load, || ()).await;
        let loaded = loaded.map_err(of(self.server.peer))?;
        self.clients = loaded.clients;
        Ok(percentile(loaded.took, 99))
    }
}

/// The time that so many of a hundred do not exceed.
fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort();
    let place = times.len() * percent / 100;
    times.get(place).copied().unwrap_or_default()
}

fn rows(clients: usize, all: &BTreeMap<Peer, Measured>) -> Vec<Row> {
    let Some(ours) = all.get(&Peer::Ours) else {
        return Vec::new();
    };
    let [pairs, rooms, paced] = names(clients);
    let mut rows = Vec::new();
    for (name, times) in [
        (
            pairs,
            (|it: &Measured| it.pairs.clone()) as fn(&Measured) -> _,
        ),
        (rooms, |it: &Measured| it.rooms.clone()),
    ] {
        for (peer, theirs) in all {
            let goal = match peer {
                Peer::Ours => continue,
                Peer::Bare => CPU_GOAL,
                Peer::Other | Peer::Redis | Peer::Nats | Peer::Mosquitto | Peer::Ngircd => {
                    PEER_GOAL
                }
            };
            rows.push(row(name, *peer, (times(ours), times(theirs)), goal));
        }
    }
    if let Some(bare) = all.get(&Peer::Bare) {
        let times = (ours.p99.clone(), bare.p99.clone());
        rows.push(row(paced, Peer::Bare, times, LATENCY_GOAL));
    }
    rows
}

fn row(
    row: &'static str,
    peer: Peer,
    (ours, theirs): (Vec<Duration>, Vec<Duration>),
    goal: f64,
) -> Row {
    Row {
        bench: "relay",
        row,
        ours: median(ours).into(),
        reference: peer.name(),
        theirs: median(theirs).into(),
        goal,
    }
}

/// What the rows are called.
fn names(clients: usize) -> [&'static str; 3] {
    match clients {
        10 => [
            "CPU of a message, pairs, 10 clients",
            "CPU of a delivery, rooms of 10, 10 clients",
            "p99, 2 000 a second, 10 clients",
        ],
        100 => [
            "CPU of a message, pairs, 100 clients",
            "CPU of a delivery, rooms of 10, 100 clients",
            "p99, 2 000 a second, 100 clients",
        ],
        _ => [
            "CPU of a message, pairs, 1 000 clients",
            "CPU of a delivery, rooms of 10, 1 000 clients",
            "p99, 2 000 a second, 1 000 clients",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_in_a_hundred_is_longer_than_the_percentile() {
        let times = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(times, 99), Duration::from_millis(199));
        assert_eq!(percentile(Vec::new(), 99), Duration::ZERO);
    }
}
