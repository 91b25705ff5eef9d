//! A participant of a running play.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::lane::Lines;
use super::process::Process;
use super::tap::Tap;
use super::usage::Usage;
use crate::timeline::{Ended, Stream};

/// How long an ended process' streams may stay open: something that it left behind may hold
/// them.
const HELD_OPEN: Duration = Duration::from_millis(500);

/// A participant, through all of its starts.
#[derive(Debug, Default)]
pub(super) struct Member {
    /// How often it was started.
    pub(super) turn: u32,
    pub(super) process: Option<Process>,
    /// How its last process ended, and when; `None` while it runs or before it was started.
    pub(super) ended: Option<(Ended, Instant)>,
    /// Its end was recorded: all that it printed stands before it.
    pub(super) is_silent: bool,
    stdout: Lines,
    stderr: Lines,
    /// The most that was seen of what it uses.
    pub(super) usage: Usage,
    /// It has exceeded a limit, and was ended for it.
    pub(super) is_over: bool,
    /// Streams that have not ended.
    pub(super) open: BTreeSet<Stream>,
    /// A client's link.
    pub(super) tap: Option<Tap>,
    /// Files in its downloads that were digested already.
    pub(super) received: BTreeSet<PathBuf>,
}

impl Member {
    /// A new process takes the place of the last one.
    pub(super) fn started(&mut self, process: Process) {
        self.process = Some(process);
        self.ended = None;
        self.is_silent = false;
        self.usage = Usage::default();
        self.is_over = false;
        self.open = BTreeSet::from([Stream::Stdout, Stream::Stderr]);
        self.stdout = Lines::default();
        self.stderr = Lines::default();
    }

    /// Its process runs.
    pub(super) fn is_running(&self) -> bool {
        self.process.is_some() && self.ended.is_none()
    }

    /// When its end can be recorded at the latest, if it has ended and was not yet recorded.
    pub(super) fn end_due(&self) -> Option<Instant> {
        let (_, at) = self.ended.filter(|_| !self.is_silent)?;
        Some(if self.open.is_empty() {
            at
        } else {
            at + HELD_OPEN
        })
    }

    /// The lines of a stream.
    pub(super) fn lines(&mut self, stream: Stream) -> &mut Lines {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }
}
