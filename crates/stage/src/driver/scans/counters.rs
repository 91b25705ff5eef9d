//! What all searches of one surface came to.

use std::collections::BTreeSet;

use audit::SearchResult;

use crate::scan::refused::Unreadable;
use timeline::{Kind, Surface};

/// The searches of one surface, added up.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// How often the surface was scanned.
    pub(super) samples: u64,
    /// Strings that were searched for.
    pub(super) strings: u64,
    bytes: u64,
    nested: u64,
    places: BTreeSet<String>,
    found: u64,
    findings: Vec<Kind>,
    /// So many of them are recorded already.
    recorded: usize,
    /// What was found, so that it is reported once.
    known: BTreeSet<(String, String, String)>,
    incomplete: Option<String>,
    /// That is the machine's doing.
    is_refused: bool,
}

impl Counters {
    /// Adds the search of one place, which may have been searched before, at a moment that findings
    /// name where it is given.
    pub(super) fn add(&mut self, place: &str, searched: SearchResult, moment: Option<&str>) {
        self.places.insert(place.to_owned());
        self.bytes += searched.bytes;
        self.nested += searched.nested;
        self.found += u64::from(searched.control == Some(true));
        for finding in searched.findings {
            self.find(finding, moment);
        }
    }

    /// Adds a finding, unless the same was found in this place before.
    pub(super) fn find(&mut self, mut finding: Kind, moment: Option<&str>) {
        if let Kind::Finding {
            place,
            what,
            transformation,
            ..
        } = &mut finding
            && self
                .known
                .insert((place.clone(), what.clone(), transformation.clone()))
        {
            if let Some(moment) = moment {
                *place = format!("{place}, {moment}");
            }
            self.findings.push(finding);
        }
    }

    /// Adds what was found in the search of another surface.
    pub(super) fn find_on(&mut self, own: Surface, mut finding: Kind) {
        if let Kind::Finding { surface, .. } = &mut finding {
            *surface = own;
        }
        self.find(finding, None);
    }

    /// Whether the control was found at least once.
    pub(super) fn has_found(&self) -> bool {
        self.found > 0
    }

    /// Whether it has found nothing at all, not even the control.
    pub(super) fn is_mute(&self) -> bool {
        self.found == 0 && self.findings.is_empty()
    }

    /// What was found in this place.
    pub(super) fn findings(&self, wanted: &str) -> Vec<Kind> {
        let findings = self
            .findings
            .iter()
            .filter(|finding| matches!(finding, Kind::Finding { place, .. } if place == wanted));
        findings.cloned().collect()
    }

    /// What was found and is not recorded yet; the caller records it.
    pub(super) fn take_new(&mut self) -> Vec<Kind> {
        let new = self.findings.iter().skip(self.recorded).cloned().collect();
        self.recorded = self.findings.len();
        new
    }

    /// The search is not complete; the first reason stands.
    pub(super) fn miss(&mut self, why: String) {
        self.incomplete.get_or_insert(why);
    }

    /// The same, where `is_of_machine` says that no program can help it.
    pub(super) fn miss_of(&mut self, why: &Unreadable) {
        if self.incomplete.is_none() {
            self.is_refused = why.is_of_machine();
        }
        self.miss(why.to_string());
    }

