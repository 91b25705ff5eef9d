//! The leaky relay: listens, says so, and passes on what it cannot open.

mod hub;
mod log;
mod spill;

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use zoo_faults::Fault;

use super::frame::{ToClient, ToRelay};
use super::link::{self, Parcel};
use super::seal::Key;
use hub::{Arrival, Hub};
use log::Log;
use spill::Spill;

/// How many frames wait for one client, or for the hub, before the other side must wait.
const QUEUE: usize = 64;

/// A relay that passes on what is sealed, and may give away what it is handed.
#[derive(Parser)]
struct Arguments {
    /// Name that the relay calls itself.
    #[arg(long, default_value = "leaky")]
    name: String,
    /// Directory for its log and what else it writes.
    #[arg(long, required_unless_present = "be_a_child")]
    data: Option<PathBuf>,
    /// File with the key of the links.
    #[arg(long, required_unless_present = "be_a_child")]
    link_key: Option<PathBuf>,
    /// What is wrong with it; `honest` is nothing.
    #[arg(long, default_value = "honest", value_parser = Fault::named)]
    fault: Fault,
    /// Be a process that does nothing until its input ends; what it is told means nothing to it.
    #[arg(long, hide = true, num_args = 0..)]
    be_a_child: Option<Vec<String>>,
}

/// Runs the leaky relay until SIGTERM or SIGINT.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = if arguments.be_a_child.is_some() {
        io::stdin().read_to_end(&mut Vec::new()).map(drop)
    } else {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .and_then(|runtime| runtime.block_on(serve(arguments)))
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told when standard error is closed as well.
            drop(writeln!(io::stderr(), "relay: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> io::Result<()> {
    let data = arguments.data.unwrap_or_default();
    let key = Key::read(&arguments.link_key.unwrap_or_default())?;
    std::fs::create_dir_all(&data)?;
    let mut log = Log::open(&arguments.name, &data.join("relay.log"), arguments.fault)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    log.ready(listener.local_addr()?)?;
    let spill = Spill::new(arguments.fault, data);
    let (to_hub, arrivals) = mpsc::channel(QUEUE);
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let mut hub = Hub::new(arguments.fault, log, spill);
    let ended = tokio::select! {
        accepted = accept(listener, to_hub, key, arguments.name, arguments.fault) => accepted,
        over = hub.run(arrivals) => over,
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    };
    hub.end()?;
    ended
}

async fn accept(
    listener: TcpListener,
    to_hub: mpsc::Sender<(u64, Arrival)>,
    key: Key,
    name: String,
    fault: Fault,
) -> io::Result<()> {
    let mut connection = 0;
    loop {
        let (stream, _) = listener.accept().await?;
        connection += 1;
        let mut greeting = format!("this is {name}\n").into_bytes();
        if fault.is_framed() {
            greeting = link::framed("greeting", greeting);
        }
        let (to_hub, key) = (to_hub.clone(), key.clone());
        tokio::spawn(async move {
            let ended = attend(stream, connection, &to_hub, (key, fault), &greeting).await;
            // However it ended, and whether the hub still is: this connection is over.
            drop((ended, to_hub.send((connection, Arrival::Closed)).await));
        });
    }
}

/// Greets in the clear, then hands the frames of one connection to the hub.
async fn attend(
    stream: TcpStream,
    connection: u64,
    to_hub: &mpsc::Sender<(u64, Arrival)>,
    (key, fault): (Key, Fault),
    greeting: &[u8],
) -> io::Result<()> {
    // Without it the last frame of a burst waits for an acknowledgement of the one before.
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(greeting).await?;
    let (outbox, frames) = mpsc::channel(QUEUE);
    tokio::spawn(write(writer, frames, key.clone(), fault));
    let over = |_| io::Error::other("the hub is over");
    let opened = (connection, Arrival::Opened(outbox));
    to_hub.send(opened).await.map_err(over)?;
    while let Some(parcel) = link::read(&mut reader, &key).await? {
        // What is in the clear is for whoever listens on the way.
        if let Parcel::Sealed(bytes) = parcel {
            let frame = ToRelay::decode(&bytes);
            let frame = frame.ok_or_else(|| io::Error::other("a frame that means nothing"))?;
            let arrival = (connection, Arrival::Frame(frame));
            to_hub.send(arrival).await.map_err(over)?;
        }
    }
    Ok(())
}

async fn write(
    mut writer: OwnedWriteHalf,
    mut frames: mpsc::Receiver<ToClient>,
    key: Key,
    fault: Fault,
) {
    while let Some(frame) = frames.recv().await {
        let parcel = if fault.is_framed() {
            Parcel::Framed(frame.kind(), frame.encode())
        } else {
            Parcel::Sealed(frame.encode())
        };
        if link::write(&mut writer, &key, &parcel).await.is_err() {
            return;
        }
    }
}
