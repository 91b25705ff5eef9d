//! Who owns which name. Pure: [`crate::store`] keeps it on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_protocol::{Name, Peer};

use crate::limits::{MAX_NAMES_OF_A_KEY, MAX_PEOPLE};

/// Every name that was ever used, with the key that it is bound to.
///
/// A copy is cheap: it shares the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directory {
    people: BTreeMap<Name, Arc<Peer>>,
}

/// A directory to be stored, numbered in the order of its states.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) state: u64,
    pub(crate) directory: Directory,
}

/// What a name is to somebody who wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Nobody's so far.
    Free,
    /// This person's.
    Own,
    /// Another key's.
    Taken,
    /// Nobody's, and there is no room for another name.
    Full,
    /// Nobody's, and the key that wants it has as many names as it may.
    TooMany,
}

impl Directory {
    pub(crate) fn find(&self, name: &Name) -> Option<&Peer> {
        self.people.get(name).map(Arc::as_ref)
    }

    pub(crate) fn binding(&self, wanted: &Peer) -> Binding {
        match self.people.get(&wanted.name) {
            Some(owner) if owner.key == wanted.key => Binding::Own,
            Some(_) => Binding::Taken,
            None if self.people.len() >= MAX_PEOPLE => Binding::Full,
            None if self.names_of(wanted) >= MAX_NAMES_OF_A_KEY => Binding::TooMany,
            None => Binding::Free,
        }
    }

    /// How many names the key of this person has.
    fn names_of(&self, peer: &Peer) -> usize {
        let same = |other: &&Arc<Peer>| other.key == peer.key;
        self.people.values().filter(same).count()
    }

    /// Binds a free name to the key of `peer`.
    pub(crate) fn bind(&mut self, peer: Peer) {
        self.people
            .entry(peer.name.clone())
            .or_insert_with(|| Arc::new(peer));
    }

    /// Takes a binding back that could not be stored.
    pub(crate) fn unbind(&mut self, name: &Name) {
        self.people.remove(name);
    }

    /// Notes the newer encryption key of somebody who owns the name; says whether it is one.
    /// A lower number never replaces a higher one.
    pub(crate) fn renew(&mut self, peer: &Peer) -> bool {
        let Some(known) = self.people.get_mut(&peer.name) else {
            return false;
        };
        if peer.certificate.number <= known.certificate.number {
            return false;
        }
        *known = Arc::new(peer.clone());
        true
    }

    pub(crate) fn people(&self) -> impl Iterator<Item = &Peer> {
        self.people.values().map(Arc::as_ref)
    }
}

impl FromIterator<Peer> for Directory {
    fn from_iter<I: IntoIterator<Item = Peer>>(people: I) -> Self {
        let people = people.into_iter();
        Self {
            people: people
                .map(|peer| (peer.name.clone(), Arc::new(peer)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Blob, Certificate};

    use super::*;

    fn peer(name: &str, key: u8, number: u32) -> Peer {
        Peer {
            name: name.parse().unwrap(),
            key: Blob(vec![key]),
            certificate: Certificate {
                number,
                key: Blob(vec![]),
                not_before: 0,
                not_after: 1,
                signature: Blob(vec![]),
            },
        }
    }

    #[test]
    fn first_key_owns_the_name() {
        let mut directory = Directory::default();
        assert_eq!(directory.binding(&peer("alice", 1, 1)), Binding::Free);
        directory.bind(peer("alice", 1, 1));
        assert_eq!(directory.binding(&peer("alice", 1, 7)), Binding::Own);
        assert_eq!(directory.binding(&peer("alice", 2, 1)), Binding::Taken);
        directory.bind(peer("alice", 2, 1));
        assert_eq!(
            directory.find(&"alice".parse().unwrap()),
            Some(&peer("alice", 1, 1))
        );
    }

    #[test]
    fn lower_certificate_never_replaces_a_higher_one() {
        let mut directory: Directory = [peer("alice", 1, 2)].into_iter().collect();
        assert!(!directory.renew(&peer("alice", 1, 1)));
        assert!(!directory.renew(&peer("alice", 1, 2)));
        assert!(directory.renew(&peer("alice", 1, 3)));
        let found = directory.find(&"alice".parse().unwrap()).unwrap();
        assert_eq!(found.certificate.number, 3);
    }

    #[test]
    fn full_directory_takes_no_new_name_and_knows_the_old_ones() {
        let names = (0..MAX_PEOPLE).map(|n| peer(&format!("user{n}"), 1, 1));
        let directory: Directory = names.collect();
        assert_eq!(directory.binding(&peer("alice", 1, 1)), Binding::Full);
        assert_eq!(directory.binding(&peer("user7", 1, 1)), Binding::Own);
    }

    #[test]
    fn a_key_has_no_more_than_a_few_names_and_takes_none_from_others() {
        let names = (0..MAX_NAMES_OF_A_KEY).map(|n| peer(&format!("user{n}"), 1, 1));
        let directory: Directory = names.collect();
        assert_eq!(directory.binding(&peer("alice", 1, 1)), Binding::TooMany);
        assert_eq!(directory.binding(&peer("user7", 1, 1)), Binding::Own);
        assert_eq!(directory.binding(&peer("alice", 2, 1)), Binding::Free);
    }
}
