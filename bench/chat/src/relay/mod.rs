//! What our relay costs, beside relays that many people use and the least that passes messages on. One program loads
//! all of them in turns, with the same clients, sizes, window and acknowledgements; each runs on a processor of its own.

mod connect;
mod load;
mod peer;
mod people;
mod processors;
mod server;
mod speech;
mod traffic;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use self::peer::Peer;
use self::processors::Processors;
use self::server::Server;
use crate::error::MeasureError;
use crate::keys::Keys;
use crate::narrate;
use comparison::Row;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
struct Size {
    rounds: u32,
    /// Clients that are connected.
    clients: &'static [usize],
    /// Deliveries of one round.
    deliveries: usize,
    /// How long a paced round takes.
    paced: Duration,
    /// How many come to our relay, and what the rows about them are called.
    people: (usize, Named),
}

/// What rows are called.
#[derive(Clone, Copy, Debug)]
struct Named {
    idle: &'static str,
    login: &'static str,
}

/// For small machines.
const QUICK: Size = Size {
    rounds: 3,
    clients: &[10, 100],
    deliveries: 20_000,
    paced: Duration::from_secs(1),
    people: (
        400,
        Named {
            idle: "memory of an idle connection, 400 of them",
            login: "CPU of a login, 400 are there",
        },
    ),
};

const WHOLE: Size = Size {
    rounds: 5,
    clients: &[10, 100, 1_000],
    deliveries: 100_000,
    paced: Duration::from_secs(3),
    people: (
        1_000,
        Named {
            idle: "memory of an idle connection, 1 000 of them",
            login: "CPU of a login, 1 000 are there",
        },
    ),
};

/// Everything that a measurement needs.
struct Bench {
    size: Size,
    processors: Processors,
    keys: Keys,
    /// Who is there to be compared, and their programs.
    peers: BTreeMap<Peer, PathBuf>,
}

/// Measures all relays in turns.
///
/// # Errors
///
/// When our programs were not built, or a relay does something else than passing messages on.
pub(crate) fn measure(
    root: &Path,
    (rounds, quick): (u32, bool),
    beside: Option<&Path>,
) -> Result<Vec<Row>, MeasureError> {
    let mut size = if quick { QUICK } else { WHOLE };
    size.rounds = size.rounds.min(rounds);
    let bench = Bench {
        size,
        processors: Processors::pin()?,
        keys: Keys::read(root)?,
        peers: installed(beside)?,
    };
    raise_limit();
    // One thread: it stays on its processor.
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(MeasureError::system("start the runtime"))?;
    runtime.block_on(async {
        // Whoever is told to end ends what it has started: this drops all relays.
        let mut terminate =
            signal(SignalKind::terminate()).map_err(MeasureError::system("listen for signals"))?;
        tokio::select! {
            rows = bench.all() => rows,
            _ = terminate.recv() => Err(MeasureError::Unexpected("it was told to end".to_owned())),
        }
    })
}

impl Bench {
    async fn all(&self) -> Result<Vec<Row>, MeasureError> {
        let mut rows = Vec::new();
        for clients in self.size.clients {
            rows.extend(traffic::measure(self, *clients).await?);
        }
        rows.extend(people::measure(self).await?);
        Ok(rows)
    }

    fn start(&self, peer: Peer) -> Result<Server, MeasureError> {
        let missing = || MeasureError::Unexpected(format!("{} is not there", peer.name()));
        let program = self.peers.get(&peer).ok_or_else(missing)?;
        Server::start(peer, program, &self.processors)
    }
}

/// Our own relays, and those of others that are there; the rest is named.
fn installed(other: Option<&Path>) -> Result<BTreeMap<Peer, PathBuf>, MeasureError> {
    let mut peers = BTreeMap::new();
    for peer in Peer::ALL {
        match peer.program() {
            Ok(program) => {
                peers.insert(peer, program);
            }
            Err(MeasureError::Tool(why)) => narrate(&format!("no rows for {}: {why}", peer.name())),
            Err(error) => return Err(error),
        }
    }
    if let Some(other) = other {
        let path = std::path::absolute(other).map_err(MeasureError::path(other))?;
        peers.insert(Peer::Other, path);
    }
    Ok(peers)
}

/// As many open files as the system allows.
fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // With fewer it says what it could not open.
    setrlimit(Resource::Nofile, most).ok();
}

/// For `map_err`: which relay it was.
fn of(peer: Peer) -> impl Fn(String) -> MeasureError {
    move |why| MeasureError::Unexpected(format!("{}: {why}", peer.name()))
}
