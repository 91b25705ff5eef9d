//! What a search has found, each thing once.

use std::collections::BTreeMap;

use super::needles::Needles;
use super::transformation::{OF, Transformation};
use timeline::{Kind, Surface};

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
        // Hits arrive in no order; the earliest place is what a reader wants to be shown.
        let first = self.first.entry((name, chain)).or_insert(at);
        *first = at.min(*first);
    }

    /// In the order of the place. Words around a canary matter only where nothing else was found.
    pub(super) fn findings(self, needles: &Needles, surface: Surface, place: &str) -> Vec<Kind> {
        let is_around = |(name, _): &(usize, _)| needles.around.contains(name);
        let are_alone = self.first.keys().all(is_around);
        let all = self.first.iter().filter(|(key, _)| !self.is_plainer(key));
        let all = all.filter(|(key, _)| are_alone || !is_around(key));
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|(key, at)| (*at, *key));
        all.into_iter()
            .map(|((name, chain), at)| {
                let words: Vec<&str> = chain.iter().map(|one| one.word()).collect();
                Kind::Finding {
                    surface,
                    place: place.to_owned(),
                    at: *at,
                    what: needles.names.get(*name).cloned().unwrap_or_default(),
                    transformation: words.join(OF),
                }
            })
            .collect()
    }

    /// Whether it is base64 for URLs, and base64 all the same: most characters mean the same in
    /// both, and a hyphen beside them says nothing.
    fn is_plainer(&self, (name, chain): &(usize, Vec<Transformation>)) -> bool {
        let plainer = chain.iter().map(|one| match one {
            Transformation::Base64Url => Transformation::Base64,
            other => *other,
        });
        let plainer: Vec<_> = plainer.collect();
        plainer != *chain && self.first.contains_key(&(*name, plainer))
    }
}
