//! What can be found without a list of encodings: traces that an encryption leaves when it
//! is used wrongly, whatever it is and however its bytes are written.
//!
//! Each detector says how much it had to compare. Where a scenario gives it nothing, it says
//! so: that is not the same as having found nothing.

mod blocks;
mod characters;
mod keystream;
mod powers;
mod private;
mod public;
mod repeats;
mod secrets;
mod sieve;
mod sizes;
#[cfg(test)]
mod tests;
mod tokens;
mod traffic;
mod views;

use std::collections::BTreeSet;

use super::Transformation;
use scenario::plan::Plan;
use timeline::{Event, Kind, Surface};

pub use private::{PrivateKey, private_keys};
pub use secrets::{pieces, secrets};
pub use traffic::{SentBytes, Span, spans};
pub(super) use views::views;

/// A trace of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// File in the play's directory.
    place: String,
    what: String,
    transformation: Transformation,
    at: u64,
}

impl Found {
    /// In what was sent for a text, so many bytes behind its beginning.
    fn of(span: &Span<'_>, at: usize, transformation: Transformation) -> Self {
        Self {
            place: format!("wire/{}.up", span.link),
            what: span.name(),
            transformation,
            at: (span.at + at) as u64,
        }
    }

    fn into_event(self) -> Kind {
        Kind::Finding {
            surface: Surface::Wire,
            place: self.place,
            at: self.at,
            what: self.what,
            transformation: self.transformation.word().to_owned(),
        }
    }
}

/// What came of one detector.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    detector: Transformation,
    /// Pairs, texts or keys that it could compare.
    compared: u64,
    /// What the scenario would have to do to give it more.
    lacking: &'static str,
    found: Vec<Found>,
    /// Places and texts of these.
    known: BTreeSet<(String, String)>,
}

impl Examined {
    fn new(detector: Transformation, lacking: &'static str) -> Self {
        Self {
            detector,
            compared: 0,
            lacking,
            found: Vec::new(),
            known: BTreeSet::new(),
        }
    }

    /// The first of each place, text and transformation counts.
    fn found(&mut self, found: Found) {
        let known = (found.place.clone(), found.what.clone());
        if self.known.insert(known) {
            self.found.push(found);
        }
    }

    fn into_events(self) -> impl Iterator<Item = Kind> {
        let examined = Kind::Examined {
            detector: self.detector.word().to_owned(),
            compared: self.compared,
            lacking: (self.compared == 0).then(|| self.lacking.to_owned()),
        };
        std::iter::once(examined).chain(self.found.into_iter().map(Found::into_event))
    }
}

/// Runs every detector on what clients sent: [`Kind::Examined`] for each detector, with
/// its [`Kind::Finding`]s behind it.
pub fn examine(plan: &Plan, events: &[Event], sent: &SentBytes) -> Vec<Kind> {
    let spans = spans(plan, events, sent);
    let [whole, single] = powers::examine(&spans, sent);
    let mut characters = characters::examine(&spans);
    for found in single.found {
        characters.found(found);
    }
    let all = [
        repeats::examine(&spans),
        blocks::examine(&spans),
        keystream::examine(&spans),
        characters,
        whole,
    ];
    let sizes = sizes::examine(plan, events);
    all.into_iter()
        .chain(sizes)
        .flat_map(Examined::into_events)
        .collect()
}

/// How many different bytes there are.
fn distinct(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}
