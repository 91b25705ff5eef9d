//! What can happen to links: every fault, what it takes and what is true of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumMessage, EnumString, IntoStaticStr, VariantArray};
use toml_language::Node;

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

closed_list! {
    /// Which way bytes go.
    #[derive(Default)]
    pub enum Way {
        /// to the relay
        Up,
        /// to the client
        Down,
        /// both directions, independently
        #[default]
        Both,
    }
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[strum_discriminants(
    name(FaultWord),
    derive(EnumMessage, EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "kebab-case"),
    doc = "The kinds of faults, in the order of the reference page."
)]
pub enum FaultKind {
    /// delay all traffic `by` this much
    Delay {
        /// By so much.
        by: Duration,
    },
    /// delay all traffic by varying amounts of `up_to` this much, keeping its order
    Jitter {
        /// By this much at most.
        up_to: Duration,
    },
    /// limit traffic to this many `bytes_per_second`
    Rate {
        /// So fast.
        bytes_per_second: u32,
    },
    /// deliver traffic in segments of this many `bytes`
    Slice {
        /// Of so many bytes at most.
        bytes: u32,
    },
    /// close the connection cleanly `after_bytes`, wherever in a frame that is
    Cut {
        /// So many bytes pass first.
        after_bytes: u64,
    },
    /// close the connection towards the receiver only; the sender is not notified
    HalfOpen,
    /// let nothing through without closing anything; traffic is delivered after `heal`
    Blackhole,
    /// reset the connection in both directions
    Reset,
    /// flip all bits of one `byte`
    Corrupt {
        /// Which, from 0: of a frame's body, or of what comes next. The seed chooses where
        /// there is none.
        byte: Option<u64>,
    },
    /// discard a frame
    Drop,
    /// deliver a frame twice in a row
    Duplicate,
    /// deliver a frame after its successor
    Reorder,
    /// collect this many `frames`, then deliver them all at once
    Hold {
        /// So many.
        frames: u32,
    },
    /// deliver a frame, and again after the next matching one
    Replay,
    /// remove the last `bytes` of a frame's body and adjust its length
    Truncate {
        /// So many bytes are lost.
        bytes: u32,
    },
    /// replace the end of a frame's body by that of the previous matching frame
    Splice,
}

impl FaultKind {
    /// As it is written in scenarios.
    pub fn word(&self) -> &'static str {
        FaultWord::from(self).into()
    }

    /// It is about a connection, or a stream that may be cut anywhere.
    pub(crate) fn needs_stream(&self) -> bool {
        matches!(
            self,
            Self::Cut { .. } | Self::HalfOpen | Self::Reset | Self::Slice { .. }
        )
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

/// The parameters of a kind, besides those that all share.
pub(super) struct Parameters {
    /// Without these it means nothing.
    pub(super) needs: &'static [&'static str],
    /// These it can do without.
    pub(super) takes: &'static [&'static str],
}

impl FaultWord {
    pub(super) fn parameters(self, when: &When) -> Parameters {
        let (needs, takes): (&[&str], &[&str]) = match self {
            Self::Corrupt if when.counts_frames() => (&[], &["byte", "times"]),
            Self::Corrupt => (&[], &["byte"]),
            Self::Cut => (&[], &["after_bytes"]),
            Self::Delay => (&["by"], &[]),
            Self::Drop | Self::Duplicate | Self::Reorder | Self::Replay | Self::Splice => {
                (&[], &["times"])
            }
            Self::Hold => (&["frames"], &[]),
            Self::Jitter => (&["up_to"], &[]),
            Self::Rate => (&["bytes_per_second"], &[]),
            Self::Slice => (&["bytes"], &[]),
            Self::Truncate => (&[], &["bytes", "times"]),
            Self::Blackhole | Self::HalfOpen | Self::Reset => (&[], &[]),
        };
        Parameters { needs, takes }
    }

    /// Nothing where a parameter is not what it must be, which has been reported.
    pub(super) fn read(self, node: &Node<'_, '_>) -> Option<FaultKind> {
        Some(match self {
            Self::Blackhole => FaultKind::Blackhole,
            Self::Corrupt => FaultKind::Corrupt {
                byte: node.integer("byte").map(u64::from),
            },
            Self::Cut => FaultKind::Cut {
                after_bytes: node.integer("after_bytes").map_or(0, u64::from),
            },
            Self::Delay => FaultKind::Delay {
                by: node.duration("by")?,
            },
            Self::Drop => FaultKind::Drop,
            Self::Duplicate => FaultKind::Duplicate,
            Self::HalfOpen => FaultKind::HalfOpen,
            Self::Hold => FaultKind::Hold {
                frames: node.integer("frames")?,
            },
            Self::Jitter => FaultKind::Jitter {
                up_to: node.duration("up_to")?,
            },
            Self::Rate => FaultKind::Rate {
                bytes_per_second: node.integer("bytes_per_second")?,
            },
            Self::Reorder => FaultKind::Reorder,
            Self::Replay => FaultKind::Replay,
            Self::Reset => FaultKind::Reset,
            Self::Slice => FaultKind::Slice {
                bytes: node.integer("bytes")?,
            },
            Self::Splice => FaultKind::Splice,
            Self::Truncate => FaultKind::Truncate {
                bytes: node.integer("bytes").unwrap_or(1),
            },
        })
    }
}
