//! What becomes of the bytes of one direction of one connection. Pure: the caller says what time it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::time::Instant;

use super::effect::{Effect, End, Fate, Flow, Unit};
use crate::links::decode::{Framer, Segment, WholeFrame};
use scenario::adapter::Framing;

/// A fault of a link. Connections of the link share it, one after another: what it has done
/// it does not do again.
pub(super) type Shared = Arc<Mutex<Effect>>;

/// What is to be done now or later, in order.
#[derive(Debug)]
pub(super) enum Act {
    /// Not before this time.
    Pass(Bytes, Instant),
    End(End),
}

/// What is to be done, and what is to be reported before.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) acts: Vec<Act>,
    pub(super) fates: Vec<Fate>,
}

/// One direction of one connection.
#[derive(Debug)]
pub(super) struct Core {
    framer: Framer,
    /// What comes are datagrams, each of them whole.
    is_of_datagrams: bool,
    /// Bytes that have come out of the framer.
    at: u64,
    /// In force: those that meet frames first, for the others may break frames up.
    effects: Vec<Shared>,
}

impl Core {
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            framer: Framer::new(framing),
            is_of_datagrams: false,
            at: 0,
            effects: Vec::new(),
        }
    }

    /// One direction of what is no stream.
    pub(super) fn of_datagrams() -> Self {
        Self {
            is_of_datagrams: true,
            ..Self::new(Framing::None)
        }
    }

    /// No fault is in force: bytes may pass as they are, once [`Self::pass`] has seen them.
    pub(super) fn is_idle(&self) -> bool {
        self.effects.is_empty()
    }

    /// Nothing passes, so nothing needs to be read.
    pub(super) fn is_stalled(&self) -> bool {
        self.effects.iter().any(|one| lock(one).is_stalled())
    }

    /// Bytes that pass as they are.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        self.at += bytes.len() as u64;
        self.framer.pass(bytes);
    }

    /// The faults of the link are these now.
    pub(super) fn update(&mut self, now: Instant, faults: &[Shared]) -> Outcome {
        let mut outcome = Outcome::default();
        let is_there = |one: &Shared, list: &[Shared]| list.iter().any(|it| Arc::ptr_eq(it, one));
        let (mut stay, over): (Vec<_>, Vec<_>) = self
            .effects
            .drain(..)
            .partition(|one| is_there(one, faults));
        for one in over {
            outcome.take(lock(&one).release());
        }
        for one in faults {
            if !is_there(one, &stay) && !lock(one).is_spent() {
                let flow = lock(one).begin(self.at, &mut outcome.fates);
                outcome.take(flow);
                stay.push(one.clone());
            }
        }
        stay.sort_by_key(|one| !lock(one).needs_frames());
        self.effects = stay;
        self.settle(now, &mut outcome);
        outcome
    }

    /// Bytes have come.
    pub(super) fn push(&mut self, now: Instant, bytes: Bytes) -> Outcome {
        let mut outcome = Outcome::default();
        let segments = if self.is_of_datagrams {
            vec![Segment::Frame(WholeFrame::of_datagram(bytes))]
        } else if self.needs_frames() {
            self.framer.cut(bytes)
        } else {
            self.framer.pass(&bytes);
            vec![Segment::Raw(bytes)]
        };
        for segment in segments {
            self.decide(now, segment, &mut outcome);
        }
        self.settle(now, &mut outcome);
        outcome
    }

    /// Nothing more comes: what is held back passes.
    pub(super) fn finish(&mut self, now: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some(rest) = self.framer.rest() {
            self.decide(now, Segment::Raw(rest), &mut outcome);
        }
        for one in self.effects.drain(..) {
            outcome.take(lock(&one).release());
        }
        outcome
    }

    fn needs_frames(&self) -> bool {
        self.effects.iter().any(|one| lock(one).needs_frames())
    }

    fn decide(&mut self, now: Instant, segment: Segment, outcome: &mut Outcome) {
        let (bytes, frame) = match segment {
            Segment::Raw(bytes) => (bytes, None),
            Segment::Frame(frame) => (frame.to_bytes(), Some(frame)),
        };
        let at = self.at;
        self.at += bytes.len() as u64;
        let due = now;
        let unit = Unit {
            bytes,
            frame,
            at,
            due,
        };
        let mut flow = vec![Flow::Pass(unit)];
        for one in &self.effects {
            let mut effect = lock(one);
            let mut next = Vec::new();
            for one in flow {
                match one {
                    Flow::Pass(unit) => effect.decide(unit, &mut next, &mut outcome.fates),
                    Flow::End(_) => next.push(one),
                }
            }
            flow = next;
        }
        outcome.take(flow);
    }

    /// Lets go of faults that have done what they do; the rest of a frame passes when no
    /// other needs frames.
    fn settle(&mut self, now: Instant, outcome: &mut Outcome) {
        self.effects.retain(|one| !lock(one).is_spent());
        if !self.needs_frames()
            && let Some(rest) = self.framer.rest()
        {
            self.decide(now, Segment::Raw(rest), outcome);
        }
    }
}

impl Outcome {
    fn take(&mut self, flow: Vec<Flow>) {
        self.acts.extend(flow.into_iter().map(|flow| match flow {
            Flow::Pass(unit) => Act::Pass(unit.bytes, unit.due),
            Flow::End(end) => Act::End(end),
        }));
    }
}

/// No one panics while holding it; were it so, the fault would stand where it was.
fn lock(effect: &Shared) -> MutexGuard<'_, Effect> {
    effect.lock().unwrap_or_else(PoisonError::into_inner)
}
