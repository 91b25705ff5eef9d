//! Who is in a room, by a set of entries.
//!
//! A *grant* makes somebody a member: the creation, or an addition. An *end* takes that back: a removal, or a
//! departure. A grant holds unless there is an end that its author did not know.

use std::collections::BTreeMap;

use chat_identity::PublicIdentity;
use chat_protocol::{Fingerprint, Name};

use crate::list::Node;
use crate::set::Set;

/// Somebody who is in a room: the identity says who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// As whoever added the member calls it: a hint.
    pub name: Name,
    /// The key that its texts are signed by.
    pub identity: PublicIdentity,
    /// Who added the member; of the creator, the creator.
    pub added_by: Fingerprint,
}

/// What an entry changes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Grant(Member),
    End {
        who: Fingerprint,
        /// By the creator, and not by oneself.
        is_removal: bool,
    },
}

impl Change {
    pub(crate) fn grant(&self) -> Option<&Member> {
        match self {
            Self::Grant(member) => Some(member),
            Self::End { .. } => None,
        }
    }

    pub(crate) fn ends(&self, person: &Fingerprint) -> bool {
        matches!(self, Self::End { who, .. } if who == person)
    }
}

/// What a set of entries says of one person.
#[derive(Debug, Default)]
struct Story {
    grants: Vec<usize>,
    /// Each with whether it is a removal.
    ends: Vec<(usize, bool)>,
}

/// The grants that hold in this set, one for each member: of several, that of the lowest digest, so that the order in
/// which entries came has no say in it.
pub(crate) fn grants(nodes: &[Node], within: Set) -> Vec<usize> {
    let mut stories: BTreeMap<Fingerprint, Story> = BTreeMap::new();
    for (place, node) in entries(nodes, within) {
        match &node.change {
            Change::Grant(member) => {
                let who = member.identity.fingerprint();
                stories.entry(who).or_default().grants.push(place);
            }
            Change::End { who, is_removal } => {
                let story = stories.entry(*who).or_default();
                story.ends.push((place, *is_removal));
            }
        }
    }
    let counting = counting(nodes, within, &stories);
    let digest = |place: &usize| nodes.get(*place).map(|node| node.digest);
    let members = stories.values().filter_map(|story| {
        let grants = story.grants.iter().copied();
        let holding = grants.filter(|grant| {
            let mut ends = story.ends.iter();
            counting.has(*grant) && ends.all(|(end, _)| knows(nodes, *grant, *end))
        });
        holding.min_by_key(digest)
    });
    members.collect()
}

/// The entries that count: whose authors were members by a grant that counts, and that no removal of them contradicts
/// which they did not know. A departure contradicts nothing: its author could date it back to undo what others rely on.
fn counting(nodes: &[Node], within: Set, stories: &BTreeMap<Fingerprint, Story>) -> Set {
    let mut counting = Set::default();
    for (place, node) in entries(nodes, within) {
        let story = stories.get(&node.entry.by);
        let is_granted = story.is_some_and(|story| {
            let mut grants = story.grants.iter();
            grants.any(|grant| {
                let mut removals = story.ends.iter().filter(|(_, is_removal)| *is_removal);
                counting.has(*grant)
                    && node.before.has(*grant)
                    && removals
                        .all(|(end, _)| knows(nodes, *grant, *end) || knows(nodes, *end, place))
            })
        });
        if place == 0 || is_granted {
            counting = counting.with(place);
        }
    }
    counting
}

fn entries(nodes: &[Node], within: Set) -> impl Iterator<Item = (usize, &Node)> {
    let entries = nodes.iter().enumerate();
    entries.filter(move |(place, _)| within.has(*place))
}

/// Whether the author of one entry knew another one.
fn knows(nodes: &[Node], later: usize, earlier: usize) -> bool {
    let later = nodes.get(later);
    later.is_some_and(|node| node.before.has(earlier))
}
