//! What lives as long as one connection. All else of a session outlives it.

use std::collections::{BTreeMap, VecDeque};

use chat_protocol::{Digest, Frame, Name};

use super::input::Saying;
use super::login::Phase;
use super::outbox::Outbox;
use super::room_lists::ListDue;
use super::{Line, Session};
use crate::relays::{Meeting, Transport};

/// One connection, from its hello on.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) phase: Phase,
    pub(super) transport: Transport,
    /// How the relay is known.
    pub(super) meeting: Meeting,
    /// What the relay has not answered for.
    pub(super) outbox: Outbox,
    /// A text to many that is being sealed.
    pub(super) saying: Option<Saying>,
    /// Lists of rooms that are to be sent.
    pub(super) lists: VecDeque<ListDue>,
    /// Which other list somebody has shown last, and has had ours for.
    pub(super) answered: BTreeMap<ListDue, Digest>,
    /// The latest delivery that is to be acknowledged, and those that were refused.
    pub(super) dealt_with: Option<u64>,
    pub(super) refused: Vec<u64>,
    /// People that the login named, and who were never seen before.
    pub(super) first_contacts: Vec<Name>,
    /// Lines that have to wait until the session is ready.
    pub(super) held: Vec<Line>,
    /// Frames that promise something: sent once it is stored and shown.
    pub(super) promises: Vec<Frame>,
    /// Those of earlier batches, which are being stored.
    pub(super) unconfirmed: VecDeque<Vec<Frame>>,
    pub(super) keepalive_ms: u64,
}

impl Link {
    /// A connection on which nothing was said yet. So many confirmations are still to come of what earlier ones
    /// have stored; they promise nothing on this one.
    pub(super) fn new(confirmations: usize) -> Self {
        Self {
            phase: Phase::Over,
            transport: Transport::Plain,
            meeting: Meeting::Again,
            outbox: Outbox::default(),
            saying: None,
            lists: VecDeque::new(),
            answered: BTreeMap::new(),
            dealt_with: None,
            refused: Vec::new(),
            first_contacts: Vec::new(),
            held: Vec::new(),
            promises: Vec::new(),
            unconfirmed: vec![Vec::new(); confirmations].into(),
            keepalive_ms: 0,
        }
    }
}

impl Session {
    /// There is another connection, at the time `now` (Unix, seconds): the session begins with its hello. What the
    /// last one left unanswered is sent again, byte for byte, as soon as its recipients are here.
    pub fn reconnect(&mut self, transport: Transport, now: u64) {
        self.now = now;
        self.people.leave_all();
        self.link = Link::new(self.link.unconfirmed.len());
        self.begin(transport);
    }
}
