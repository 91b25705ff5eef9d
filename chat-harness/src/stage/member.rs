//! A participant of a running play.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::lane::Lines;
use super::process::Process;
use super::tap::Tap;
use crate::timeline::{Ended, Stream};

/// A participant, through all of its starts.
#[derive(Debug, Default)]
pub(super) struct Member {
    /// How often it was started.
    pub(super) turn: u32,
    pub(super) process: Option<Process>,
    /// How its last process ended; `None` while it runs or before it was started.
    pub(super) ended: Option<Ended>,
    stdout: Lines,
    stderr: Lines,
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
        self.open = BTreeSet::from([Stream::Stdout, Stream::Stderr]);
        self.stdout = Lines::default();
        self.stderr = Lines::default();
    }

    /// Its process runs.
    pub(super) fn is_running(&self) -> bool {
        self.process.is_some() && self.ended.is_none()
    }

    /// Its process has ended and all that it printed has been read.
    pub(super) fn is_silent(&self) -> bool {
        self.ended.is_some() && self.open.is_empty()
    }

    /// The lines of a stream.
    pub(super) fn lines(&mut self, stream: Stream) -> &mut Lines {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }
}
