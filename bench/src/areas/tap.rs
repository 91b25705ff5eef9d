//! What a tap costs on a link, beside tokio's own copy in both directions.

use std::time::{Duration, Instant};

use stage::bare::BareTap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use super::pin;
use crate::error::BenchError;
use crate::setup;
use comparison::{Row, median};

/// One for what is passed on, one for what is recorded and for the two ends.
const PROCESSORS: usize = 2;

/// Bytes that are passed on in one round.
const BULK: usize = 64 * 1024 * 1024;

/// Bytes of a message that goes there and back, and how often in one round.
const PING: usize = 512;
const PINGS: usize = 200;

/// The size of the buffers of the stronger peer.
const LARGE: usize = 64 * 1024;

/// Who stands between the two ends.
#[derive(Clone, Copy)]
enum Between {
    Ours,
    Copy,
    LargeCopy,
}

/// What one of them took.
#[derive(Default)]
struct Times {
    bulk: Vec<Duration>,
    ping: Vec<Duration>,
}

/// Measures all of them in turns.
///
/// # Errors
///
/// When the system refuses sockets or files.
pub(crate) fn measure(rounds: u32) -> Result<Vec<Row>, BenchError> {
    pin(PROCESSORS);
    setup::runtime()?.block_on(compare(rounds))
}

async fn compare(rounds: u32) -> Result<Vec<Row>, BenchError> {
    let (mut ours, mut copy, mut large) = (Times::default(), Times::default(), Times::default());
    for _ in 0..rounds {
        for (between, times) in [
            (Between::Ours, &mut ours),
            (Between::Copy, &mut copy),
            (Between::LargeCopy, &mut large),
        ] {
            // The ends are tasks as well: a thread that waits for them would have to be woken each time.
            let round = tokio::spawn(round(between)).await;
            let (bulk, pings) = round
                .map_err(std::io::Error::other)
                .flatten()
                .map_err(BenchError::system("pass bytes on"))?;
            times.bulk.push(bulk);
            times.ping.extend(pings);
        }
    }
    let (bulk, ping) = (median(ours.bulk), median(ours.ping));
    // The goals are for throughput; of times for the same bytes they are the inverse.
    Ok(vec![
        row(
            "64 MiB, recorded",
            bulk,
            "copy 64 KiB",
            median(large.bulk),
            1.0 / 0.8,
        ),
        row(
            "64 MiB, recorded",
            bulk,
            "copy",
            median(copy.bulk),
            1.0 / 1.5,
        ),
        row(
            "512 bytes there and back",
            ping,
            "copy 64 KiB",
            median(large.ping),
            1.3,
        ),
    ])
}

fn row(
    row: &'static str,
    ours: Duration,
    reference: &'static str,
    theirs: Duration,
    goal: f64,
) -> Row {
    Row {
        bench: "tap",
        row,
        ours: ours.into(),
        reference,
        theirs: theirs.into(),
        goal,
    }
}

/// One round: the time for the bulk, and for each message there and back.
async fn round(between: Between) -> std::io::Result<(Duration, Vec<Duration>)> {
    let relay = TcpListener::bind("127.0.0.1:0").await?;
    let relay_port = relay.local_addr()?.port();
    let dir = tempfile::tempdir()?;
    let (port, standing) = stand(between, relay_port, dir.path()).await?;
    let mut client = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut server, _) = relay.accept().await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut pings = Vec::with_capacity(PINGS);
    let mut message = vec![7; PING];
    for _ in 0..PINGS {
        let began = Instant::now();
        client.write_all(&message).await?;
        server.read_exact(&mut message).await?;
        server.write_all(&message).await?;
        client.read_exact(&mut message).await?;
        pings.push(began.elapsed());
    }
    let sending = tokio::spawn(async move {
        let block = vec![7; 256 * 1024];
        for _ in 0..BULK / block.len() {
            client.write_all(&block).await?;
        }
        client.shutdown().await?;
        Ok::<_, std::io::Error>(client)
    });
    let began = Instant::now();
    let mut block = vec![0; 256 * 1024];
    let mut received = 0;
    while received < BULK {
        let length = server.read(&mut block).await?;
        if length == 0 {
            return Err(std::io::Error::other("the bulk was cut"));
        }
        received += length;
    }
    let client = sending.await.map_err(std::io::Error::other)??;
    // Recorded is what is in a file.
    if let Standing::Ours { tap } = standing {
        tap.finish().await?;
    }
    let took = began.elapsed();
    drop(client);
    Ok((took, pings))
}

/// What keeps somebody between the two ends.
enum Standing {
    Ours {
        tap: BareTap,
    },
    Copy {
        _task: AbortOnDropHandle<std::io::Result<()>>,
    },
}

async fn stand(
    between: Between,
    relay_port: u16,
    dir: &std::path::Path,
) -> std::io::Result<(u16, Standing)> {
    if let Between::Ours = between {
        let tap = BareTap::start(relay_port, dir).await?;
        return Ok((tap.port(), Standing::Ours { tap }));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let buffer = match between {
        Between::LargeCopy => Some(LARGE),
        Between::Copy | Between::Ours => None,
    };
    // A peer that fails is seen as bytes that do not arrive.
    let task = tokio::spawn(crate::baseline::copy(listener, relay_port, buffer));
    let task = AbortOnDropHandle::new(task);
    Ok((port, Standing::Copy { _task: task }))
}
