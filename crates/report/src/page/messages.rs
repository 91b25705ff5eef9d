//! What passed on the links: one record for each frame, or for each piece where the
//! implementation declares no framing.

use std::collections::BTreeMap;
use std::time::Duration;

use super::hex::{self, HexRow};
use super::moments::Moments;
use crate::scene::{Bytes, Record, Sight, Watch};
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind, Stream, seconds, visible};

/// Records that are drawn; the rest is counted.
pub(super) const DRAWN: usize = 2000;

/// Bytes of all records together that are shown.
const SHOWN: u64 = 24 * 1024;

/// Bytes of one record that are shown, at most and at least.
const LONGEST: u64 = 256;
const SHORTEST: u64 = 32;

/// Of one kind, on one link and in one direction of a step, so many are drawn; the others
/// are folded into the last one.
const UNFOLDED: usize = 4;

/// Characters of a field that are shown.
const FIELD: usize = 96;

/// One record.
#[derive(Debug)]
pub(super) struct Message {
    /// Counts from 1; `#7`.
    pub(super) number: usize,
    pub(super) moment: usize,
    pub(super) record: Record,
    /// Others like it that are not drawn.
    pub(super) folded: usize,
    /// Nanoseconds since the play began.
    pub(super) t: u64,
    /// Nanoseconds since what seems to have caused it.
    pub(super) latency: u64,
    pub(super) when: String,
    pub(super) rows: Vec<HexRow>,
    pub(super) fields: Vec<(String, String)>,
    /// What the other side of it saw: what was typed, or what was shown.
    pub(super) other_side: Option<String>,
}

/// What a record is to somebody who may not read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// For the relay itself: keys, receipts, presence.
    Control,
    /// The relay passes it on, and it looks like ciphertext.
    Sealed,
    /// The relay passes it on. Its frames are not known, or it does not look like ciphertext.
    Unknown,
    /// A canary was found in it.
    Plaintext,
}

impl Nature {
    /// As classes of the page are called.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Sealed => "sealed",
            Self::Unknown => "unknown",
            Self::Plaintext => "open",
        }
    }
}

impl Message {
    pub(super) fn is_up(&self) -> bool {
        self.record.direction == Direction::Up
    }

    pub(super) fn nature(&self) -> Nature {
        match (&self.record.sight, self.record.is_relayed) {
            (Sight::In(_), _) => Nature::Plaintext,
            (_, true) if self.record.is_sealed => Nature::Sealed,
            (_, true) => Nature::Unknown,
            (_, false) => Nature::Control,
        }
    }

    /// What the relay saw of it.
    pub(super) fn sees(&self) -> String {
        let words = match self.nature() {
            Nature::Control => "for the relay itself",
            Nature::Sealed => "it looks like ciphertext",
            Nature::Unknown if self.record.head.is_none() => "its frames are not known",
            Nature::Unknown => "it does not look like ciphertext",
            Nature::Plaintext => "",
        };
        match &self.record.sight {
            Sight::In(found) => format!("PLAINTEXT, found in it: {found}"),
            Sight::NotIn(_) if self.record.is_relayed => {
                format!("{words}; no planted text was found in it")
            }
            Sight::Elsewhere(found) => format!("{words}; but it has the text {found}"),
            Sight::NotLookedFor | Sight::NotIn(_) => words.to_owned(),
        }
    }

    /// `alice → relay`.
    pub(super) fn way(&self) -> String {
        if self.is_up() {
            format!("{} → relay", self.record.link)
        } else {
            format!("relay → {}", self.record.link)
        }
    }
}

/// All that reached the relay in a play, and where on the timeline.
pub(super) fn watched(
    plan: &Plan,
    events: &[Event],
    bytes: Bytes<'_>,
) -> (Watch, Vec<(usize, Record)>) {
    let mut watch = Watch::default();
    let mut records = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let record = watch.event(plan, event, bytes);
        records.extend(record.map(|(record, _)| (place, record)));
    }
    (watch, records)
}

