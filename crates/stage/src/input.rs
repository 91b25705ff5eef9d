//! What reaches the driver: everything that can happen in a play, on one queue.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::links::tap::Fate;
use crate::status::Status;
use timeline::{ControlCommand, Direction, Ended, LinkEnd, Stream};

/// One process of a participant; a restarted relay is another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instance {
    /// Client's name, or `relay`.
    pub(crate) participant: String,
    /// Counts its starts from 1.
    pub(crate) start: u32,
    /// Where what it prints is kept.
    stdout: String,
    stderr: String,
}

impl Instance {
    pub(crate) fn of(participant: &str, start: u32) -> Self {
        Self {
            participant: participant.to_owned(),
            start,
            stdout: Stream::Stdout.file_of(participant),
            stderr: Stream::Stderr.file_of(participant),
        }
    }

    /// Where a stream of it is kept, in the play's directory.
    pub(crate) fn file(&self, stream: Stream) -> &str {
        match stream {
            Stream::Stderr => &self.stderr,
            Stream::Stdout => &self.stdout,
        }
    }
}

/// One thing that happened. The queue is bounded, and its order is the timeline's.
#[derive(Debug)]
pub(crate) enum Input {
    /// A process printed something.
    Output {
        instance: Arc<Instance>,
        stream: Stream,
        bytes: Bytes,
    },
    /// A stream of a process has ended.
    OutputEnded {
        instance: Arc<Instance>,
        stream: Stream,
    },
    /// A process has ended.
    Exited {
        instance: Arc<Instance>,
        how: Ended,
        /// CPU time, with that of the children that it has waited for.
        cpu: Duration,
    },
    /// A client connected.
    LinkOpened { link: String },
    /// A client has more connections than it may; this one is not carried.
    LinkRefused { link: String },
    /// Bytes on a link, about to be passed on.
    Wire {
        link: String,
        direction: Direction,
        bytes: Bytes,
    },
    /// A fault does something to bytes that were recorded before.
    Fault {
        link: String,
        direction: Direction,
        fate: Fate,
    },
    /// A direction of a link has ended.
    LinkClosed {
        link: String,
        direction: Direction,
        how: LinkEnd,
    },
    /// The play is to end now.
    Cancelled,
    /// Somebody wants to know what is waited for.
    StatusRequest(oneshot::Sender<Status>),
    /// A command of whoever controls the play; `None` when no more can come.
    Command(Option<ControlCommand>),
}
