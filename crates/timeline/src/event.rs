//! What can be observed. One event is one line of `timeline.jsonl`; bytes are beside it in
//! files, referenced by offset and length.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ControlCommand;
use super::{ExpectationId, Limit, Seen, StepId, Surface};

/// Version of the format, in the first event.
pub const FORMAT_VERSION: u32 = 1;

/// One observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Counts from 0. If one event can have caused another, it has the lower number.
    pub n: u64,
    /// Nanoseconds since the play began.
    pub t: u64,
    /// What.
    pub kind: Kind,
}

/// A participant: a client's name, or `relay`.
pub type Origin = String;

/// What was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Kind {
    /// First event.
    Began {
        /// [`FORMAT_VERSION`].
        version: u32,
        /// How strongly the play is isolated: `none`, `reaper`, `namespaces`.
        level: String,
        /// Where the directories of participants lay.
        #[serde(default)]
        scratch: Option<String>,
    },
    /// A process was started; its second start counts as 2, and so on.
    Started {
        /// Who.
        who: Origin,
        /// Process id as the harness sees it.
        pid: i32,
        /// Command line.
        argv: Vec<String>,
        /// Counts the starts of this participant from 1.
        turn: u32,
    },
    /// It can serve, or be driven.
    Ready {
        /// Who.
        who: Origin,
    },
    /// It could not be started or did not get ready.
    NotReady {
        /// Who.
        who: Origin,
        /// What was awaited and what was seen instead.
        why: String,
        /// What of the plan's opening it did not show, where no more was missing than that:
        /// whether it did is a matter of the adapter's patterns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expectation: Option<ExpectationId>,
    },
    /// Before step 1 somebody came, and another one did not show it.
    Missed {
        /// Who should have shown it.
        who: Origin,
        /// What of the plan's opening.
        expectation: ExpectationId,
        /// What was awaited, in words.
        awaited: String,
    },
    /// Its process has ended.
    Exited {
        /// Who.
        who: Origin,
        /// How.
        how: Ended,
    },
    /// It was asked to end and did not.
    Deaf {
        /// Who.
        who: Origin,
        /// What asked it, in words: a signal, the end of its input, or what its adapter types.
        request: String,
        /// How long it had.
        within: Duration,
        /// It was sent SIGTERM then, and killed otherwise.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        terminated: bool,
    },
    /// All steps and their expectations are about to begin.
    StepBegan {
        /// Which.
        step: StepId,
    },
    /// The stage goes on from it.
    StepEnded {
        /// Which.
        step: StepId,
        /// Why it goes on.
        result: StepResult,
    },
    /// The play has taken as long as it may; it is ended.
    Overdue {
        /// How long that is.
        limit: Duration,
        /// Where it was and what it waited for, in words.
        awaited: String,
    },
    /// The last step is over; fences follow.
    Closing,
    /// The harness stops what still runs.
    Stopping,
    /// What a client is about to type, shown to those who watch; it is not typed yet.
    Composed {
        /// Who.
        who: Origin,
        /// Without its line break.
        line: String,
    },
    /// Somebody who holds the demo asked for what the scenario does not say.
    Unscripted {
        /// What.
        ask: ControlCommand,
        /// Why it was not done, where it was not.
        refused: Option<String>,
    },
    /// A line was typed into a client.
    Typed {
        /// Who.
        who: Origin,
        /// Without its line break.
        line: String,
    },
    /// Bytes of a participant's output: `out/WHO.stdout` or `.stderr`.
    Output {
        /// Who.
        who: Origin,
        /// Which stream.
        stream: Stream,
        /// Offset in the file.
        at: u64,
        /// Length.
        len: u64,
    },
    /// A stream of a participant has ended; its process may go on.
    OutputEnded {
        /// Who.
        who: Origin,
        /// Which stream.
        stream: Stream,
    },
    /// One line of a participant's output, as it was completed.
    Line {
        /// Who.
        who: Origin,
        /// Which stream.
        stream: Stream,
        /// Without its line break; bytes that are no UTF-8 replaced; cut after 64 KiB + 4 KiB.
        text: String,
        /// What the adapter's patterns made of it while it was played. The judge matches it anew.
        seen: Option<Seen>,
        /// Its program ended before the line did.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unfinished: bool,
    },
    /// A participant's output went over its cap; the rest is not kept.
    Capped {
        /// Who, or which link.
        who: Origin,
        /// File in the play's directory.
        file: String,
    },
    /// A participant used more than it may, and was ended for it.
    Exceeded {
        /// Who.
        who: Origin,
        /// What.
        limit: Limit,
        /// Milliseconds, bytes or processes.
        allowed: u64,
        /// The same; `None` where the kernel stopped it at the limit.
        used: Option<u64>,
    },
    /// What a participant has used until its end, as far as it was seen.
    Used {
        /// Who.
        who: Origin,
        /// CPU time in milliseconds, of all its processes.
        cpu_ms: u64,
        /// Bytes of memory at most, of all its processes together.
        memory: u64,
        /// Processes at most.
        processes: u64,
    },
    /// A client connected to its tap.
    LinkOpened {
        /// Client.
        link: Origin,
    },
    /// One direction of a link ended.
    LinkClosed {
        /// Client.
        link: Origin,
        /// Which way.
        direction: Direction,
        /// How.
        how: LinkEnd,
    },
    /// Bytes on a link: `wire/CLIENT.up` or `.down`.
    Wire {
        /// Client.
        link: Origin,
        /// Which way.
        direction: Direction,
        /// Offset in the file.
        at: u64,
        /// Length.
        len: u64,
    },
    /// A whole frame on a link, decoded.
    Frame {
        /// Client.
        link: Origin,
        /// Which way.
        direction: Direction,
        /// Offset in the link's file.
        at: u64,
        /// Length with all of its length fields.
        len: u64,
        /// The message's type.
        r#type: String,
        /// Fields of the hop header that say something to a reader, as text.
        fields: BTreeMap<String, String>,
        /// Bytes of the body.
        body: u64,
        /// Bytes at its front that whoever passes it on can read.
        #[serde(default)]
        open: u64,
    },
    /// What was sent on a link is no frame.
    BadFrame {
        /// Client.
        link: Origin,
        /// Which way.
        direction: Direction,
        /// Why.
        why: String,
    },
    /// A fault did something to what was sent on a link. The link's files hold what each side
    /// sent, not what passed.
    Fault {
        /// Client.
        link: Origin,
        /// Which way.
        direction: Direction,
        /// The word of its kind: `delay`, `corrupt`, …
        fault: String,
        /// Type of the frame that it met, where it met one.
        frame: Option<String>,
        /// Offset of what it met in the link's file.
        at: u64,
        /// Length; 0 when it met the link itself.
        len: u64,
        /// In words.
        did: String,
    },
    /// A complete file in a client's downloads.
    Received {
        /// Client.
        who: Origin,
        /// Name in its downloads.
        name: String,
        /// Bytes.
        size: u64,
        /// Lower-case hexadecimal.
        sha256: String,
    },
    /// An awaited file was not in a client's downloads when these were checked: after it had said
    /// of a file that it has come, or when a part of it lay there under its name.
    Lacking {
        /// Client.
        who: Origin,
        /// Who has sent it.
        from: Origin,
        /// Name in its sender's outbox.
        name: String,
        /// Bytes of the part.
        part: Option<u64>,
    },
    /// What is in a client's downloads when the play is over and all clients have ended.
    Downloads {
        /// Client.
        who: Origin,
        /// Every file that is not hidden, but for those that the adapter names itself.
        files: Vec<KeptFile>,
        /// Why there may be more, or why some are not digested.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incomplete: Option<String>,
    },
    /// A file of a sender's outbox, digested before the play.
    Outbox {
        /// Client.
        who: Origin,
        /// Name in its outbox.
        name: String,
        /// Bytes.
        size: u64,
        /// Lower-case hexadecimal.
        sha256: String,
    },
    /// A process survived what had started it; it was killed.
    Orphan {
        /// Process id as the harness sees it.
        pid: i32,
        /// Its command line.
        command: String,
    },
    /// The relay was scanned while the play went on. Findings, where there are new ones, stand
    /// before it.
    Scanned {
        /// What was read in full, by a search that could have found something.
        surfaces: BTreeSet<Surface>,
        /// Bytes read.
        bytes: u64,
    },
    /// A surface was searched.
    Searched {
        /// Which.
        surface: Surface,
        /// Bytes read.
        bytes: u64,
        /// How many files, streams, links or mappings.
        places: u64,
        /// The number of scans: at the end, and before.
        #[serde(default)]
        samples: u64,
        /// How often the control was found.
        #[serde(default)]
        found: u64,
        /// Whether it was found at all; `None` when the adapter declares none.
        control: Option<bool>,
        /// Why the search is not complete, when it is not: a cap, an unreadable file.
        incomplete: Option<String>,
        /// That is so because the machine does not let it be read, whatever the relay does.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_refused: bool,
        /// Canaries, texts, files, names, passphrases and keys that were searched for.
        #[serde(default)]
        strings: u64,
        /// Bytes that were also searched for what is compressed, encoded several times,
        /// cut into lines or badly enciphered.
        #[serde(default)]
        #[serde(rename = "below")]
        nested: u64,
        /// What was left out of that, in words.
        #[serde(default)]
        left_out: Option<String>,
    },
    /// What clients sent was examined for a trace that wrong encryption leaves.
    Examined {
        /// The word of the trace: `ecb`, `keystream-reuse`, …
        detector: String,
        /// Pairs of texts, texts or keys that could be compared.
        compared: u64,
        /// What the scenario lacks, when nothing could be compared.
        lacking: Option<String>,
    },
    /// A helper has opened the store of a client that has ended.
    StoreOpened {
        /// Whose.
        who: Origin,
        /// Keys of messages and sessions that it has found there.
        keys: u64,
        /// Why it could not, where it could not.
        failed: Option<String>,
    },
    /// Something could not be searched for, or not everywhere.
    NotLookedFor {
        /// What and why, in words.
        text: String,
    },
    /// A canary, or a part of a file, was found where it must not be.
    Finding {
        /// Where.
        surface: Surface,
        /// File in the play's directory or the relay's scratch directory; in memory, the
        /// process, the mapping and when.
        place: String,
        /// Offset in it; in memory, the address.
        at: u64,
        /// Name of the canary, or of the file or step.
        what: String,
        /// `as it is`, `hex`, `base64`, …
        transformation: String,
    },
    /// Why nothing may have come from a participant that still runs.
    Guess {
        /// Who.
        who: Origin,
        /// In words.
        why: String,
    },
    /// Something that a reader should know and no check depends on.
    Note {
        /// In words.
        text: String,
    },
}

