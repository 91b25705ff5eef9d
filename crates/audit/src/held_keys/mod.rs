//! Keys that the relay should not have: what it holds that opens what clients sent.
//!
//! A relay that decrypts and encrypts again may wipe every text at once; it cannot wipe what it
//! decrypts with. `schedule` finds expanded keys in memory, `values` what may be a key where
//! something is printed or stored, `opening` tries them on records, `texts` knows a text when it is
//! there. What a key opens and is no text may be a record itself, as within the links' own
//! encryption, and is tried again.

mod opening;
mod schedule;
mod texts;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use self::opening::{Cipher, Mode, Opened, open};
use self::texts::Texts;
use crate::crypto_misuse::{SentBytes, Span, spans, views};
use crate::transformation::Transformation;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind, Surface};

pub use schedule::{ScheduleReader, schedules};
pub use values::{Rank, Value, values, values_of_file};

/// Clients whose records are tried, and the shortest texts of each: a key of a relay opens all.
const CLIENTS: usize = 3;
const OF_EACH: usize = 2;

/// Bytes of a record that are tried.
const RECORD: usize = 4096;

/// Places in a record at which something sealed may end.
const ENDS: usize = 8;

/// What trying all of them may cost, in blocks of AES: some seconds. Of this, what may be spent on
/// those that are only guesses.
const BLOCKS: u64 = 1 << 29;
const BLOCKS_OF_GUESSES: u64 = 1 << 27;

/// How often what was opened is opened again, and how many such records there may be.
const LAYERS: usize = 3;
const MOST_INNER: usize = 64;

/// Values of a surface that are kept.
const MOST: usize = 1 << 16;

/// Values that may be keys, each once, with its first place.
#[derive(Default)]
pub struct HeldKeys {
    /// In the order in which they are tried.
    held: Vec<Held>,
    known: BTreeSet<Vec<u8>>,
    /// There were more.
    left_out: BTreeMap<Surface, u64>,
}

/// How many: what they are is nobody's business.
impl fmt::Debug for HeldKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.held.len())
    }
}

/// A value and where it stands.
struct Held {
    surface: Surface,
    place: String,
    at: u64,
    rank: Rank,
    key: Vec<u8>,
}

/// What came of trying them.
#[derive(Debug, Default)]
pub struct TriedKeys {
    /// [`Kind::Finding`] for each that opens a text.
    pub findings: Vec<Kind>,
    /// Pairs of a value and a record.
    pub compared: u64,
    /// Values of a surface that were not tried.
    pub left_out: BTreeMap<Surface, u64>,
}

/// Bytes in which something may be sealed.
#[derive(Clone)]
struct Record {
    /// Of its client's records, from 0.
    nth: usize,
    bytes: Vec<u8>,
    /// Where it may end.
    ends: Vec<usize>,
}

impl HeldKeys {
    /// Adds a value that may be a key.
    pub fn add(&mut self, surface: Surface, place: &str, at: u64, value: Value) {
        let Value { bytes, rank, .. } = value;
        if self.known.contains(&bytes) {
            return;
        }
        if self.held.len() == MOST {
            if rank == Rank::Likely {
                *self.left_out.entry(surface).or_default() += 1;
            }
            return;
        }
        self.known.insert(bytes.clone());
        self.held.push(Held {
            surface,
            place: place.to_owned(),
            at,
            rank,
            key: bytes,
        });
    }

    /// Tries all of them on what clients sent for their texts, until that is not wanted any more.
    pub fn open(
        &self,
        plan: &Plan,
        events: &[Event],
        sent: &SentBytes,
        is_stopped: impl Fn() -> bool,
    ) -> TriedKeys {
        let spans = spans(plan, events, sent);
        let most = [BLOCKS, BLOCKS_OF_GUESSES];
        self.open_spans(&spans, records(&spans, events), most, is_stopped)
    }

