//! Keys that the relay should not have: what it holds that opens what clients sent.
//!
//! A relay that decrypts and encrypts again may wipe every text at once; it cannot wipe what it
//! decrypts with. `schedule` finds expanded keys in memory, `values` what may be a key where
//! something is printed or stored, `opening` tries them on records, `texts` knows a text when it is
//! there. What a key opens and is no text may be a record itself, as below the links' own
//! encryption, and is tried again.

mod opening;
mod schedule;
mod texts;
mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use self::opening::{Cipher, Opened, open};
use self::texts::Texts;
use crate::crypto_misuse::{SentBytes, Span, spans, views};
use crate::transformation::Transformation;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind, Surface};

pub use schedule::{ScheduleReader, schedules};
pub use values::{values, values_of_file};

/// Clients whose records are tried, and the shortest texts of each: a key of a relay opens all.
const CLIENTS: usize = 3;
const OF_EACH: usize = 2;

/// Bytes of a record that are tried.
const RECORD: usize = 4096;

/// Places of records at which a key may be tried, in all: some seconds.
const PLACES: usize = 2 << 20;

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
    bytes: Vec<u8>,
    /// Where it may end.
    ends: Vec<usize>,
}

impl HeldKeys {
    /// Adds a value of 16 or 32 bytes. The halves of a longer one are keys in some formats.
    pub fn add(&mut self, surface: Surface, place: &str, at: u64, value: &[u8]) {
        let halves = value.as_chunks::<16>().0.iter().map(<[u8; 16]>::as_slice);
        for key in std::iter::once(value).chain(halves) {
            if self.known.contains(key) {
                continue;
            }
            if self.held.len() == MOST {
                *self.left_out.entry(surface).or_default() += 1;
                continue;
            }
            self.known.insert(key.to_vec());
            self.held.push(Held {
                surface,
                place: place.to_owned(),
                at,
                key: key.to_vec(),
            });
        }
    }

    /// Tries all of them on what clients sent for their texts.
    pub fn open(&self, plan: &Plan, events: &[Event], sent: &SentBytes) -> TriedKeys {
        let spans = spans(plan, events, sent);
        self.open_spans(&spans, &records(&spans, events), PLACES)
    }

    fn open_spans(&self, spans: &[Span<'_>], records: &[Record], places: usize) -> TriedKeys {
        let mut tried = TriedKeys {
            left_out: self.left_out.clone(),
            ..TriedKeys::default()
        };
        let said = spans.iter().map(|span| (span.name(), span.text.as_bytes()));
        let texts = Texts::new(said);
        if texts.is_empty() || self.held.is_empty() {
            return tried;
        }
        let mut records = Cow::Borrowed(records);
        let mut left = places;
        let mut opens = BTreeSet::new();
        for _ in 0..LAYERS {
            let mut inner = Vec::new();
            let places: usize = records.iter().map(|record| record.bytes.len()).sum();
            for Held {
                surface,
                place,
                at,
                key,
            } in &self.held
            {
                let Some(cipher) = Cipher::new(key).filter(|_| !opens.contains(key)) else {
                    continue;
                };
                if left < places {
                    *tried.left_out.entry(*surface).or_default() += 1;
                    continue;
                }
                left -= places;
                for record in records.iter() {
                    tried.compared += 1;
                    match open(&cipher, &record.bytes, &record.ends, &texts) {
                        Some(Opened::Text { name, mode }) => {
                            let bits = cipher.bits();
                            let word = mode.word();
                            opens.insert(key.clone());
                            tried.findings.push(Kind::Finding {
                                surface: *surface,
                                place: place.clone(),
                                at: *at,
                                what: format!("a key that opens the {name} (AES-{bits} in {word})"),
                                transformation: Transformation::OpeningKey.word().to_owned(),
                            });
                            break;
                        }
                        Some(Opened::Sealed(bytes)) if inner.len() < MOST_INNER => {
                            inner.extend(viewed(&bytes, &[]));
                        }
                        Some(Opened::Sealed(_)) | None => {}
                    }
                }
            }
            records = Cow::Owned(inner);
        }
        tried
    }
}

/// The links on which records are tried. Whoever was handed a key in the clear was handed it there.
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
        for span in spans.into_iter().take(OF_EACH) {
            let ends = ends.get(link).into_iter().flatten();
            let within = ends.filter_map(|end| end.checked_sub(span.at));
            let within: Vec<usize> = within.filter(|end| *end <= span.bytes.len()).collect();
            records.extend(viewed(span.bytes, &within));
        }
    }
    records
}

/// The bytes as they are, and what base64 and hexadecimal digits in them stand for.
fn viewed(bytes: &[u8], ends: &[usize]) -> Vec<Record> {
    let bytes = bytes.get(..RECORD).unwrap_or(bytes);
    let views = views(bytes).into_iter().enumerate().map(|(nth, view)| {
        let bytes = view.bytes.into_owned();
        let mut ends = if nth == 0 { ends.to_vec() } else { Vec::new() };
        ends.push(bytes.len());
        ends.dedup();
        Record { bytes, ends }
    });
    views.collect()
}

#[cfg(test)]
mod tests;