impl Kind {
    /// The amounts that it tells: offsets, lengths, sizes and counts, but for addresses of memory.
    pub(crate) fn amounts(&self) -> [u64; 6] {
        match self {
            Self::Output { at, len, .. }
            | Self::Wire { at, len, .. }
            | Self::Fault { at, len, .. } => [*at, *len, 0, 0, 0, 0],
            Self::Frame {
                at,
                len,
                body,
                open,
                ..
            } => [*at, *len, *body, *open, 0, 0],
            Self::Received { size, .. } | Self::Outbox { size, .. } => [*size, 0, 0, 0, 0, 0],
            Self::Lacking { part, .. } => [part.unwrap_or_default(), 0, 0, 0, 0, 0],
            Self::Downloads { files, .. } => {
                let largest = files.iter().map(|file| file.size).max();
                [largest.unwrap_or_default(), 0, 0, 0, 0, 0]
            }
            Self::Exceeded { allowed, used, .. } => {
                [*allowed, used.unwrap_or_default(), 0, 0, 0, 0]
            }
            Self::Used {
                cpu_ms,
                memory,
                processes,
                ..
            } => [*cpu_ms, *memory, *processes, 0, 0, 0],
            Self::Searched {
                bytes,
                places,
                samples,
                found,
                strings,
                nested,
                ..
            } => [*bytes, *places, *samples, *found, *strings, *nested],
            Self::Scanned { bytes, .. } => [*bytes, 0, 0, 0, 0, 0],
            Self::Examined { compared, .. } => [*compared, 0, 0, 0, 0, 0],
            Self::StoreOpened { keys, .. } => [*keys, 0, 0, 0, 0, 0],
            Self::Overdue { limit, .. } => [limit.as_secs(), 0, 0, 0, 0, 0],
            Self::Deaf { within, .. } => [within.as_secs(), 0, 0, 0, 0, 0],
            _ => [0; 6],
        }
    }

