//! What the audit found, and what that says of records.

use std::collections::BTreeMap;

use super::record::{Record, Sight};
use timeline::{Event, Kind, Surface, visible};

/// Everything that was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Each with its surface, in words.
    pub(crate) all: Vec<(Surface, String)>,
    /// What was found on a link, by file and offset.
    on_links: BTreeMap<(String, u64), String>,
    /// The first place where the relay had something, by what findings call it.
    with_relay: BTreeMap<String, String>,
}

impl Findings {
    /// One event more; only findings count.
    pub(super) fn add(&mut self, kind: &Kind) {
        let Kind::Finding {
            surface,
            place,
            at,
            what,
            transformation,
        } = kind
        else {
            return;
        };
        let offset = surface.offset(*at);
        let words = visible(&format!("{what}, {transformation}, in {place} at {offset}"));
        match surface {
            Surface::Wire => {
                let what = visible(&format!("{what}, {transformation}"));
                self.on_links.insert((place.clone(), *at), what);
            }
            Surface::Arguments | Surface::Files | Surface::Memory | Surface::Output => {
                self.with_relay(std::slice::from_ref(what), &words);
            }
            // It says nothing of the relay.
            Surface::Others => {}
        }
        self.all.push((*surface, words));
    }

    /// The relay has what findings call by one of these names. The first place counts.
    pub(super) fn with_relay(&mut self, names: &[String], words: &str) {
        for name in names {
            let known = self.with_relay.entry(name.clone());
            known.or_insert_with(|| words.to_owned());
        }
    }

    /// How much is known.
    pub(super) fn count(&self) -> usize {
        self.all.len() + self.with_relay.len()
    }

    /// What they say of a record. What stands in its bytes outweighs what stands elsewhere.
    pub(crate) fn apply(&self, record: &mut Record) {
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

/// Everything that was found in a play, each with its surface, in words.
pub(crate) fn findings(events: &[Event]) -> Vec<(Surface, String)> {
    let mut findings = Findings::default();
    events.iter().for_each(|event| findings.add(&event.kind));
    findings.all
}
