//! The client: one line in, one line out, as described in `docs/client-lines.md`.

mod downloads;
mod face;
mod giving;
mod lie;
mod past;
mod screen;
mod session;
mod store;
mod torment;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};
use zoo_faults::{Fault, Habit};

use crate::fault::ClientFault;
use crate::frame::{ToClient, ToRelay};
use crate::line;
use crate::link::{self, Parcel};
use crate::orphan;
use crate::seal::Key;
use crate::terminal;
use downloads::Downloads;
use face::Face;
use giving::Giving;
use screen::{Line, show};
use session::{Input, Session};
use store::Store;

/// How many lines wait in each direction.
const QUEUE: usize = 64;

/// Names no one: all have the fault.
const EVERYBODY: &str = "everybody";

/// How often a client sends a keep-alive, if that is its habit.
const OFTEN: Duration = Duration::from_millis(20);

/// A client that encrypts what it is given keys for, for tests and benchmarks of the harness.
#[derive(Parser)]
struct Arguments {
    /// Port of the relay on the loopback address.
    #[arg(long, required_unless_present_any = ["be_the_orphan", "abandon", "open_keys"])]
    port: Option<u16>,
    /// Name to log in with.
    #[arg(long, default_value = "")]
    name: String,
    /// Where received files go.
    #[arg(long, default_value = "downloads")]
    downloads: PathBuf,
    /// How it meets its user.
    #[arg(long, value_enum, default_value = "lines")]
    face: Face,
    /// How it misbehaves.
    #[arg(long, value_enum, default_value = "none")]
    fault: ClientFault,
    /// Only the client that logs in with this name has the fault; `everybody` for all.
    #[arg(long)]
    faulty: Option<String>,
    /// What it gives away; `honest` is nothing.
    #[arg(long, default_value = "honest", value_parser = Fault::named)]
    leak: Fault,
    /// File with the key of the links; without it they are not encrypted.
    #[arg(long)]
    link_key: Option<PathBuf>,
    /// File with the key that the clients share and the relay never gets; without it they seal
    /// nothing.
    #[arg(long)]
    room_key: Option<PathBuf>,
    /// File for the keys of messages.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// Print the keys of messages that the passphrase opens, which is read first, and end.
    #[arg(long)]
    open_keys: bool,
    /// Ask for a passphrase first.
    #[arg(long)]
    ask: bool,
    /// Stay behind as an orphan, connected to nothing.
    #[arg(long, hide = true)]
    be_the_orphan: bool,
    /// Start so many orphans, and end.
    #[arg(long, hide = true, value_name = "N")]
    abandon: Option<u32>,
}

/// Runs the client until it quits or its relay is gone.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.open_keys {
        return open_keys(arguments.keys.as_deref());
    }
    let ended = if arguments.be_the_orphan {
        orphan::be().map(|()| ExitCode::SUCCESS)
    } else if let Some(count) = arguments.abandon {
        torment::fork(count).map(|()| ExitCode::SUCCESS)
    } else {
        start(arguments)
    };
    ended.unwrap_or_else(|error| {
        let reason = error.to_string();
        // Nobody is left to be told when standard output is closed as well.
        drop(show(&Line::Disconnected { reason: &reason }));
        ExitCode::FAILURE
    })
}

