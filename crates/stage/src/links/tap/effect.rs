//! One fault in one direction of a link: what it does to what passes. Pure: the caller says what time it is.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::Instant;

use crate::links::decode::WholeFrame;
use scenario::{Fault, FaultKind};

/// Among so many bytes the seed chooses one, where no frame bounds them.
const NEAR: u64 = 64;

/// How often in a second a slow link passes something on.
const TURNS: u32 = 20;

/// Something on its way to the other side.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) bytes: Bytes,
    /// The frame that it is, as long as it is a whole one.
    pub(super) frame: Option<WholeFrame>,
    /// Where it begins in what was sent on this connection.
    pub(super) at: u64,
    /// It does not pass before.
    pub(super) due: Instant,
}

/// What comes out of a fault, in order.
#[derive(Clone, Debug)]
pub(super) enum Flow {
    Pass(Unit),
    End(End),
}

/// How a fault ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Closed in order towards both sides.
    Cut,
    /// Closed in order towards the receiving side alone.
    HalfOpen,
    /// Reset towards both sides.
    Reset,
}

/// What a fault did, for the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    /// The word of its kind.
    pub(crate) fault: &'static str,
    /// The type of the frame that it met, where it met one.
    pub(crate) frame: Option<String>,
    /// Where in what was sent on this connection, and how much of it.
    pub(crate) at: u64,
    pub(crate) len: u64,
    /// In words.
    pub(crate) did: String,
}

/// A fault in force.
#[derive(Debug)]
pub(super) struct Effect {
    fault: Fault,
    random: StdRng,
    /// The byte that the seed chooses where no frame bounds it.
    near: u64,
    /// Frames that count and have come, and those that were met.
    seen: u32,
    met: u32,
    /// What acts on everything has begun to.
    has_begun: bool,
    is_spent: bool,
    /// Bytes that have come since it began.
    come: u64,
    /// Nothing passes before what passed last.
    last: Option<Instant>,
    /// Held back: passes when the fault is over.
    held: Vec<Unit>,
    /// The last frame that counted.
    memory: Option<Unit>,
}

impl Effect {
    pub(super) fn new(fault: Fault, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        Self {
            fault,
            near: random.random_range(0..NEAR),
            random,
            seen: 0,
            met: 0,
            has_begun: false,
            is_spent: false,
            come: 0,
            last: None,
            held: Vec::new(),
            memory: None,
        }
    }

    /// It works on whole frames.
    pub(super) fn needs_frames(&self) -> bool {
        self.fault.needs_frames()
    }

