//! What the audit found, and what that says of records.

use std::collections::BTreeMap;

use super::record::Record;
use timeline::{Event, Kind, Surface, visible};

/// One finding of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where the relay has it.
    pub surface: Surface,
    /// In words: what, how it is written, and the place.
    pub words: String,
    /// The file or process, and the offset in it.
    pub(crate) place: (String, u64),
    /// What was found: the name of a canary, a text or a file.
    pub(crate) what: String,
    /// How it is written.
    pub(crate) transformation: String,
}

/// Everything that was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) all: Vec<Finding>,
    /// Of those on a link, by file and offset, their place among all.
    on_links: BTreeMap<(String, u64), usize>,
}

impl Findings {
    /// One event more; only findings count. What it is, in words.
    pub(super) fn add(&mut self, kind: &Kind) -> Option<String> {
        let Kind::Finding {
            surface,
            place,
            at,
            what,
            transformation,
        } = kind
        else {
            return None;
        };
        let offset = surface.offset(*at);
        let words = visible(&format!("{what}, {transformation}, in {place} at {offset}"));
        let place = (place.clone(), *at);
        if *surface == Surface::Wire {
            self.on_links.insert(place.clone(), self.all.len());
        }
        self.all.push(Finding {
            surface: *surface,
            words: words.clone(),
            place,
            what: what.clone(),
            transformation: transformation.clone(),
        });
        Some(words)
    }

    /// What was found in the bytes of a record, in their order.
    pub(super) fn in_bytes(&self, record: &Record) -> impl Iterator<Item = &Finding> {
        let (file, at) = &record.place;
        let bytes = (file.clone(), *at)..(file.clone(), at + record.len);
        let there = self.on_links.range(bytes);
        there.filter_map(|(_, nth)| self.all.get(*nth))
    }
}

/// Everything that was found in a play.
pub(crate) fn findings(events: &[Event]) -> Vec<Finding> {
    let mut findings = Findings::default();
    for event in events {
        findings.add(&event.kind);
    }
    findings.all
}
