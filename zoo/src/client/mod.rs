//! The plain client: one line in, one line out, as `docs/client-lines.md` says.

pub(crate) mod downloads;
mod face;
pub(crate) mod screen;
mod torment;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::fault::{self, ClientFault, Wanted};
use crate::orphan;
use crate::terminal;
use crate::wire::{self, PART, Part, ToClient, ToRelay};
use downloads::Downloads;
pub use face::Face;
use screen::{Line, show};

/// How many lines wait in each direction.
const QUEUE: usize = 64;

/// A client that encrypts nothing, for tests and benchmarks of the harness.
#[derive(Parser)]
struct Arguments {
    /// Port of the relay on the loopback address.
    #[arg(long, required_unless_present_any = ["be_the_orphan", "abandon"])]
    port: Option<u16>,
    /// Name to log in with.
    #[arg(long, default_value = "")]
    name: String,
    /// Where received files go.
    #[arg(long, default_value = "downloads")]
    downloads: PathBuf,
    /// What is wrong with it; `none` is nothing.
    #[arg(long, default_value = "none", value_parser = fault::named::<ClientFault>)]
    fault: Wanted<ClientFault>,
    /// Only who logs in with this name has the fault.
    #[arg(long)]
    faulty: Option<String>,
    /// Stay behind as an orphan, connected to nothing.
    #[arg(long, hide = true)]
    be_the_orphan: bool,
    /// Start so many orphans, and end.
    #[arg(long, hide = true, value_name = "N")]
    abandon: Option<u32>,
}

/// What can happen to a client.
enum Input {
    Relay(ToClient),
    RelayGone,
    Typed(String),
    TypingEnded,
}

/// Runs the plain client until it quits or its relay is gone.
pub fn run(fault: Option<ClientFault>) -> ExitCode {
    begin(fault, Face::Lines)
}

/// Runs the honest client with another face.
pub fn run_with(face: Face) -> ExitCode {
    begin(None, face)
}

fn begin(fault: Option<ClientFault>, face: Face) -> ExitCode {
    let arguments = Arguments::parse();
    let ended = if arguments.be_the_orphan {
        orphan::be().map(|()| ExitCode::SUCCESS)
    } else if let Some(count) = arguments.abandon {
        torment::fork(count).map(|()| ExitCode::SUCCESS)
    } else {
        let has_it = arguments
            .faulty
            .as_ref()
            .is_none_or(|who| *who == arguments.name);
        let asked = arguments.fault.0.filter(|_| has_it);
        start(arguments, asked.or(fault), face)
    };
    ended.unwrap_or_else(|error| {
        let reason = error.to_string();
        // Nobody is left to be told when standard output is closed as well.
        drop(show(&Line::Disconnected { reason: &reason }));
        ExitCode::FAILURE
    })
}

