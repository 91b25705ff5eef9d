//! What the audit found, and of which records it tells.

use std::collections::BTreeMap;

use super::record::{Record, Sight};
use timeline::{Event, Kind, Surface, visible};

/// Everything that was found so far.
#[derive(Debug, Default)]
pub struct Findings {
    /// Each with its surface, in words.
    pub all: Vec<(Surface, String)>,
    /// What was found on a link, by file and offset.
    on_links: BTreeMap<(String, u64), String>,
    /// The first place where the relay had something, by what findings call it.
    with_relay: BTreeMap<String, String>,
}

impl Findings {
    /// Those of a whole play.
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut findings = Self::default();
        for event in events {
            findings.add(&event.kind);
        }
        findings
    }

    /// One event more; true when it is a finding.
    pub(crate) fn add(&mut self, kind: &Kind) -> bool {
        let Kind::Finding {
            surface,
            place,
            at,
            what,
            transformation,
        } = kind
        else {
            return false;
        };
        let offset = surface.offset(*at);
        let words = visible(&format!("{what}, {transformation}, in {place} at {offset}"));
        match surface {
            Surface::Wire => {
                let what = visible(&format!("{what}, {transformation}"));
                self.on_links.insert((place.clone(), *at), what);
            }
            Surface::Arguments | Surface::Files | Surface::Memory | Surface::Output => {
                let known = self.with_relay.entry(what.clone());
                known.or_insert_with(|| words.clone());
            }
            // It says nothing of the relay.
            Surface::Others => {}
        }
        self.all.push((*surface, words));
        true
    }

    /// What they say of a record. What stands in its bytes outweighs what stands elsewhere.
    pub(crate) fn tell(&self, record: &mut Record) {
        if matches!(record.sight, Sight::In(_)) {
            return;
        }
        let (file, at) = &record.place;
        let bytes = (file.clone(), *at)..(file.clone(), at + record.len);
        if let Some((_, what)) = self.on_links.range(bytes).next() {
            record.sight = Sight::In(what.clone());
        } else if let Some(words) = record
            .names
            .iter()
            .find_map(|name| self.with_relay.get(name))
        {
            record.sight = Sight::Elsewhere(words.clone());
        }
    }
}