/// Every record of a play, with what is folded left out.
pub(super) fn of(
    events: &[Event],
    (watch, records): (&Watch, Vec<(usize, Record)>),
    moments: &Moments<'_>,
    bytes: Bytes<'_>,
) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut like: BTreeMap<(usize, String, Direction, String), (usize, usize)> = BTreeMap::new();
    let mut number = 0;
    for (place, mut record) in records {
        let Some(event) = events.get(place) else {
            continue;
        };
        watch.apply(&mut record);
        number += 1;
        let moment = moments.at(event.n);
        let key = (
            moment,
            record.link.clone(),
            record.direction,
            record.kind.clone(),
        );
        let (count, last) = like.entry(key).or_insert((0, messages.len()));
        *count += 1;
        if *count > UNFOLDED && !matches!(record.sight, Sight::In(_)) {
            if let Some(folded) = messages.get_mut(*last) {
                folded.folded += 1;
            }
            continue;
        }
        *last = messages.len();
        let mut message = message(event, record);
        (message.number, message.moment) = (number, moment);
        (message.latency, message.other_side) = around(events, place, &message);
        messages.push(message);
    }
    let each = SHOWN / (messages.len() as u64).max(1);
    for message in messages.iter_mut().take(DRAWN) {
        fill(message, each.clamp(SHORTEST, LONGEST), watch, bytes);
    }
    messages
}

fn message(event: &Event, record: Record) -> Message {
    let fields = match &event.kind {
        Kind::Frame { fields, .. } => Some(fields),
        _ => None,
    };
    let fields = fields.into_iter().flatten();
    Message {
        number: 0,
        moment: 0,
        record,
        folded: 0,
        t: event.t,
        latency: 0,
        when: seconds(Duration::from_nanos(event.t)),
        rows: Vec::new(),
        fields: fields
            .map(|(name, value)| (visible(name), short(value)))
            .collect(),
        other_side: None,
    }
}

/// What came before a record that goes up, or after one that goes down: the person's side.
fn around(events: &[Event], place: usize, message: &Message) -> (u64, Option<String>) {
    let before = events.get(..place).unwrap_or_default();
    let typed = before
        .iter()
        .rev()
        .take(200)
        .find_map(|event| match &event.kind {
            Kind::Typed { who, line } if *who == message.record.link => Some((event.t, line)),
            _ => None,
        });
    if message.is_up() {
        let sealed = message.nature() != Nature::Control;
        return typed.map_or((0, None), |(t, line)| {
            (message.t - t, sealed.then(|| visible(line)))
        });
    }
    let caused = before
        .iter()
        .rev()
        .take(200)
        .find_map(|event| match &event.kind {
            Kind::Wire {
                direction: Direction::Up,
                ..
            } => Some(event.t),
            _ => None,
        });
    let after = events.get(place..).unwrap_or_default();
    let shown = after.iter().take(400).find_map(|event| match &event.kind {
        Kind::Line {
            who,
            stream: Stream::Stdout,
            text,
            seen: Some(_),
            ..
        } if *who == message.record.link => Some(visible(text)),
        _ => None,
    });
    let latency = caused.map_or(0, |t| message.t - t);
    (
        latency,
        shown.filter(|_| message.nature() != Nature::Control),
    )
}

/// Its bytes, with what was found in them.
fn fill(message: &mut Message, most: u64, watch: &Watch, bytes: Bytes<'_>) {
    let record = &message.record;
    let (file, from) = &record.place;
    let marks = match record.sight {
        Sight::In(_) => watch.marks(record, &bytes(file, *from, record.len)),
        _ => Vec::new(),
    };
    message.rows = hex::rows(record.len, most, &marks, |at, len| {
        bytes(file, from + at, len)
    });
}

fn short(value: &str) -> String {
    let mut shown: String = visible(value).chars().take(FIELD).collect();
    if value.chars().count() > FIELD {
        shown.push('…');
    }
    shown
}
