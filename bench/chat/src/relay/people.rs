//! What it costs our relay that people come, and that they are there.

use std::time::Duration;

use comparison::{Amount, Row, median};

use super::connect;
use super::load::Client;
use super::peer::Peer;
use super::server::Server;
use super::{Bench, of};
use crate::error::MeasureError;

/// What one connection may hold in memory while nothing happens on it, in bytes.
const IDLE_GOAL: f64 = 8_000.0;

/// A login may cost so much more when many are there.
const LOGIN_GOAL: f64 = 1.2;

/// Logins that are measured at once.
const LOGINS: usize = 20;

/// So many are there when the first logins are measured.
const FEW: usize = 100;

/// What was measured of a relay.
struct Measured {
    idle: f64,
    few: Duration,
    many: Duration,
}

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Row>, MeasureError> {
    let ours = people(bench, Peer::Ours).await?;
    let (_, named) = bench.size.people;
    let row = |row, ours, reference, theirs, goal| Row {
        bench: "relay",
        row,
        ours,
        reference,
        theirs,
        goal,
    };
    let (idle, many) = (Amount::Bytes(ours.idle), Amount::from(ours.many));
    let eight = Amount::Bytes(IDLE_GOAL);
    let mut rows = vec![
        row(named.idle, idle, "8 kB", eight, 1.0),
        row(named.login, many, "among 100", ours.few.into(), LOGIN_GOAL),
    ];
    if bench.peers.contains_key(&Peer::Other) {
        let other = people(bench, Peer::Other).await?;
        let name = Peer::Other.name();
        rows.push(row(named.idle, idle, name, Amount::Bytes(other.idle), 1.0));
        rows.push(row(named.login, many, name, other.many.into(), 1.0));
    }
    Ok(rows)
}

async fn people(bench: &Bench, peer: Peer) -> Result<Measured, MeasureError> {
    let failed = of(peer);
    let server = bench.start(peer)?;
    let (count, _) = bench.size.people;
    let empty = server.memory()?;
    let mut clients = connect::clients(&server, &bench.keys, FEW)
        .await
        .map_err(&failed)?;
    let few = logins(bench, &server, &mut clients).await?;
    connect::until(&server, &bench.keys, &mut clients, count)
        .await
        .map_err(&failed)?;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 bytes")]
    let idle = server.memory()?.saturating_sub(empty) as f64 / clients.len() as f64;
    let many = logins(bench, &server, &mut clients).await?;
    Ok(Measured { idle, few, many })
}

/// The processor time of a login, until everybody has heard of it.
async fn logins(
    bench: &Bench,
    server: &Server,
    clients: &mut Vec<Client>,
) -> Result<Duration, MeasureError> {
    let mut times = Vec::new();
    for _ in 0..bench.size.rounds {
        let before = server.cpu()?;
        let there = clients.len();
        connect::come(server, &bench.keys, clients, there + LOGINS)
            .await
            .map_err(of(server.peer))?;
        let used = server.cpu()?.since(&before);
        times.push(used / u32::try_from(LOGINS).unwrap_or(u32::MAX));
    }
    Ok(median(times))
}
