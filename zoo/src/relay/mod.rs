//! The plain relay: listens, says so, and passes lines on.

mod hub;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::fault::{self, RelayFault, Wanted};
use crate::terminal;
use crate::wire::{self, ToClient, ToRelay};
use hub::{Arrival, Hub, Log, Over};

/// How many lines wait for one client, or for the hub, before the other side must wait.
const QUEUE: usize = 64;

/// How long a faulty relay bears silence.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a relay takes to die.
const LINGER: Duration = Duration::from_millis(200);

/// A relay that encrypts nothing, for tests and benchmarks of the harness.
#[derive(Parser)]
struct Arguments {
    /// Port on the loopback address; 0 lets the system choose.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Name that the relay calls itself.
    #[arg(long, default_value = "plain")]
    name: String,
    /// What is wrong with it; `none` is nothing.
    #[arg(long, default_value = "none", value_parser = fault::named::<RelayFault>)]
    fault: Wanted<RelayFault>,
    /// File that the log is written to as well.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Ask for a pass phrase on the terminal before listening.
    #[arg(long)]
    ask: bool,
}

/// Runs the plain relay until SIGTERM or SIGINT.
pub fn run(fault: Option<RelayFault>) -> ExitCode {
    let arguments = Arguments::parse();
    let fault = arguments.fault.0.or(fault);
    let served = Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| runtime.block_on(serve(&arguments, fault)));
    match served {
        Ok(Over::Stopped) => ExitCode::SUCCESS,
        Ok(Over::Died) => {
            linger();
            ExitCode::FAILURE
        }
        Err(error) => {
            // Nobody is left to be told when standard error is closed as well.
            drop(writeln!(io::stderr(), "relay: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Its links are closed by now; its process takes a little longer, as that of a large program.
#[expect(
    clippy::disallowed_methods,
    reason = "it dies slowly: nothing is awaited"
)]
fn linger() {
    std::thread::sleep(LINGER);
}

async fn serve(arguments: &Arguments, fault: Option<RelayFault>) -> io::Result<Over> {
    if fault == Some(RelayFault::DiesStarting) {
        return Err(io::Error::other("the licence file is missing"));
    }
    if arguments.ask && terminal::secret("Pass phrase: ")? != "open sesame" {
        return Err(io::Error::other("wrong pass phrase"));
    }
    let mut log = Log::open(&arguments.name, arguments.log.as_deref())?;
    let listener = TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    if fault != Some(RelayFault::NeverReady) {
        log.line(&format!("listening on {}", listener.local_addr()?))?;
    }
    let (to_hub, arrivals) = mpsc::channel(QUEUE);
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let hub = Hub::new(&arguments.name, fault, log);
    tokio::select! {
        accepted = accept(listener, to_hub, fault) => accepted,
        over = hub.run(arrivals) => over,
        _ = term.recv() => Ok(Over::Stopped),
        _ = int.recv() => Ok(Over::Stopped),
    }
}

async fn accept(
    listener: TcpListener,
    to_hub: mpsc::Sender<(u64, Arrival)>,
    fault: Option<RelayFault>,
) -> io::Result<Over> {
    let mut connection = 0;
    loop {
        if fault == Some(RelayFault::TwoConnections) && connection == 2 {
            // Whoever comes now waits for an answer that never comes.
            return std::future::pending().await;
        }
        let (stream, _) = listener.accept().await?;
        if fault == Some(RelayFault::DiesOfSilence)
            && timeout(PATIENCE, stream.readable()).await.is_err()
        {
            return Ok(Over::Died);
        }
        connection += 1;
        tokio::spawn(read(stream, connection, to_hub.clone()));
    }
}

/// Hands the lines of one connection to the hub, until the connection or the hub ends.
async fn read(stream: TcpStream, connection: u64, to_hub: mpsc::Sender<(u64, Arrival)>) {
    // Without it the last line of a burst waits for an acknowledgement of the one before.
    drop(stream.set_nodelay(true));
    let (reader, writer) = stream.into_split();
    let (outbox, lines) = mpsc::channel(QUEUE);
    let writing = tokio::spawn(write(writer, lines));
    if to_hub
        .send((connection, Arrival::Opened(outbox)))
        .await
        .is_err()
    {
        return;
    }
    let mut reader = BufReader::new(reader);
    while let Ok(Some(line)) = wire::read_line(&mut reader).await {
        let arrival = ToRelay::parse(&line).map_or(Arrival::Nonsense, Arrival::Line);
        if to_hub.send((connection, arrival)).await.is_err() {
            return;
        }
    }
    // The hub is gone, or hears it: either way this connection has ended.
    drop(to_hub.send((connection, Arrival::Closed)).await);
    drop(writing.await);
}

async fn write(mut writer: OwnedWriteHalf, mut lines: mpsc::Receiver<ToClient>) {
    while let Some(line) = lines.recv().await {
        if writer
            .write_all(format!("{line}\n").as_bytes())
            .await
            .is_err()
        {
            return;
        }
    }
}