    /// The participant or the link that it is about, where it is about one.
    pub fn participant(&self) -> Option<&str> {
        match self {
            Self::Started { who, .. }
            | Self::Ready { who }
            | Self::NotReady { who, .. }
            | Self::Missed { who, .. }
            | Self::Exited { who, .. }
            | Self::Deaf { who, .. }
            | Self::Composed { who, .. }
            | Self::Typed { who, .. }
            | Self::Output { who, .. }
            | Self::OutputEnded { who, .. }
            | Self::Line { who, .. }
            | Self::Capped { who, .. }
            | Self::Exceeded { who, .. }
            | Self::Used { who, .. }
            | Self::LinkOpened { link: who }
            | Self::LinkClosed { link: who, .. }
            | Self::Wire { link: who, .. }
            | Self::Frame { link: who, .. }
            | Self::BadFrame { link: who, .. }
            | Self::Fault { link: who, .. }
            | Self::Received { who, .. }
            | Self::Lacking { who, .. }
            | Self::Downloads { who, .. }
            | Self::Outbox { who, .. }
            | Self::StoreOpened { who, .. }
            | Self::Guess { who, .. } => Some(who),
            Self::Began { .. }
            | Self::StepBegan { .. }
            | Self::StepEnded { .. }
            | Self::Overdue { .. }
            | Self::Closing
            | Self::Stopping
            | Self::Unscripted { .. }
            | Self::Orphan { .. }
            | Self::Scanned { .. }
            | Self::Searched { .. }
            | Self::Examined { .. }
            | Self::NotLookedFor { .. }
            | Self::Finding { .. }
            | Self::Note { .. } => None,
        }
    }
}

