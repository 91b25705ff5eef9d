//! What somebody would write by hand to try out a relay: start everything, wait for lines,
//! type, wait for lines, quit, reap. No isolation, no record, no judgement.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use chat_harness::stage::{namespace, spawn};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Who talks. The scenario of the same measurement has the same ones.
pub(super) const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// How many messages are sent, by each in turn.
pub(super) const MESSAGES: usize = 5;

/// One program with its lines.
struct Program {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Makes and ends networks and processes of their own, as a play has them.
///
/// # Errors
///
/// When the system refuses one.
pub(super) fn isolate(binaries: &BTreeMap<String, PathBuf>) -> io::Result<()> {
    let init = binaries.get("stage-init").cloned();
    let init = init.ok_or_else(|| io::Error::other("stage-init was not built"))?;
    let thread = std::thread::spawn(move || {
        let other = |error: namespace::NamespaceError| io::Error::other(error.to_string());
        let _networks = (
            namespace::new_network().map_err(other)?,
            namespace::new_network().map_err(other)?,
        );
        namespace::new_processes().map_err(other)?;
        let child = spawn::spawn(&spawn::Command::new(init))?;
        drop(child.stdin);
        spawn::wait_blocking(child.pid, &child.pidfd)?;
        Ok(())
    });
    thread
        .join()
        .map_err(|_| io::Error::other("a thread panicked"))?
}

/// A program as one starts it by hand.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the program that does without the stage"
)]
fn command(binary: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(binary)
}

/// Plays once.
///
/// # Errors
///
/// When a program cannot be started or ends early.
pub(super) async fn play(binaries: &BTreeMap<String, PathBuf>, dir: &Path) -> io::Result<()> {
    let binary = |name: &str| {
        let found = binaries.get(name).cloned();
        found.ok_or_else(|| io::Error::other(format!("{name} was not built")))
    };
    let log = dir.join("relay.log").display().to_string();
    let mut relay = Program::start(&binary("plain-relay")?, &["--log", &log])?;
    let ready = relay.line_with("listening on ").await?;
    let port = ready.rsplit(':').next().unwrap_or_default().to_owned();

    let mut clients: Vec<Program> = Vec::new();
    for name in NAMES {
        let downloads = dir.join(name).display().to_string();
        let arguments = ["--port", &port, "--name", name, "--downloads", &downloads];
        let mut client = Program::start(&binary("plain-client")?, &arguments)?;
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
    for mut client in clients {
        client.types("/quit").await?;
        client.child.wait().await?;
    }
    relay.child.kill().await
}

impl Program {
    fn start(binary: &Path, arguments: &[&str]) -> io::Result<Self> {
        let mut child = command(binary)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let no_pipe = || io::Error::other("a pipe is missing");
        let input = child.stdin.take().ok_or_else(no_pipe)?;
        let output = child.stdout.take().ok_or_else(no_pipe)?;
        Ok(Self {
            child,
            input,
            lines: BufReader::new(output).lines(),
        })
    }

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