    /// It will do nothing more.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent && self.held.is_empty()
    }

    /// Nothing passes any more, so nothing needs to be read.
    pub(super) fn is_stalled(&self) -> bool {
        self.fault.kind == FaultKind::Blackhole && self.has_begun
    }

    /// A connection has begun, or the fault has: what waits for nothing happens now.
    pub(super) fn begin(&mut self, at: u64, fates: &mut Vec<Fate>) -> Vec<Flow> {
        // What was held of an earlier connection belongs to nobody.
        self.held.clear();
        let mut out = Vec::new();
        if self.is_spent || self.fault.when.counts_frames() {
            return out;
        }
        self.start(at, None, &mut out, fates);
        out
    }

    /// The fault is over, or its connection is: what it held back.
    pub(super) fn release(&mut self) -> Vec<Flow> {
        self.is_spent = true;
        self.held.drain(..).map(Flow::Pass).collect()
    }

    /// What becomes of a unit.
    pub(super) fn decide(&mut self, unit: Unit, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        match self.fault.kind {
            FaultKind::Corrupt { byte } if !self.fault.when.counts_frames() => {
                self.corrupt_stream(unit, byte, out, fates);
            }
            FaultKind::Corrupt { .. }
            | FaultKind::Drop
            | FaultKind::Duplicate
            | FaultKind::Hold { .. }
            | FaultKind::Reorder
            | FaultKind::Replay
            | FaultKind::Splice
            | FaultKind::Truncate { .. } => self.decide_on_frame(unit, out, fates),
            FaultKind::Blackhole
            | FaultKind::Cut { .. }
            | FaultKind::Delay { .. }
            | FaultKind::HalfOpen
            | FaultKind::Jitter { .. }
            | FaultKind::Rate { .. }
            | FaultKind::Reset
            | FaultKind::Slice { .. } => self.decide_on_stream(unit, out, fates),
        }
    }

    /// Whether this unit is a frame that counts, and the fault's turn has come.
    fn is_met(&mut self, unit: &Unit) -> bool {
        let Some(frame) = &unit.frame else {
            return false;
        };
        let wanted = self.fault.when.frame.as_ref();
        if wanted.is_some_and(|wanted| *wanted != frame.r#type) {
            return false;
        }
        self.seen = self.seen.saturating_add(1);
        self.seen > self.fault.when.after_frames && !self.is_spent
    }

    /// One of the frames that it may meet is used up.
    fn count(&mut self) {
        self.met += 1;
        self.is_spent = self.met >= self.fault.when.times;
    }

    fn decide_on_stream(&mut self, unit: Unit, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        if !self.has_begun && self.is_met(&unit) {
            let frame = unit.frame.as_ref().map(|frame| frame.r#type.clone());
            self.start(unit.at, frame, out, fates);
        }
        if self.has_begun && !self.is_spent {
            self.change_stream(unit, out, fates);
        } else {
            out.push(Flow::Pass(unit));
        }
    }

    /// What acts on everything begins here.
    fn start(
        &mut self,
        at: u64,
        frame: Option<String>,
        out: &mut Vec<Flow>,
        fates: &mut Vec<Fate>,
    ) {
        self.has_begun = true;
        let (end, did) = match self.fault.kind {
            FaultKind::Blackhole => (None, "nothing passes from here on"),
            FaultKind::Cut { after_bytes: 0 } => (Some(End::Cut), "closed towards both sides"),
            FaultKind::HalfOpen => (Some(End::HalfOpen), "closed towards the receiving side"),
            FaultKind::Reset => (Some(End::Reset), "reset towards both sides"),
            FaultKind::Corrupt { .. }
            | FaultKind::Cut { .. }
            | FaultKind::Delay { .. }
            | FaultKind::Drop
            | FaultKind::Duplicate
            | FaultKind::Hold { .. }
            | FaultKind::Jitter { .. }
            | FaultKind::Rate { .. }
            | FaultKind::Reorder
            | FaultKind::Replay
            | FaultKind::Slice { .. }
            | FaultKind::Splice
            | FaultKind::Truncate { .. } => return,
        };
        self.is_spent = end.is_some();
        fates.push(Fate {
            fault: self.fault.kind.word(),
            frame,
            at,
            len: 0,
            did: did.to_owned(),
        });
        out.extend(end.map(Flow::End));
    }

    fn change_stream(&mut self, unit: Unit, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        match self.fault.kind {
            FaultKind::Blackhole => self.held.push(unit),
            FaultKind::Cut { after_bytes } => self.cut(unit, after_bytes, out, fates),
            FaultKind::Delay { by } => self.later(unit, by, out, fates),
            FaultKind::Jitter { up_to } => {
                let most = u64::try_from(up_to.as_micros()).unwrap_or(u64::MAX);
                let by = Duration::from_micros(self.random.random_range(0..=most));
                self.later(unit, by, out, fates);
            }
            FaultKind::Rate { bytes_per_second } => {
                self.slow(&unit, bytes_per_second, out, fates);
            }
            FaultKind::Slice { bytes } => {
                let did = format!("passes in segments of {bytes} bytes");
                self.add_fate(&unit, did, fates);
                let segments = segments(&unit, bytes);
                out.extend(segments.into_iter().map(Flow::Pass));
            }
            FaultKind::Corrupt { .. }
            | FaultKind::Drop
            | FaultKind::Duplicate
            | FaultKind::HalfOpen
            | FaultKind::Hold { .. }
            | FaultKind::Reorder
            | FaultKind::Replay
            | FaultKind::Reset
            | FaultKind::Splice
            | FaultKind::Truncate { .. } => out.push(Flow::Pass(unit)),
        }
    }

    fn cut(&mut self, mut unit: Unit, after: u64, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        let room = usize::try_from(after - self.come).unwrap_or(usize::MAX);
        self.come += unit.bytes.len() as u64;
        if self.come < after {
            out.push(Flow::Pass(unit));
            return;
        }
        self.is_spent = true;
        let did = format!("{room} bytes of it pass, then the connection is closed");
        self.add_fate(&unit, did, fates);
        unit.bytes.truncate(room);
        unit.frame = None;
        out.extend([Flow::Pass(unit), Flow::End(End::Cut)]);
    }

    fn later(&mut self, mut unit: Unit, by: Duration, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        self.add_fate(&unit, format!("passes {by:?} later"), fates);
        let due = unit.due + by;
        unit.due = self.last.map_or(due, |last| due.max(last));
        self.last = Some(unit.due);
        out.push(Flow::Pass(unit));
    }

    fn slow(&mut self, unit: &Unit, rate: u32, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        let mut free = self.last.map_or(unit.due, |last| last.max(unit.due));
        for mut segment in segments(unit, (rate / TURNS).max(1)) {
            let length = u32::try_from(segment.bytes.len()).unwrap_or(u32::MAX);
            free += Duration::from_secs(1).saturating_mul(length) / rate.max(1);
            segment.due = free;
            out.push(Flow::Pass(segment));
        }
        self.last = Some(free);
        let did = format!("has passed {:?} later", free.duration_since(unit.due));
        self.add_fate(unit, did, fates);
    }

    fn corrupt_stream(
        &mut self,
        mut unit: Unit,
        byte: Option<u64>,
        out: &mut Vec<Flow>,
        fates: &mut Vec<Fate>,
    ) {
        let wanted = byte.unwrap_or(self.near);
        let begins = self.come;
        self.come += unit.bytes.len() as u64;
        if self.is_spent || wanted >= self.come {
            out.push(Flow::Pass(unit));
            return;
        }
        self.is_spent = true;
        let index = usize::try_from(wanted - begins).unwrap_or(0);
        self.add_fate(&unit, format!("byte {index} of it is flipped"), fates);
        unit.bytes = flipped(&unit.bytes, index);
        unit.frame = None;
        out.push(Flow::Pass(unit));
    }

    fn decide_on_frame(&mut self, unit: Unit, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        match self.fault.kind {
            FaultKind::Hold { frames } => return self.hold(unit, frames, out, fates),
            FaultKind::Reorder if !self.held.is_empty() => {
                // It is the one that overtakes.
                out.push(Flow::Pass(unit));
                out.extend(self.held.drain(..).map(Flow::Pass));
                return;
            }
            FaultKind::Replay | FaultKind::Splice => return self.remember(unit, out, fates),
            _ => {}
        }
        if !self.is_met(&unit) {
            out.push(Flow::Pass(unit));
            return;
        }
        self.count();
        self.change_frame(unit, out, fates);
    }

    /// The frame is met.
    fn change_frame(&mut self, unit: Unit, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        match self.fault.kind {
            FaultKind::Drop => self.add_fate(&unit, "does not pass".to_owned(), fates),
            FaultKind::Duplicate => {
                self.add_fate(&unit, "passes twice".to_owned(), fates);
                out.extend([Flow::Pass(unit.clone()), Flow::Pass(unit)]);
            }
            FaultKind::Reorder => {
                self.add_fate(&unit, "waits for the next one to pass".to_owned(), fates);
                self.held.push(unit);
            }
            FaultKind::Truncate { bytes } => {
                let body = unit.frame.as_ref().map_or(0, |frame| frame.body().len());
                let left = body.saturating_sub(bytes as usize);
                let did = format!("passes with {left} of {body} bytes of its body");
                self.add_fate(&unit, did, fates);
                let body = unit.frame.as_ref().map(|frame| frame.body().slice(..left));
                out.push(Flow::Pass(carrying(unit, body)));
            }
            FaultKind::Corrupt { byte } => {
                let carried = unit.frame.as_ref().map_or(0, WholeFrame::carried);
                let byte = byte.and_then(|byte| usize::try_from(byte).ok());
                let any = || self.random.random_range(0..carried.max(1));
                let index = byte.unwrap_or_else(any).min(carried.saturating_sub(1));
                self.add_fate(&unit, format!("byte {index} of its body is flipped"), fates);
                let cut = unit.frame.as_ref();
                let cut = cut.map(|frame| frame.with_flipped(|bytes| flipped(bytes, index)));
                out.push(Flow::Pass(replaced(unit, cut)));
            }
            _ => out.push(Flow::Pass(unit)),
        }
    }

    fn hold(&mut self, unit: Unit, frames: u32, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        if self.held.is_empty() && !self.is_met(&unit) {
            out.push(Flow::Pass(unit));
            return;
        }
        self.add_fate(&unit, "waits for others".to_owned(), fates);
        self.held.push(unit);
        let whole = self.held.iter().filter(|unit| unit.frame.is_some()).count();
        if whole >= frames as usize {
            self.is_spent = true;
            out.extend(self.held.drain(..).map(Flow::Pass));
        }
    }

    /// A frame that is met does something to a later one.
    fn remember(&mut self, unit: Unit, out: &mut Vec<Flow>, fates: &mut Vec<Fate>) {
        if !self.is_met(&unit) {
            out.push(Flow::Pass(unit));
            return;
        }
        let before = match self.fault.kind {
            FaultKind::Replay if self.memory.is_some() => self.memory.clone(),
            _ => self.memory.replace(unit.clone()),
        };
        let Some(before) = before else {
            out.push(Flow::Pass(unit));
            return;
        };
        self.count();
        if self.fault.kind == FaultKind::Replay {
            self.add_fate(&before, "passes once more".to_owned(), fates);
            let due = unit.due;
            out.extend([Flow::Pass(unit), Flow::Pass(Unit { due, ..before })]);
            return;
        }
        let did = "gets the end of the frame before it".to_owned();
        self.add_fate(&unit, did, fates);
        let body = unit
            .frame
            .as_ref()
            .zip(before.frame.as_ref())
            .map(|(own, other)| spliced(own.body(), other.body()));
        out.push(Flow::Pass(carrying(unit, body)));
    }

    fn add_fate(&self, unit: &Unit, did: String, fates: &mut Vec<Fate>) {
        fates.push(Fate {
            fault: self.fault.kind.word(),
            frame: unit.frame.as_ref().map(|frame| frame.r#type.clone()),
            at: unit.at,
            len: unit.bytes.len() as u64,
            did,
        });
    }
}

/// The unit as another frame.
fn replaced(unit: Unit, frame: Option<WholeFrame>) -> Unit {
    match frame {
        Some(frame) => Unit {
            bytes: frame.to_bytes(),
            frame: Some(frame),
            ..unit
        },
        None => unit,
    }
}

/// The unit with another body.
fn carrying(unit: Unit, body: Option<Bytes>) -> Unit {
    let frame = unit.frame.as_ref().zip(body);
    let frame = frame.map(|(frame, body)| frame.with_body(body));
    replaced(unit, frame)
}

fn segments(unit: &Unit, size: u32) -> Vec<Unit> {
    // In parts it would be several.
    if unit.frame.as_ref().is_some_and(WholeFrame::is_datagram) {
        return vec![unit.clone()];
    }
    let chunks = unit.bytes.chunks((size as usize).max(1));
    chunks
        .map(|chunk| Unit {
            bytes: unit.bytes.slice_ref(chunk),
            frame: None,
            at: unit.at,
            due: unit.due,
        })
        .collect()
}

fn flipped(bytes: &Bytes, index: usize) -> Bytes {
    let mut changed = BytesMut::from(bytes.as_ref());
    if let Some(byte) = changed.get_mut(index) {
        *byte = !*byte;
    }
    changed.freeze()
}

/// The first half of one, then the last half of the other.
fn spliced(own: &Bytes, other: &Bytes) -> Bytes {
    let mut body = BytesMut::from(own.slice(..own.len() / 2).as_ref());
    body.extend_from_slice(&other.slice(other.len() / 2..));
    body.freeze()
}
