//! What the audit found, and what that says of records.

use std::collections::BTreeMap;

use super::record::Record;
use timeline::{Event, Kind, Surface, visible};

/// Everything that was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Each with its surface, in words.
    pub(crate) all: Vec<(Surface, String)>,
    /// What was found on a link, by file and offset.
    on_links: BTreeMap<(String, u64), String>,
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
        if *surface == Surface::Wire {
            let what = visible(&format!("{what}, {transformation}"));
            self.on_links.insert((place.clone(), *at), what);
        }
        self.all.push((*surface, words.clone()));
        Some(words)
    }

    /// What was found in the bytes of a record.
    pub(super) fn in_bytes(&self, record: &Record) -> Option<&str> {
        let (file, at) = &record.place;
        let bytes = (file.clone(), *at)..(file.clone(), at + record.len);
        let (_, what) = self.on_links.range(bytes).next()?;
        Some(what)
    }
}

/// Everything that was found in a play, each with its surface, in words.
pub(crate) fn findings(events: &[Event]) -> Vec<(Surface, String)> {
    let mut findings = Findings::default();
    for event in events {
        findings.add(&event.kind);
    }
    findings.all
}