/// What a client could still open with its own store.
fn open_keys(keys: Option<&Path>) -> ExitCode {
    let phrase = terminal::question("");
    let printed = phrase.and_then(|phrase| Store::new(keys, &phrase).print(io::stdout().lock()));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told when standard error is closed as well.
            drop(writeln!(io::stderr(), "client: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn start(mut arguments: Arguments) -> io::Result<ExitCode> {
    let faulty = arguments.faulty.as_ref();
    if faulty.is_some_and(|who| who != EVERYBODY && *who != arguments.name) {
        arguments.fault = ClientFault::None;
    }
    arguments.name = face::meet(arguments.face, arguments.name, arguments.fault)?;
    match arguments.fault {
        ClientFault::AsksCursor => drop(terminal::cursor_by_input()?),
        ClientFault::AsksFirst => drop(terminal::question("Continue? ")?),
        ClientFault::Hangs => orphan::deafen()?,
        ClientFault::HoldsBack => torment::hold_back()?,
        ClientFault::WaitsFirst => drop(terminal::question("I begin.\n")?),
        _ => {}
    }
    let phrase = if arguments.ask {
        terminal::question("Passphrase: ")?
    } else {
        String::new()
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(talk(arguments, phrase));
    // A read of standard input cannot be cancelled and must not be waited for.
    runtime.shutdown_background();
    ended
}

async fn talk(arguments: Arguments, phrase: String) -> io::Result<ExitCode> {
    let link_key = Key::read_or_none(arguments.link_key.as_deref())?;
    let room = Key::read_or_none(arguments.room_key.as_deref())?;
    let port = arguments.port.unwrap_or_default();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let (inputs_in, mut inputs) = mpsc::channel(QUEUE);
    let (parcels_in, parcels) = mpsc::channel(QUEUE);
    tokio::spawn(hear(reader, link_key.clone(), inputs_in.clone()));
    let writing = tokio::spawn(write(writer, link_key, parcels));
    if arguments.fault == ClientFault::TalksPast {
        past::listen(&arguments.name, inputs_in.clone()).await?;
    }
    let keys = arguments.keys.as_deref();
    let giving = Giving::new(arguments.leak, room, &arguments.name, phrase, keys);
    let downloads = Downloads::new(arguments.downloads, arguments.fault);
    let mut session = Session::new(giving, downloads, arguments.fault, parcels_in, inputs_in);
    session.hello().await;

    let keep_alive = || Parcel::Sealed(ToRelay::KeepAlive.encode());
    let mut doors = Vec::new();
    let mut flood = ticking(Duration::from_millis(1));
    let mut often = ticking(OFTEN);
    let keeps_alive = arguments.leak == Fault::Harmless(Habit::KeepAlives);
    let code = loop {
        let input = tokio::select! {
            input = inputs.recv() => input,
            _ = flood.tick(), if session.is_flooding() => {
                match arguments.fault {
                    ClientFault::EmptyLines => screen::flood("\n", 16 * 1024)?,
                    ClientFault::Floods => screen::flood(&format!("{}\n", "noise ".repeat(170)), 64)?,
                    ClientFault::Knocks => doors.push(TcpStream::connect(("127.0.0.1", port)).await),
                    ClientFault::Whispers => session.send(vec![Parcel::Clear(Vec::new()); 32]).await,
                    _ => screen::flood("noise ", 170 * 64)?,
                }
                continue;
            }
            _ = often.tick(), if keeps_alive => {
                session.send(vec![keep_alive()]).await;
                continue;
            }
        };
        let Some(input) = input else {
            break ExitCode::SUCCESS;
        };
        if let Some(code) = session.handle(input).await? {
            break code;
        }
    };
    // Both ends of the queue go, so that what was typed before is still sent.
    drop((session, inputs));
    drop(writing.await);
    Ok(code)
}

async fn hear(reader: OwnedReadHalf, key: Key, inputs: mpsc::Sender<Input>) {
    let mut reader = BufReader::new(reader);
    // Its name, in the clear.
    if reader.read_until(b'\n', &mut Vec::new()).await.is_ok() {
        while let Ok(Some(parcel)) = link::read(&mut reader, &key).await {
            let Parcel::Sealed(bytes) = parcel else {
                continue;
            };
            let Some(frame) = ToClient::decode(&bytes) else {
                continue;
            };
            if inputs.send(Input::Relay(frame)).await.is_err() {
                return;
            }
        }
    }
    drop(inputs.send(Input::RelayGone).await);
}

async fn read_typing(inputs: mpsc::Sender<Input>) {
    let mut reader = BufReader::new(tokio::io::stdin());
    while let Ok(Some(line)) = line::read_line(&mut reader).await {
        if inputs.send(Input::Typed(line)).await.is_err() {
            return;
        }
    }
    drop(inputs.send(Input::TypingEnded).await);
}

async fn write(mut writer: OwnedWriteHalf, key: Key, mut parcels: mpsc::Receiver<Parcel>) {
    while let Some(parcel) = parcels.recv().await {
        if link::write(&mut writer, &key, &parcel).await.is_err() {
            return;
        }
    }
}

fn ticking(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
