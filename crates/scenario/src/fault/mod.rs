//! What a scenario does to links: the faults of `fault`, and who they are for.

mod read;
mod shape;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(super) use read::{fault, heal};
pub(super) use shape::{FAULT, HEAL};

/// Whose links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// Those of every client of the scenario.
    All,
    /// That of one client.
    One(String),
}

/// One fault of a link, in force until it has done what it does, or until `heal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Which way the bytes go that it meets.
    pub way: Way,
    /// What it does.
    pub kind: FaultKind,
    /// To what.
    pub when: When,
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Both ways, each on its own.
    Both,
    /// To the client.
    Down,
    /// To the relay.
    Up,
}

/// What triggers a fault. Never chance: an event of the link itself, or the step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Only frames of this type count.
    pub frame: Option<String>,
    /// So many of them pass first.
    pub after_frames: u32,
    /// How many of them it meets then, of kinds that meet single frames.
    pub times: u32,
}

impl When {
    /// It waits for a frame of its own.
    pub fn counts_frames(&self) -> bool {
        self.frame.is_some() || self.after_frames > 0
    }
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing passes, and nothing is closed; what was sent passes after `heal`.
    Blackhole,
    /// One byte passes with all of its bits flipped.
    Corrupt {
        /// Which, from 0: of a frame's body, or of what comes next. The seed chooses where
        /// there is none.
        byte: Option<u64>,
    },
    /// The connection is closed in order, wherever that is in a frame.
    Cut {
        /// So many bytes pass first.
        after_bytes: u64,
    },
    /// Everything passes later.
    Delay {
        /// By so much.
        by: Duration,
    },
    /// A frame does not pass.
    Drop,
    /// A frame passes twice, one behind the other.
    Duplicate,
    /// The receiving side is told that the other one has ended; that one is told nothing, and
    /// what it sends goes nowhere.
    HalfOpen,
    /// Frames gather, and pass all at once.
    Hold {
        /// So many.
        frames: u32,
    },
    /// Everything passes later, each time by another length of time, in order.
    Jitter {
        /// By this much at the most.
        up_to: Duration,
    },
    /// Everything passes slowly.
    Rate {
        /// So fast.
        bytes_per_second: u32,
    },
    /// A frame passes behind the one that follows it.
    Reorder,
    /// A frame passes, and once more behind the next one that the fault counts.
    Replay,
    /// The connection is reset towards both sides.
    Reset,
    /// Everything passes in small pieces.
    Slice {
        /// Of so many bytes at the most.
        bytes: u32,
    },
    /// A frame's body begins as its own and ends as that of the frame before it.
    Splice,
    /// A frame's body lacks its end; its length says so, and the next frame is whole.
    Truncate {
        /// So many bytes are lost.
        bytes: u32,
    },
}

impl FaultKind {
    /// As it is written in scenarios.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Blackhole => "blackhole",
            Self::Corrupt { .. } => "corrupt",
            Self::Cut { .. } => "cut",
            Self::Delay { .. } => "delay",
            Self::Drop => "drop",
            Self::Duplicate => "duplicate",
            Self::HalfOpen => "half-open",
            Self::Hold { .. } => "hold",
            Self::Jitter { .. } => "jitter",
            Self::Rate { .. } => "rate",
            Self::Reorder => "reorder",
            Self::Replay => "replay",
            Self::Reset => "reset",
            Self::Slice { .. } => "slice",
            Self::Splice => "splice",
            Self::Truncate { .. } => "truncate",
        }
    }

    /// It is about frames, whatever triggers it.
    fn is_by_frame(&self) -> bool {
        match self {
            Self::Drop
            | Self::Duplicate
            | Self::Hold { .. }
            | Self::Reorder
            | Self::Replay
            | Self::Splice
            | Self::Truncate { .. } => true,
            Self::Blackhole
            | Self::Corrupt { .. }
            | Self::Cut { .. }
            | Self::Delay { .. }
            | Self::HalfOpen
            | Self::Jitter { .. }
            | Self::Rate { .. }
            | Self::Reset
            | Self::Slice { .. } => false,
        }
    }
}

impl Fault {
    /// It can be done only where the tap knows how frames are cut.
    pub fn needs_frames(&self) -> bool {
        self.kind.is_by_frame() || self.when.counts_frames()
    }

    /// The connection does not outlive the step.
    pub(crate) fn ends_at_once(&self) -> bool {
        let ends = matches!(
            self.kind,
            FaultKind::Cut { after_bytes: 0 } | FaultKind::HalfOpen | FaultKind::Reset
        );
        ends && !self.when.counts_frames()
    }

    /// It may be why a connection ends: nobody must go on with what cannot be read.
    pub fn can_end(&self) -> bool {
        match self.kind {
            FaultKind::Delay { .. }
            | FaultKind::Jitter { .. }
            | FaultKind::Rate { .. }
            | FaultKind::Slice { .. } => false,
            FaultKind::Blackhole
            | FaultKind::Corrupt { .. }
            | FaultKind::Cut { .. }
            | FaultKind::Drop
            | FaultKind::Duplicate
            | FaultKind::HalfOpen
            | FaultKind::Hold { .. }
            | FaultKind::Reorder
            | FaultKind::Replay
            | FaultKind::Reset
            | FaultKind::Splice
            | FaultKind::Truncate { .. } => true,
        }
    }
}