/// A file in a client's downloads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// From the directory of downloads.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal; `None` where no file of this size was to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Something was written to it under this very name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_place: bool,
}

/// Why the stage went on from a step: a fact about timing. What an expectation is worth is for
/// the judge to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    /// Everything awaited had come.
    Held,
    /// These had not, and their deadline had, or the end of the one who should show them.
    Missing(Vec<ExpectationId>),
    /// The action itself could not be done. The judge believes it: nobody else can know.
    Impossible(String),
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// By itself, with this status.
    Exit(i32),
    /// By a signal.
    Signal(i32),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exit(status) => write!(f, "ended with status {status}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
        }
    }
}

/// A stream of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "everybody knows them")]
pub enum Stream {
    Stderr,
    Stdout,
}

impl Stream {
    /// Where this stream of a participant is kept, in the play's directory.
    pub fn file_of(self, who: &str) -> String {
        match self {
            Self::Stderr => format!("out/{who}.stderr"),
            Self::Stdout => format!("out/{who}.stdout"),
        }
    }
}

/// A direction of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the client to the relay.
    Up,
    /// From the relay to the client.
    Down,
}

/// How one direction of a link ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkEnd {
    /// Closed in order.
    Fin,
    /// Reset, by one side or by the harness.
    Reset,
}
