//! A program that can be killed, and what it prints.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use crash_test::VARIABLE;

use crate::command;

/// How long something that must come may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a program ends at a point: SIGABRT.
pub(super) const ABORTED: i32 = 6;

/// One of the three programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Relay,
    Alice,
    Bob,
}

impl Who {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Alice => "alice",
            Self::Bob => "bob",
        }
    }
}

/// A line of somebody; `None` when there will be no more.
type Heard = (Who, Option<String>);

/// All lines of all programs.
pub(super) struct Ear {
    lines: Receiver<Heard>,
    mouth: SyncSender<Heard>,
}

/// A program that runs. Dropped, it is killed.
pub(super) struct Program {
    child: Child,
}

impl Ear {
    pub(super) fn new() -> Self {
        let (mouth, lines) = mpsc::sync_channel(1024);
        Self { lines, mouth }
    }

    /// Starts a program, which may be made to die at a point, and listens to it.
    pub(super) fn start(
        &self,
        who: Who,
        path: &Path,
        arguments: &[&str],
        dies_at: Option<&str>,
    ) -> io::Result<Program> {
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut command = command::program(path, directory);
        command.args(arguments).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command.env_remove(VARIABLE);
        command.envs(dies_at.map(|at| (VARIABLE, at)));
        let mut child = command.spawn()?;
        let output = child.stdout.take().map(BufReader::new);
        let mouth = self.mouth.clone();
        thread::spawn(move || {
            for line in output.into_iter().flat_map(BufReader::lines) {
                let Ok(line) = line else { break };
                mouth.send((who, Some(line))).ok();
            }
            mouth.send((who, None)).ok();
        });
        Ok(Program { child })
    }

    /// The next line of anybody; what is awaited is for the error.
    pub(super) fn next(&self, awaited: &str) -> io::Result<Heard> {
        self.lines
            .recv_timeout(PATIENCE)
            .map_err(|error| match error {
                RecvTimeoutError::Timeout => io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("nothing was said for {PATIENCE:?}; awaited: {awaited}"),
                ),
                RecvTimeoutError::Disconnected => io::Error::from(io::ErrorKind::BrokenPipe),
            })
    }
}

impl Program {
    /// Types a line. Whoever has just been killed hears nothing.
    pub(super) fn types(&mut self, line: &str) {
        if let Some(input) = &mut self.child.stdin {
            writeln!(input, "{line}").ok();
        }
    }

    /// How it has ended.
    pub(super) fn status(mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
