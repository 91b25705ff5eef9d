//! What somebody would write by hand to try out a relay: start everything, wait for lines,
//! type, wait for lines, quit, reap. No record, no judgement.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use ::stage::bare::BareStage;
use ::stage::spawn::{self, Command};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::unix::pipe;

use super::Doing;
use super::process::Running;

/// Who talks. The scenario of the same measurement has the same ones.
const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// How many messages are sent, by each in turn.
const MESSAGES: usize = 5;

/// Where programs are started: with their environment empty, each in a session of its own.
#[derive(Debug)]
pub(crate) struct Place<'p> {
    /// The programs by name.
    pub(crate) binaries: &'p BTreeMap<String, PathBuf>,
    /// Where they write.
    pub(crate) dir: &'p Path,
    /// Isolated as a play is, or not at all.
    pub(crate) stage: Option<&'p BareStage>,
}

/// One program with its lines.
struct Program {
    running: Running,
    input: pipe::Sender,
    lines: Lines<BufReader<pipe::Receiver>>,
    /// Nobody reads it, and it is not closed.
    _stderr: OwnedFd,
}

/// Plays once. It fails when a program cannot be started or ends early.
pub(crate) fn play<'p>(place: &'p Place<'p>) -> Doing<'p, ()> {
    Box::pin(played(place))
}

async fn played(place: &Place<'_>) -> io::Result<()> {
    let log = place.dir.join("relay.log").display().to_string();
    let mut relay = place.start("plain-relay", &["--log", &log]).await?;
    let ready = relay.line_with("listening on ").await?;
    let port = ready.rsplit(':').next().unwrap_or_default().to_owned();

    let mut clients: Vec<Program> = Vec::new();
    for name in NAMES {
        let downloads = place.dir.join(name).display().to_string();
        let arguments = ["--port", &port, "--name", name, "--downloads", &downloads];
        let mut client = place.start("plain-client", &arguments).await?;
        client.line_with("ready ").await?;
        for other in &mut clients {
            other.line_with(&format!("joined {name}")).await?;
        }
        clients.push(client);
    }
    for number in 0..MESSAGES {
        let text = format!("message number {number}");
        let sender = number % clients.len();
        for (place, client) in clients.iter_mut().enumerate() {
            if place == sender {
                client.types(&text).await?;
            }
        }
        for (place, client) in clients.iter_mut().enumerate() {
            if place != sender {
                client.line_with(&text).await?;
            }
        }
    }
    for client in &mut clients {
        client.types("/quit").await?;
        client.running.ended()?;
    }
    drop(relay);
    Ok(())
}

impl Place<'_> {
    async fn start(&self, name: &str, arguments: &[&str]) -> io::Result<Program> {
        let binary = self.binaries.get(name);
        let binary = binary.ok_or_else(|| io::Error::other(format!("{name} was not built")))?;
        let arguments = arguments.iter();
        let command = arguments.fold(Command::new(binary), |command, one| command.argument(*one));
        let child = match self.stage {
            Some(stage) => stage.spawn(self.dir.to_owned(), command).await,
            None => spawn::spawn(&command),
        };
        let child = child.map_err(io::Error::other)?;
        let output = pipe::Receiver::from_owned_fd(child.stdout)?;
        Ok(Program {
            running: Running(child.pid, child.pidfd),
            input: pipe::Sender::from_owned_fd(child.stdin)?,
            lines: BufReader::new(output).lines(),
            _stderr: child.stderr,
        })
    }
}

impl Program {
    /// The next line that holds the text.
    async fn line_with(&mut self, text: &str) -> io::Result<String> {
        while let Some(line) = self.lines.next_line().await? {
            if line.contains(text) {
                return Ok(line);
            }
        }
        Err(io::Error::other(format!("no line with {text:?} came")))
    }

    async fn types(&mut self, line: &str) -> io::Result<()> {
        self.input.write_all(format!("{line}\n").as_bytes()).await
    }
}
