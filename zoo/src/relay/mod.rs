//! The relay: listens, says so, and passes on texts, sealed or not.

mod hub;
mod log;
mod spill;

use std::io::{self, Read as _, Write as _};
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
use zeroize::Zeroize as _;
use zoo_faults::{Fault, Misdeed};

use crate::fault::RelayFault;
use crate::frame::{ToClient, ToRelay};
use crate::link::{self, Parcel};
use crate::seal::Key;
use crate::terminal;
use hub::{Arrival, Hub};
use log::Log;
use spill::Spill;

/// How many frames may wait for one client, or for the hub, before the sender must wait.
const QUEUE: usize = 64;

/// How long a faulty relay bears silence.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a relay takes to die.
const LINGER: Duration = Duration::from_millis(200);

/// A relay that passes on what it is sent, and may leak it.
#[derive(Parser)]
struct Arguments {
    /// Port on the loopback address; 0 lets the system choose.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Name that the relay calls itself.
    #[arg(long, default_value = "plain")]
    name: String,
    /// How it misbehaves.
    #[arg(long, value_enum, default_value = "none")]
    fault: RelayFault,
    /// What it gives away; `honest` is nothing.
    #[arg(long, default_value = "honest", value_parser = Fault::named)]
    leak: Fault,
    /// File that the log is written to as well.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Directory for what else it writes.
    #[arg(long, default_value = ".")]
    data: PathBuf,
    /// File with the key of the links; without it they are not encrypted.
    #[arg(long)]
    link_key: Option<PathBuf>,
    /// Ask for a passphrase on the terminal before listening.
    #[arg(long)]
    ask: bool,
    /// Do nothing until the input ends, and ignore whatever it says.
    #[arg(long, hide = true, num_args = 0..)]
    be_a_child: Option<Vec<String>>,
}

/// What is wrong with a relay: at most one thing.
#[derive(Clone, Copy)]
struct Faults {
    behaviour: RelayFault,
    leak: Fault,
}

impl Faults {
    /// Whether it shows a private message to everyone; this fault is in both tables.
    fn gossip(self) -> bool {
        self.behaviour == RelayFault::Gossips || self.leak == Fault::Misdeed(Misdeed::Gossips)
    }
}

/// Why the relay has ended.
enum Over {
    /// It was asked to.
    Stopped,
    /// Its fault.
    Died,
}

/// Runs the relay until SIGTERM or SIGINT.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = if arguments.be_a_child.is_some() {
        io::stdin()
            .read_to_end(&mut Vec::new())
            .map(|_| Over::Stopped)
    } else {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .and_then(|runtime| runtime.block_on(serve(arguments)))
    };
    match ended {
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

/// Its links are closed by now; its process takes a little longer, as for a large program.
#[expect(
    clippy::disallowed_methods,
    reason = "it dies slowly: nothing is awaited"
)]
fn linger() {
    std::thread::sleep(LINGER);
}

async fn serve(arguments: Arguments) -> io::Result<Over> {
    let faults = Faults {
        behaviour: arguments.fault,
        leak: arguments.leak,
    };
    if faults.behaviour == RelayFault::DiesStarting {
        return Err(io::Error::other("the licence file is missing"));
    }
    if arguments.ask && terminal::secret("Passphrase: ")? != "open sesame" {
        return Err(io::Error::other("wrong passphrase"));
    }
    let key = Key::read_or_none(arguments.link_key.as_deref())?;
    std::fs::create_dir_all(&arguments.data)?;
    let mut log = Log::open(&arguments.name, arguments.log.as_deref(), faults.leak)?;
    let listener = TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    if faults.behaviour != RelayFault::NeverReady {
        log.ready(listener.local_addr()?)?;
    }
    let spill = Spill::new(faults.leak, arguments.data);
    let (to_hub, arrivals) = mpsc::channel(QUEUE);
    let mut hub = Hub::new(faults, log, spill);
    let ended = tokio::select! {
        accepted = accept(listener, to_hub, key, arguments.name, faults) => accepted,
        over = hub.run(arrivals) => over,
        stopped = told_to_stop(faults.behaviour) => stopped,
    };
    hub.end()?;
    ended
}

/// Waits until it is told to stop, by a signal.
async fn told_to_stop(fault: RelayFault) -> io::Result<Over> {
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    loop {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        match fault {
            RelayFault::AbortsStopping => std::process::abort(),
            RelayFault::Deaf => {}
            _ => return Ok(Over::Stopped),
        }
    }
}

async fn accept(
    listener: TcpListener,
    to_hub: mpsc::Sender<(u64, Arrival)>,
    key: Key,
    name: String,
    faults: Faults,
) -> io::Result<Over> {
    let mut connection = 0;
    loop {
        if faults.behaviour == RelayFault::TwoConnections && connection == 2 {
            // Whoever comes now waits for an answer that never comes.
            return std::future::pending().await;
        }
        let (stream, _) = listener.accept().await?;
        if faults.behaviour == RelayFault::DiesOfSilence
            && timeout(PATIENCE, stream.readable()).await.is_err()
        {
            return Ok(Over::Died);
        }
        connection += 1;
        let mut greeting = format!("this is {name}\n").into_bytes();
        if faults.leak.is_framed() {
            greeting = link::framed("greeting", greeting);
        }
        let (to_hub, key) = (to_hub.clone(), key.clone());
        tokio::spawn(async move {
            let link = (key, faults.leak.is_framed());
            let ended = attend(stream, connection, &to_hub, link, &greeting).await;
            // However it ended, and whether the hub still is: this connection is over.
            drop((ended, to_hub.send((connection, Arrival::Closed)).await));
        });
    }
}

/// Greets in plaintext, then hands the frames of one connection to the hub.
async fn attend(
    stream: TcpStream,
    connection: u64,
    to_hub: &mpsc::Sender<(u64, Arrival)>,
    (key, is_framed): (Key, bool),
    greeting: &[u8],
) -> io::Result<()> {
    // Without it the last frame of a burst waits for an acknowledgement of the one before.
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(greeting).await?;
    let (outbox, frames) = mpsc::channel(QUEUE);
    tokio::spawn(write(writer, frames, key.clone(), is_framed));
    let over = |_| io::Error::other("the hub is over");
    let opened = (connection, Arrival::Opened(outbox));
    to_hub.send(opened).await.map_err(over)?;
    while let Some(parcel) = link::read(&mut reader, &key).await? {
        // What is in the clear is for whoever listens on the way.
        if let Parcel::Sealed(mut bytes) = parcel {
            let arrival = ToRelay::decode(&bytes).map_or(Arrival::Nonsense, Arrival::Frame);
            // What it was handed is in the frame, and nowhere else.
            bytes.zeroize();
            to_hub.send((connection, arrival)).await.map_err(over)?;
        }
    }
    Ok(())
}

async fn write(
    mut writer: OwnedWriteHalf,
    mut frames: mpsc::Receiver<ToClient>,
    key: Key,
    is_framed: bool,
) {
    while let Some(frame) = frames.recv().await {
        let parcel = if is_framed {
            Parcel::Framed(frame.kind(), frame.encode())
        } else {
            Parcel::Sealed(frame.encode())
        };
        if link::write(&mut writer, &key, &parcel).await.is_err() {
            return;
        }
    }
}