    fn open_spans(
        &self,
        spans: &[Span<'_>],
        mut records: Vec<Record>,
        [likely, guesses]: [u64; 2],
        is_stopped: impl Fn() -> bool,
    ) -> TriedKeys {
        let mut tried = TriedKeys {
            left_out: self.left_out.clone(),
            ..TriedKeys::default()
        };
        let said = spans.iter().map(|span| (span.name(), span.text.as_bytes()));
        let texts = Texts::new(said);
        if texts.is_empty() || self.held.is_empty() {
            return tried;
        }
        // Where there are too many values for all records, each is tried on one of every client.
        if cost(&records).saturating_mul(self.held.len() as u64) > likely {
            records.retain(|record| record.nth == 0);
        }
        let mut left = [likely, guesses];
        let mut opens = BTreeSet::new();
        for _ in 0..LAYERS {
            let mut inner = Vec::new();
            let cost = cost(&records);
            let mut ranked: Vec<&Held> = self.held.iter().collect();
            ranked.sort_by_key(|held| held.rank);
            for held in ranked {
                if is_stopped() {
                    return tried;
                }
                let Some(cipher) = Cipher::new(&held.key).filter(|_| !opens.contains(&held.key))
                else {
                    continue;
                };
                let [likely, guesses] = &mut left;
                let left = match held.rank {
                    Rank::Likely => likely,
                    Rank::Guess => guesses,
                };
                if *left < cost {
                    if held.rank == Rank::Likely {
                        *tried.left_out.entry(held.surface).or_default() += 1;
                    }
                    continue;
                }
                *left -= cost;
                for record in &records {
                    tried.compared += 1;
                    match open(&cipher, &record.bytes, &record.ends, &texts) {
                        Some(Opened::Text { name, mode }) => {
                            opens.insert(held.key.clone());
                            tried.findings.push(held.finding(&name, &cipher, mode));
                            break;
                        }
                        Some(Opened::Sealed(bytes)) if inner.len() < MOST_INNER => {
                            inner.extend(viewed(&bytes, &[], record.nth));
                        }
                        Some(Opened::Sealed(_)) | None => {}
                    }
                }
            }
            records = inner;
        }
        tried
    }
}

impl Held {
    fn finding(&self, name: &str, cipher: &Cipher, mode: Mode) -> Kind {
        let (bits, word) = (cipher.bits(), mode.word());
        Kind::Finding {
            surface: self.surface,
            place: self.place.clone(),
            at: self.at,
            what: format!("a key that opens the {name} (AES-{bits} in {word})"),
            transformation: Transformation::OpeningKey.word().to_owned(),
        }
    }
}

/// What trying a key on all of these costs, at most.
fn cost(records: &[Record]) -> u64 {
    let blocks = |record: &Record| opening::cost(record.bytes.len(), record.ends.len());
    records.iter().map(blocks).sum()
}

/// The links on which records are tried. A key that was passed in the clear was passed there.
pub fn tried_links(plan: &Plan, events: &[Event], sent: &SentBytes) -> BTreeSet<String> {
    let spans = spans(plan, events, sent);
    let links: BTreeSet<&str> = spans.iter().map(|span| span.link).collect();
    links.into_iter().take(CLIENTS).map(str::to_owned).collect()
}

/// What each of some clients sent for its shortest texts.
fn records(spans: &[Span<'_>], events: &[Event]) -> Vec<Record> {
    let mut by_client: BTreeMap<&str, Vec<&Span<'_>>> = BTreeMap::new();
    for span in spans {
        by_client.entry(span.link).or_default().push(span);
    }
    let mut ends: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for event in events {
        if let Kind::Wire {
            link,
            direction: Direction::Up,
            at,
            len,
        } = &event.kind
        {
            let end = usize::try_from(at + len).unwrap_or(usize::MAX);
            ends.entry(link).or_default().push(end);
        }
    }
    let mut records = Vec::new();
    for (link, mut spans) in by_client.into_iter().take(CLIENTS) {
        spans.sort_by_key(|span| span.bytes.len());
        for (nth, span) in spans.into_iter().take(OF_EACH).enumerate() {
            let ends = ends.get(link).into_iter().flatten();
            let within = ends.filter_map(|end| end.checked_sub(span.at));
            let within: Vec<usize> = within.filter(|end| *end <= span.bytes.len()).collect();
            records.extend(viewed(span.bytes, &within, nth));
        }
    }
    records
}

/// The bytes as they are, and what base64 and hexadecimal digits in them stand for.
fn viewed(bytes: &[u8], ends: &[usize], nth: usize) -> Vec<Record> {
    let bytes = bytes.get(..RECORD).unwrap_or(bytes);
    let views = views(bytes).into_iter().enumerate().map(|(view, bytes)| {
        let bytes = bytes.bytes.into_owned();
        let given = if view == 0 { ends } else { &[] };
        let mut ends: Vec<usize> = given.iter().copied().take(ENDS - 1).collect();
        ends.push(bytes.len());
        ends.dedup();
        Record { nth, bytes, ends }
    });
    views.collect()
}

#[cfg(test)]
mod tests;
