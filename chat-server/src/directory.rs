//! Who owns which name. Pure: [`crate::store`] keeps it on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_protocol::{Name, Peer};
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_NAMES_OF_A_KEY, MAX_PEOPLE, NAME_DAYS, UNUSED_NAME_DAYS};

/// Every name that was ever used, with the key that it is bound to.
///
/// A copy is cheap: it shares the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directory {
    people: BTreeMap<Name, Arc<Owner>>,
}

/// Who has a name, and how it is used. Days are counted from 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    #[serde(flatten)]
    pub(crate) peer: Peer,
    /// The day of the first login; 0 where that was not written down.
    #[serde(default)]
    since: u32,
    /// The day of the last one.
    #[serde(default)]
    used: u32,
}

impl Owner {
    /// The last day on which the name is kept for somebody who does not use it any more.
    fn kept_until(&self) -> u32 {
        let days = if self.since == self.used {
            UNUSED_NAME_DAYS
        } else {
            NAME_DAYS
        };
        self.used.saturating_add(days)
    }
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
        self.people.get(name).map(|owner| &owner.peer)
    }

    pub(crate) fn binding(&self, wanted: &Peer) -> Binding {
        match self.people.get(&wanted.name) {
            Some(owner) if owner.peer.key == wanted.key => Binding::Own,
            Some(_) => Binding::Taken,
            None if self.people.len() >= MAX_PEOPLE => Binding::Full,
            None if self.names_of(wanted) >= MAX_NAMES_OF_A_KEY => Binding::TooMany,
            None => Binding::Free,
        }
    }

    /// How many names the key of this person has.
    fn names_of(&self, peer: &Peer) -> usize {
        let same = |other: &&Arc<Owner>| other.peer.key == peer.key;
        self.people.values().filter(same).count()
    }

    /// Binds a free name to the key of `peer`, on this day.
    pub(crate) fn bind(&mut self, peer: Peer, day: u32) {
        let owner = |peer| Owner {
            peer,
            since: day,
            used: day,
        };
        self.people
            .entry(peer.name.clone())
            .or_insert_with(|| Arc::new(owner(peer)));
    }

    /// Its owner uses a name on this day. Whether that is news.
    pub(crate) fn touch(&mut self, name: &Name, day: u32) -> bool {
        match self.people.get_mut(name) {
            Some(owner) if owner.used < day => {
                Arc::make_mut(owner).used = day;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Lets go of the names that nobody uses any more, and notes the day for those of which nobody has written
    /// down when they were used. Whether there were some.
    pub(crate) fn expire(&mut self, day: u32) -> bool {
        let mut is_news = false;
        for owner in self.people.values_mut().filter(|owner| owner.used == 0) {
            Arc::make_mut(owner).used = day;
            is_news = true;
        }
        let before = self.people.len();
        self.people.retain(|_, owner| owner.kept_until() >= day);
        is_news || self.people.len() < before
    }

    /// Lets go of a name. Whether somebody had it.
    pub(crate) fn unbind(&mut self, name: &Name) -> bool {
        self.people.remove(name).is_some()
    }

    /// Notes the newer encryption key of somebody who owns the name; says whether it is one.
    /// A lower number never replaces a higher one.
    pub(crate) fn renew(&mut self, peer: &Peer) -> bool {
        let Some(known) = self.people.get_mut(&peer.name) else {
            return false;
        };
        if peer.certificate.number <= known.peer.certificate.number {
            return false;
        }
        Arc::make_mut(known).peer = peer.clone();
        true
    }

    pub(crate) fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.people.values().map(Arc::as_ref)
    }
}

impl FromIterator<Owner> for Directory {
    fn from_iter<I: IntoIterator<Item = Owner>>(owners: I) -> Self {
        let owners = owners.into_iter();
        Self {
            people: owners
                .map(|owner| (owner.peer.name.clone(), Arc::new(owner)))
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

    fn of(people: impl IntoIterator<Item = Peer>) -> Directory {
        let mut directory = Directory::default();
        for peer in people {
            directory.bind(peer, 1);
        }
        directory
    }

    #[test]
    fn a_name_that_was_never_used_again_is_free_after_a_week_and_others_after_a_year() {
        let mut directory = of([peer("once", 1, 1), peer("often", 2, 1)]);
        assert!(directory.touch(&"often".parse().unwrap(), 2));
        assert!(!directory.touch(&"often".parse().unwrap(), 2));
        assert!(!directory.expire(1 + UNUSED_NAME_DAYS));
        assert!(directory.expire(2 + UNUSED_NAME_DAYS));
        assert_eq!(directory.binding(&peer("once", 3, 1)), Binding::Free);
        assert_eq!(directory.binding(&peer("often", 3, 1)), Binding::Taken);
        assert!(!directory.expire(2 + NAME_DAYS));
        assert!(directory.expire(3 + NAME_DAYS));
        assert_eq!(directory.binding(&peer("often", 3, 1)), Binding::Free);
    }

    #[test]
    fn names_of_an_earlier_version_are_kept_for_a_year() {
        let mut directory = of([]);
        directory.bind(peer("alice", 1, 1), 0);
        assert!(directory.expire(20_000));
        assert_eq!(directory.binding(&peer("alice", 2, 1)), Binding::Taken);
        assert!(!directory.expire(20_000 + NAME_DAYS));
        assert!(directory.expire(20_001 + NAME_DAYS));
    }

    #[test]
    fn first_key_owns_the_name() {
        let mut directory = Directory::default();
        assert_eq!(directory.binding(&peer("alice", 1, 1)), Binding::Free);
        directory.bind(peer("alice", 1, 1), 1);
        assert_eq!(directory.binding(&peer("alice", 1, 7)), Binding::Own);
        assert_eq!(directory.binding(&peer("alice", 2, 1)), Binding::Taken);
        directory.bind(peer("alice", 2, 1), 1);
        assert_eq!(
            directory.find(&"alice".parse().unwrap()),
            Some(&peer("alice", 1, 1))
        );
    }

    #[test]
    fn lower_certificate_never_replaces_a_higher_one() {
        let mut directory: Directory = of([peer("alice", 1, 2)]);
        assert!(!directory.renew(&peer("alice", 1, 1)));
        assert!(!directory.renew(&peer("alice", 1, 2)));
        assert!(directory.renew(&peer("alice", 1, 3)));
        let found = directory.find(&"alice".parse().unwrap()).unwrap();
        assert_eq!(found.certificate.number, 3);
    }

    #[test]
    fn full_directory_takes_no_new_name_and_knows_the_old_ones() {
        let names = (0..MAX_PEOPLE).map(|n| peer(&format!("user{n}"), 1, 1));
        let directory = of(names);
        assert_eq!(directory.binding(&peer("alice", 1, 1)), Binding::Full);
        assert_eq!(directory.binding(&peer("user7", 1, 1)), Binding::Own);
    }

    #[test]
    fn a_key_has_no_more_than_a_few_names_and_takes_none_from_others() {
        let names = (0..MAX_NAMES_OF_A_KEY).map(|n| peer(&format!("user{n}"), 1, 1));
        let directory = of(names);
        assert_eq!(directory.binding(&peer("alice", 1, 1)), Binding::TooMany);
        assert_eq!(directory.binding(&peer("user7", 1, 1)), Binding::Own);
        assert_eq!(directory.binding(&peer("alice", 2, 1)), Binding::Free);
    }
}
