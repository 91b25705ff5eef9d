//! What a search has found, each thing once.

use std::collections::BTreeMap;

use super::transformation::{OF, Transformation};
use crate::adapter::Surface;
use crate::timeline::Kind;

/// The first place of everything that was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By place among the names, and by transformations from the outermost inwards.
    first: BTreeMap<(usize, Vec<Transformation>), u64>,
    pub(super) control: bool,
}

impl Found {
    /// Keeps it, unless it stands further in front as well.
    pub(super) fn add(&mut self, name: usize, chain: Vec<Transformation>, at: u64) {
        let first = self.first.entry((name, chain)).or_insert(at);
        *first = at.min(*first);
    }

    /// In the order of the place.
    pub(super) fn findings(self, names: &[String], surface: Surface, place: &str) -> Vec<Kind> {
        let mut all: Vec<_> = self.first.into_iter().collect();
        all.sort_by(|(a, a_at), (b, b_at)| (a_at, a).cmp(&(b_at, b)));
        all.into_iter()
            .map(|((name, chain), at)| {
                let words: Vec<&str> = chain.iter().map(|one| one.word()).collect();
                Kind::Finding {
                    surface,
                    place: place.to_owned(),
                    at,
                    what: names.get(name).cloned().unwrap_or_default(),
                    transformation: words.join(OF),
                }
            })
            .collect()
    }
}
