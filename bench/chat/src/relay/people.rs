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

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Row>, MeasureError> {
    let failed = of(Peer::Ours);
    let server = bench.start(Peer::Ours)?;
    let (many, named) = bench.size.people;
    let empty = server.memory()?;
    let mut clients = connect::clients(&server, &bench.keys, FEW)
        .await
        .map_err(&failed)?;
    let few = logins(bench, &server, &mut clients).await?;
    connect::until(&server, &bench.keys, &mut clients, many)
        .await
        .map_err(&failed)?;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 bytes")]
    let idle = server.memory()?.saturating_sub(empty) as f64 / clients.len() as f64;
    let later = logins(bench, &server, &mut clients).await?;
    Ok(vec![
        Row {
            bench: "relay",
            row: named.idle,
            ours: Amount::Bytes(idle),
            reference: "8 kB",
            theirs: Amount::Bytes(IDLE_GOAL),
            goal: 1.0,
        },
        Row {
            bench: "relay",
            row: named.login,
            ours: later.into(),
            reference: "among 100",
            theirs: few.into(),
            goal: LOGIN_GOAL,
        },
    ])
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