fn start(mut arguments: Arguments, fault: Option<ClientFault>, face: Face) -> io::Result<ExitCode> {
    arguments.name = face::meet(face, arguments.name, fault)?;
    match fault {
        Some(ClientFault::AsksCursor) => drop(terminal::cursor_by_input()?),
        Some(ClientFault::AsksFirst) => drop(terminal::question("Continue? ")?),
        Some(ClientFault::Hangs) => orphan::deafen()?,
        Some(ClientFault::HoldsBack) => torment::hold_back()?,
        Some(ClientFault::WaitsFirst) => drop(terminal::question("I begin.\n")?),
        Some(_) | None => {}
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(talk(arguments, fault));
    // A read of standard input cannot be cancelled and must not be waited for.
    runtime.shutdown_background();
    ended
}

async fn talk(arguments: Arguments, fault: Option<ClientFault>) -> io::Result<ExitCode> {
    let port = arguments.port.unwrap_or_default();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let (inputs_in, mut inputs) = mpsc::channel(QUEUE);
    let (lines_in, lines) = mpsc::channel(QUEUE);
    tokio::spawn(hear(reader, inputs_in.clone()));
    let writing = tokio::spawn(write(writer, lines));
    let hello = ToRelay::Hello {
        name: arguments.name.clone(),
    };
    send(&lines_in, hello).await;

    let mut client = Client {
        name: arguments
            .name
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned(),
        downloads: Downloads::new(arguments.downloads),
        fault,
        relay: lines_in,
        inputs: inputs_in,
        flooding: false,
    };
    let mut flood = ticking(Duration::from_millis(1));
    let code = loop {
        let input = tokio::select! {
            input = inputs.recv() => input,
            _ = flood.tick(), if client.flooding => {
                screen::flood(client.fault == Some(ClientFault::Floods))?;
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

struct Client {
    name: String,
    downloads: Downloads,
    fault: Option<ClientFault>,
    relay: mpsc::Sender<ToRelay>,
    inputs: mpsc::Sender<Input>,
    flooding: bool,
}

impl Client {
    /// Reacts to one input; a code when it was the last.
    async fn handle(&mut self, input: Input) -> io::Result<Option<ExitCode>> {
        let hangs = self.fault == Some(ClientFault::Hangs);
        match input {
            Input::Relay(line) => return self.told(line).await,
            Input::RelayGone if hangs => {}
            Input::RelayGone => {
                let reason = "relay-gone";
                show(&Line::Disconnected { reason })?;
                return Ok(Some(ExitCode::FAILURE));
            }
            Input::Typed(line) if line == "/quit" => return Ok(self.quit(hangs).await),
            Input::Typed(line) => self.typed(&line).await?,
            Input::TypingEnded => return Ok(self.quit(hangs).await),
        }
        Ok(None)
    }

    async fn quit(&self, hangs: bool) -> Option<ExitCode> {
        if hangs {
            return None;
        }
        send(&self.relay, ToRelay::Bye).await;
        Some(ExitCode::SUCCESS)
    }

    async fn told(&mut self, line: ToClient) -> io::Result<Option<ExitCode>> {
        match line {
            ToClient::Accepted { to, count } if to == "all" => show(&Line::SentAll { count })?,
            ToClient::Accepted { to, .. } => show(&Line::Sent { to: &to })?,
            ToClient::Delivered { to, file } => show(&Line::FileDelivered {
                to: &to,
                file: &file,
            })?,
            ToClient::Joined { who } => show(&Line::Joined { who: &who })?,
            ToClient::Left { who, reason } => show(&Line::Left {
                who: &who,
                reason: &reason,
            })?,
            ToClient::Message { from, text } => {
                let line = Line::Message {
                    from: &from,
                    text: &text,
                };
                return self.message(&line).await;
            }
            ToClient::Part { from, part } => self.part(from, part).await?,
            ToClient::Private { from, text } => show(&Line::Private {
                from: &from,
                text: &text,
            })?,
            ToClient::Refused { reason } => refuse("relay", &reason)?,
            ToClient::Undelivered { to } => show(&Line::Undelivered { to: &to })?,
            ToClient::Welcome { others, .. } => self.welcome(&others)?,
        }
        Ok(None)
    }

    fn welcome(&mut self, others: &[String]) -> io::Result<()> {
        show(&Line::Ready {
            name: &self.name,
            with: others,
        })?;
        match self.fault {
            Some(ClientFault::Floods) => self.flooding = true,
            Some(ClientFault::Orphans) => orphan::start(orphan::Output::Closed)?,
            Some(ClientFault::Forges) => torment::forge()?,
            Some(ClientFault::LeavesUnreaped) => orphan::leave_unreaped()?,
            Some(ClientFault::Meddles) => torment::meddle()?,
            Some(_) | None => {}
        }
        // Only now, so that nothing typed early is lost.
        tokio::spawn(read_typing(self.inputs.clone()));
        Ok(())
    }

    /// Shows a message to everyone; a code when that was the last thing it did.
    async fn message(&mut self, line: &Line<'_>) -> io::Result<Option<ExitCode>> {
        match self.fault {
            Some(ClientFault::ClosesStdout) => torment::close_stdout()?,
            Some(ClientFault::DiesMidline) => {
                torment::half(&line.to_string())?;
                return Ok(Some(ExitCode::FAILURE));
            }
            Some(ClientFault::EatsMemory) => torment::eat_memory(),
            // Shown or not would be luck: so not.
            Some(ClientFault::Floods | ClientFault::FloodsWithoutNewline) => {
                self.flooding = true;
                return Ok(None);
            }
            Some(ClientFault::Forks) => {
                torment::fork(40)?;
                std::future::pending::<()>().await;
            }
            Some(ClientFault::ForksAway) => {
                orphan::abandon(40)?;
                std::future::pending::<()>().await;
            }
            Some(ClientFault::HoldsPipe) => {
                torment::hold_pipe()?;
                return Ok(Some(ExitCode::FAILURE));
            }
            Some(ClientFault::InPieces) => {
                return torment::in_pieces(&line.to_string()).map(|()| None);
            }
            Some(ClientFault::Late) => {
                // It is late by the clock, which is its fault.
                drop(tokio::time::timeout(torment::LATE, std::future::pending::<()>()).await);
            }
            Some(ClientFault::OnStderr) => {
                let line = format!("{line}\n");
                return io::Write::write_all(&mut io::stderr(), line.as_bytes()).map(|()| None);
            }
            Some(ClientFault::Spins) => torment::spin(1),
            Some(ClientFault::Twice) => show(line)?,
            Some(ClientFault::WritesHugeFile) => torment::write_huge_file()?,
            Some(_) | None => {}
        }
        show(line)?;
        Ok(None)
    }

    async fn part(&mut self, from: String, mut part: Part) -> io::Result<()> {
        if self.fault == Some(ClientFault::CorruptsFile)
            && let Some(byte) = part.data.first_mut()
        {
            *byte ^= 1;
        }
        let Some(saved) = self.downloads.add(&from, part)? else {
            return Ok(());
        };
        show(&Line::FileReceived {
            from: &from,
            file: &saved,
        })?;
        send(&self.relay, ToRelay::Got { from, file: saved }).await;
        Ok(())
    }

    async fn typed(&self, line: &str) -> io::Result<()> {
        let Some(command) = line.strip_prefix('/') else {
            let text = wire::unescape(line);
            send(&self.relay, ToRelay::Say { text }).await;
            return Ok(());
        };
        match command.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            ["msg", to, text] => {
                let to = (*to).to_owned();
                let text = wire::unescape(text);
                send(&self.relay, ToRelay::Msg { to, text }).await;
            }
            ["file", to, path] => self.file(to, Path::new(&wire::unescape(path))).await?,
            _ => {
                refuse(
                    "command",
                    "there are /msg NAME TEXT, /file NAME PATH and /quit",
                )?;
            }
        }
        Ok(())
    }

    async fn file(&self, to: &str, path: &Path) -> io::Result<()> {
        let name = path.file_name().and_then(|name| name.to_str());
        let (Some(name), Ok(content)) = (name, std::fs::read(path)) else {
            return refuse("file", &format!("cannot read {}", path.display()));
        };
        let parts = parts_of(name, &content);
        let relay = self.relay.clone();
        let to = to.to_owned();
        // Beside the main loop, so that two clients can send to each other without a
        // deadlock.
        tokio::spawn(async move {
            for part in parts {
                let to = to.clone();
                send(&relay, ToRelay::Part { to, part }).await;
            }
        });
        Ok(())
    }
}

fn refuse(code: &str, text: &str) -> io::Result<()> {
    show(&Line::Refused { code, text })
}

/// A file in pieces; one without content is one piece.
pub(crate) fn parts_of(name: &str, content: &[u8]) -> Vec<Part> {
    let mut parts: Vec<Part> = content
        .chunks(PART)
        .map(|data| Part {
            file: name.to_owned(),
            last: false,
            data: data.to_vec(),
        })
        .collect();
    if parts.is_empty() {
        parts.push(Part {
            file: name.to_owned(),
            last: false,
            data: Vec::new(),
        });
    }
    if let Some(part) = parts.last_mut() {
        part.last = true;
    }
    parts
}

/// When the connection has ended the line is lost; the main loop hears of that end.
async fn send(relay: &mpsc::Sender<ToRelay>, line: ToRelay) {
    drop(relay.send(line).await);
}

async fn hear(reader: OwnedReadHalf, inputs: mpsc::Sender<Input>) {
    let mut reader = BufReader::new(reader);
    while let Ok(Some(line)) = wire::read_line(&mut reader).await {
        let Some(line) = ToClient::parse(&line) else {
            continue;
        };
        if inputs.send(Input::Relay(line)).await.is_err() {
            return;
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

async fn write(mut writer: OwnedWriteHalf, mut lines: mpsc::Receiver<ToRelay>) {
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

fn ticking(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
