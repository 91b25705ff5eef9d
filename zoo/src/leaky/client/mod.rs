//! The leaky client: one line in, one line out, as `docs/client-lines.md` says.

mod giving;
mod store;

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
use tokio::time::interval;
use zoo_faults::{Fault, Habit};

use super::content::Content;
use super::frame::{ToClient, ToRelay};
use super::link::{self, Parcel};
use super::seal::Key;
use crate::client::downloads::Downloads;
use crate::client::parts_of;
use crate::client::screen::{Line, show};
use crate::wire;
use giving::Giving;
use store::Store;

/// How many lines wait in each direction.
const QUEUE: usize = 64;

/// How often a client says that it is there, where that is its habit.
const OFTEN: Duration = Duration::from_millis(20);

/// A client that seals from end to end, and may give away what it seals.
#[derive(Parser)]
struct Arguments {
    /// Port of the relay on the loopback address.
    #[arg(long, required_unless_present = "open_keys")]
    port: Option<u16>,
    /// Name to log in with.
    #[arg(long, required_unless_present = "open_keys")]
    name: Option<String>,
    /// Where received files go.
    #[arg(long, default_value = "downloads")]
    downloads: PathBuf,
    /// File with the key of the links.
    #[arg(long, required_unless_present = "open_keys")]
    link_key: Option<PathBuf>,
    /// File with the key that the clients share and the relay never gets.
    #[arg(long, required_unless_present = "open_keys")]
    room_key: Option<PathBuf>,
    /// File for the keys of messages.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// Print the keys of messages that the pass phrase opens, which is read first, and end.
    #[arg(long)]
    open_keys: bool,
    /// Ask for a pass phrase first.
    #[arg(long)]
    ask: bool,
    /// What is wrong with it; `honest` is nothing.
    #[arg(long, default_value = "honest", value_parser = Fault::named)]
    fault: Fault,
}

/// What can happen to a client.
enum Input {
    Relay(ToClient),
    RelayGone,
    Typed(String),
    TypingEnded,
}

/// Runs the leaky client until it quits or its relay is gone.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let built = Builder::new_current_thread().enable_all().build();
    if arguments.open_keys {
        return open_keys(arguments.keys.as_deref());
    }
    let ended = built.and_then(|runtime| {
        let ended = runtime.block_on(talk(arguments));
        // A read of standard input cannot be cancelled and must not be waited for.
        runtime.shutdown_background();
        ended
    });
    ended.unwrap_or_else(|error| {
        let reason = error.to_string();
        // Nobody is left to be told when standard output is closed as well.
        drop(show(&Line::Disconnected { reason: &reason }));
        ExitCode::FAILURE
    })
}

async fn talk(arguments: Arguments) -> io::Result<ExitCode> {
    let link_key = Key::read(&arguments.link_key.unwrap_or_default())?;
    let room = Key::read(&arguments.room_key.unwrap_or_default())?;
    let phrase = if arguments.ask { ask()? } else { String::new() };
    let port = arguments.port.unwrap_or_default();
    let name = arguments.name.unwrap_or_default();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let (inputs_in, mut inputs) = mpsc::channel(QUEUE);
    let (parcels_in, parcels) = mpsc::channel(QUEUE);
    tokio::spawn(hear(reader, link_key.clone(), inputs_in.clone()));
    let writing = tokio::spawn(write(writer, link_key, parcels));
    let mut client = Client {
        giving: Giving::new(
            arguments.fault,
            room,
            &name,
            phrase,
            arguments.keys.as_deref(),
        ),
        name,
        downloads: Downloads::new(arguments.downloads),
        relay: parcels_in,
        inputs: inputs_in,
    };
    client.send(client.giving.hello()).await;
    let mut often = interval(OFTEN);
    let code = loop {
        let input = tokio::select! {
            input = inputs.recv() => input,
            _ = often.tick(), if arguments.fault == Fault::Harmless(Habit::KeepAlives) => {
                client.send(vec![Parcel::Sealed(ToRelay::KeepAlive.encode())]).await;
                continue;
            }
        };
        let Some(input) = input else {
            break ExitCode::SUCCESS;
        };
        if let Some(code) = client.handle(input).await? {
            break code;
        }
    };
    // Both ends of the queue go, so that what was typed before is still sent.
    drop((client, inputs));
    drop(writing.await);
    Ok(code)
}

/// As one does who has a key to open.
fn ask() -> io::Result<String> {
    let mut out = io::stdout().lock();
    out.write_all(b"Pass phrase: ")?;
    out.flush()?;
    read_phrase()
}

fn read_phrase() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

/// What a client could still open with its own store.
fn open_keys(keys: Option<&Path>) -> ExitCode {
    let printed =
        read_phrase().and_then(|phrase| Store::new(keys, &phrase).print(io::stdout().lock()));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told when standard error is closed as well.
            drop(writeln!(io::stderr(), "client: {error}"));
            ExitCode::FAILURE
        }
    }
}