    /// What is recorded of it at the end: the search, and then each new finding.
    pub(super) fn into_kinds(
        mut self,
        surface: Surface,
        has_control: bool,
        left_out: Option<String>,
    ) -> Vec<Kind> {
        let new = self.take_new();
        let searched = Kind::Searched {
            surface,
            bytes: self.bytes,
            places: self.places.len() as u64,
            samples: self.samples,
            found: self.found,
            control: has_control.then_some(self.found > 0),
            incomplete: self.incomplete,
            is_refused: self.is_refused,
            strings: self.strings,
            nested: self.nested,
            left_out,
        };
        std::iter::once(searched).chain(new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Counters;
    use audit::SearchResult;
    use timeline::{Kind, Surface};

    fn finding(place: &str, what: &str) -> Kind {
        Kind::Finding {
            surface: Surface::Files,
            place: place.to_owned(),
            at: 7,
            what: what.to_owned(),
            transformation: "hex".to_owned(),
        }
    }

    fn searched(control: Option<bool>, findings: &[Kind]) -> SearchResult {
        SearchResult {
            bytes: 10,
            nested: 4,
            control,
            findings: findings.to_vec(),
        }
    }

    #[test]
    fn what_is_found_again_in_the_same_place_is_reported_once() {
        let mut counters = Counters {
            strings: 7,
            ..Counters::default()
        };
        for _ in 0..3 {
            counters.samples += 1;
            let log = searched(Some(true), &[finding("log", "canary #1")]);
            counters.add("log", log, None);
        }
        let log = searched(Some(false), &[finding("log", "canary #2")]);
        counters.add("log", log, Some("after step 2"));
        let db = searched(Some(false), &[finding("db", "canary #1")]);
        counters.add("db", db, None);
        let kinds = counters.into_kinds(Surface::Files, true, Some("the rest".to_owned()));
        let summary = Kind::Searched {
            surface: Surface::Files,
            bytes: 50,
            places: 2,
            samples: 3,
            found: 3,
            control: Some(true),
            incomplete: None,
            strings: 7,
            nested: 20,
            is_refused: false,
            left_out: Some("the rest".to_owned()),
        };
        let places = [
            ("log", "canary #1"),
            ("log, after step 2", "canary #2"),
            ("db", "canary #1"),
        ];
        let findings = places.map(|(place, what)| finding(place, what));
        assert_eq!(kinds[0], summary);
        assert_eq!(kinds[1..], findings);
    }

    #[test]
    fn what_is_recorded_while_the_play_goes_on_is_not_recorded_again() {
        let mut counters = Counters::default();
        let log = searched(Some(true), &[finding("log", "canary #1")]);
        counters.add("log", log.clone(), Some("after step 1"));
        assert_eq!(
            counters.take_new(),
            [finding("log, after step 1", "canary #1")]
        );
        counters.add("log", log, Some("after step 2"));
        assert_eq!(counters.take_new(), []);
        let db = searched(Some(true), &[finding("db", "canary #1")]);
        counters.add("db", db, None);
        let kinds = counters.into_kinds(Surface::Files, true, None);
        assert_eq!(kinds[1..], [finding("db", "canary #1")]);
    }

    #[test]
    fn what_the_machine_refuses_and_what_a_program_closes_are_counted_apart() {
        use crate::scan::refused::{Obstacle, Unreadable};
        let said = |obstacle: Obstacle, before: Option<&str>| {
            let mut counters = Counters::default();
            before
                .into_iter()
                .for_each(|why| counters.miss(why.to_owned()));
            counters.miss_of(&Unreadable {
                what: "memory",
                name: "relay".to_owned(),
                pid: 7,
                why: obstacle,
            });
            let kinds = counters.into_kinds(Surface::Memory, true, None);
            matches!(
                kinds[0],
                Kind::Searched {
                    is_refused: true,
                    ..
                }
            )
        };
        assert!(said(Obstacle::Yama, None) && said(Obstacle::Container, None));
        assert!(
            !said(Obstacle::AnotherUser, None),
            "it may have made itself so"
        );
        // The first reason stands.
        assert!(!said(Obstacle::Yama, Some("too much")));
    }

    #[test]
    fn without_a_control_nothing_is_said_of_it_and_the_first_reason_stands() {
        let mut counters = Counters::default();
        counters.miss("first".to_owned());
        counters.miss("second".to_owned());
        let kinds = counters.into_kinds(Surface::Memory, false, None);
        assert!(matches!(
            &kinds[..],
            [Kind::Searched { control: None, incomplete: Some(why), .. }] if why == "first"
        ));
    }
}