struct Client {
    giving: Giving,
    name: String,
    downloads: Downloads,
    relay: mpsc::Sender<Parcel>,
    inputs: mpsc::Sender<Input>,
}

impl Client {
    /// Reacts to one input; a code when it was the last.
    async fn handle(&mut self, input: Input) -> io::Result<Option<ExitCode>> {
        match input {
            Input::Relay(frame) => self.told(frame).await?,
            Input::RelayGone => {
                show(&Line::Disconnected {
                    reason: "relay-gone",
                })?;
                return Ok(Some(ExitCode::FAILURE));
            }
            Input::Typed(line) if line != "/quit" => self.typed(&line).await?,
            Input::Typed(_) | Input::TypingEnded => {
                self.send(self.giving.bye()).await;
                return Ok(Some(ExitCode::SUCCESS));
            }
        }
        Ok(None)
    }

    async fn told(&mut self, frame: ToClient) -> io::Result<()> {
        match frame {
            ToClient::Accepted { to, count } if to == "all" => show(&Line::SentAll { count }),
            ToClient::Accepted { to, .. } => show(&Line::Sent { to: &to }),
            ToClient::Envelope { from, sealed } => match self.giving.open(&from, &sealed) {
                Some(content) => self.shown(from, content).await,
                None => Ok(()),
            },
            ToClient::Joined { who } => {
                self.giving.meet(&who);
                show(&Line::Joined { who: &who.name })
            }
            ToClient::Left { who, reason } => {
                self.giving.forget(&who);
                show(&Line::Left {
                    who: &who,
                    reason: &reason,
                })
            }
            ToClient::Refused { reason } => refuse("relay", &reason),
            ToClient::Undelivered { to } => show(&Line::Undelivered { to: &to }),
            ToClient::Welcome { others } => {
                for other in &others {
                    self.giving.meet(other);
                }
                let others: Vec<String> = others.into_iter().map(|other| other.name).collect();
                show(&Line::Ready {
                    name: &self.name,
                    with: &others,
                })?;
                // Only now, so that nothing typed early is lost.
                tokio::spawn(read_typing(self.inputs.clone()));
                Ok(())
            }
        }
    }

    async fn shown(&mut self, from: String, content: Content) -> io::Result<()> {
        match content {
            Content::Got(file) => show(&Line::FileDelivered {
                to: &from,
                file: &file,
            }),
            Content::Msg(text) => show(&Line::Private {
                from: &from,
                text: &text,
            }),
            Content::Say(text) => show(&Line::Message {
                from: &from,
                text: &text,
            }),
            Content::Part(part) => {
                let Some(saved) = self.downloads.add(&from, part)? else {
                    return Ok(());
                };
                show(&Line::FileReceived {
                    from: &from,
                    file: &saved,
                })?;
                let got = self.giving.content(Some(from), &Content::Got(saved))?;
                self.send(got).await;
                Ok(())
            }
        }
    }

    async fn typed(&self, line: &str) -> io::Result<()> {
        let Some(command) = line.strip_prefix('/') else {
            let text = Content::Say(wire::unescape(line));
            self.send(self.giving.content(None, &text)?).await;
            return Ok(());
        };
        match command.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            ["msg", to, text] => {
                let text = Content::Msg(wire::unescape(text));
                let parcels = self.giving.content(Some((*to).to_owned()), &text)?;
                self.send(parcels).await;
                Ok(())
            }
            ["file", to, path] => self.file(to, Path::new(&wire::unescape(path))),
            _ => {
                let there = "there are /msg NAME TEXT, /file NAME PATH and /quit";
                refuse("command", there)
            }
        }
    }

    fn file(&self, to: &str, path: &Path) -> io::Result<()> {
        let name = path.file_name().and_then(|name| name.to_str());
        let (Some(name), Ok(content)) = (name, std::fs::read(path)) else {
            return refuse("file", &format!("cannot read {}", path.display()));
        };
        let mut parcels = Vec::new();
        for part in parts_of(name, &content) {
            let part = Content::Part(part);
            parcels.extend(self.giving.content(Some(to.to_owned()), &part)?);
        }
        // Beside the main loop, so that two clients can send to each other without a
        // deadlock.
        tokio::spawn(send(self.relay.clone(), parcels));
        Ok(())
    }

    async fn send(&self, parcels: Vec<Parcel>) {
        send(self.relay.clone(), parcels).await;
    }
}

fn refuse(code: &str, text: &str) -> io::Result<()> {
    show(&Line::Refused { code, text })
}

/// When the connection has ended they are lost; the main loop hears of that end.
async fn send(relay: mpsc::Sender<Parcel>, parcels: Vec<Parcel>) {
    for parcel in parcels {
        drop(relay.send(parcel).await);
    }
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
    while let Ok(Some(line)) = wire::read_line(&mut reader).await {
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
