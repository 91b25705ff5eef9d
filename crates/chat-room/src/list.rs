//! Entries that were checked.

use chat_identity::{PublicIdentity, Statement};
use chat_protocol::limits::{
    MAX_ROOM_ENTRIES, MAX_ROOM_ENTRIES_OF_OTHERS, MAX_ROOM_MEMBERS, MAX_ROOM_PARENTS,
    MAX_ROOM_PARENTS_OF_OTHERS,
};
use chat_protocol::{Blob, Digest, Fingerprint, Name, RoomAct, RoomEntry, RoomId, RoomName};
use sha2::{Digest as _, Sha256};

use crate::InvalidEntry;
use crate::membership::{Change, Member, grants};
use crate::set::Set;

/// The list of a room's members: entries that lead back to the creation of the room, each written by somebody who was
/// a member by the entries before it.
#[derive(Clone, Debug)]
pub struct List {
    name: RoomName,
    room: RoomId,
    creator: Fingerprint,
    /// Each behind those that it refers to.
    nodes: Vec<Node>,
    /// The entries by which its members are in it.
    members: Vec<usize>,
}

/// An entry in its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) entry: RoomEntry,
    pub(crate) digest: Digest,
    pub(crate) change: Change,
    /// All entries that its author knew.
    pub(crate) before: Set,
}

impl List {
    /// The list that these entries make, the creation first, and each behind those that it refers to.
    ///
    /// # Errors
    ///
    /// The first [`InvalidEntry`].
    pub fn read(entries: &[RoomEntry]) -> Result<Self, InvalidEntry> {
        let (first, rest) = entries.split_first().ok_or(InvalidEntry::NoCreation)?;
        let mut list = Self::begin(first)?;
        rest.iter()
            .try_for_each(|entry| list.add(entry).map(drop))?;
        list.count();
        Ok(list)
    }

    fn begin(entry: &RoomEntry) -> Result<Self, InvalidEntry> {
        let RoomAct::Create {
            room, name, key, ..
        } = &entry.act
        else {
            return Err(InvalidEntry::NoCreation);
        };
        if !entry.parents.is_empty() {
            return Err(InvalidEntry::Parents);
        }
        let creator = member(name, key, entry.by)?;
        if creator.identity.fingerprint() != entry.by {
            return Err(InvalidEntry::WrongAuthor);
        }
        let digest = checked(entry, &creator.identity)?;
        let node = Node {
            entry: entry.clone(),
            digest,
            change: Change::Grant(creator),
            before: Set::default(),
        };
        Ok(Self {
            name: room.clone(),
            room: RoomId(digest.0),
            creator: entry.by,
            nodes: vec![node],
            members: vec![0],
        })
    }

    /// The room that begins with this entry, whoever has signed it.
    pub fn room_of(first: &RoomEntry) -> RoomId {
        RoomId(digest(first).0)
    }

    /// Takes one more entry. `false` where it was there already.
    ///
    /// # Errors
    ///
    /// [`InvalidEntry`]: the list is as it was.
    pub fn take(&mut self, entry: &RoomEntry) -> Result<bool, InvalidEntry> {
        let is_new = self.add(entry)?;
        self.count();
        Ok(is_new)
    }

    fn count(&mut self) {
        self.members = grants(&self.nodes, Set::below(self.nodes.len()));
    }

    fn add(&mut self, entry: &RoomEntry) -> Result<bool, InvalidEntry> {
        let digest = digest(entry);
        if self.nodes.iter().any(|node| node.digest == digest) {
            return Ok(false);
        }
        let before = self.before(entry)?;
        let known = self.members_within(before);
        let mut authors = known
            .iter()
            .filter(|m| m.identity.fingerprint() == entry.by);
        let author = authors.next().ok_or(InvalidEntry::NotAMember)?;
        self.has_room_for(entry)?;
        checked(entry, &author.identity)?;
        let change = self.change(entry, &known, before)?;
        self.nodes.push(Node {
            entry: entry.clone(),
            digest,
            change,
            before,
        });
        Ok(true)
    }

    /// Takes all of these, or none; whether there was something new.
    ///
    /// # Errors
    ///
    /// The first [`InvalidEntry`].
    pub fn merge(&mut self, entries: &[RoomEntry]) -> Result<bool, InvalidEntry> {
        let mut merged = self.clone();
        let mut is_new = false;
        for entry in entries {
            is_new |= merged.add(entry)?;
        }
        merged.count();
        *self = merged;
        Ok(is_new)
    }

    /// Which room it is.
    pub fn room(&self) -> RoomId {
        self.room
    }

    /// What its creator has called it.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// Who has created it.
    pub fn creator(&self) -> Fingerprint {
        self.creator
    }

    /// Who is in the room. The same set of entries gives the same members, in whatever order they came.
    pub fn members(&self) -> Vec<&Member> {
        let mut members = self.granted(&self.members);
        members.sort_by_key(|member| (&member.name, member.identity.fingerprint()));
        members
    }

    /// The member with this identity.
    pub fn member(&self, who: &Fingerprint) -> Option<&Member> {
        let mut members = self.granted(&self.members).into_iter();
        members.find(|member| member.identity.fingerprint() == *who)
    }

    /// Everybody who is or was in the room, or was added by somebody who had no say.
    pub fn everybody(&self) -> Vec<&Member> {
        let mut people: Vec<&Member> = Vec::new();
        for member in self.nodes.iter().filter_map(|node| node.change.grant()) {
            if !people.iter().any(|one| one.identity == member.identity) {
                people.push(member);
            }
        }
        people
    }

    /// What somebody may know of the list: all of it, or, of one who was removed or has left, what led to that.
    pub fn entries_for(&self, who: &Fingerprint) -> Vec<RoomEntry> {
        let nodes = self.nodes.iter().enumerate();
        let ends = nodes.filter(|(_, node)| node.change.ends(who));
        let known = ends.fold(Set::default(), |known, (place, node)| {
            known.and(node.before).with(place)
        });
        let is_out = self.member(who).is_none() && known != Set::default();
        let nodes = self.nodes.iter().enumerate();
        let nodes = nodes.filter(|(place, _)| !is_out || known.has(*place));
        nodes.map(|(_, node)| node.entry.clone()).collect()
    }

    /// Whether somebody has gone by itself.
    pub fn has_left(&self, who: &Fingerprint) -> bool {
        let mut nodes = self.nodes.iter().filter(|node| node.entry.by == *who);
        self.member(who).is_none() && nodes.any(|node| node.entry.act == RoomAct::Leave)
    }

    /// Whether the creator has ever removed somebody.
    pub fn has_removed(&self, who: &Fingerprint) -> bool {
        self.was_removed(who, Set::below(self.nodes.len()))
    }

    /// Every entry, each behind those that it refers to.
    pub fn entries(&self) -> impl Iterator<Item = &RoomEntry> {
        self.nodes.iter().map(|node| &node.entry)
    }

    /// What the next entry stands behind: the latest ones, ascending.
    pub fn parents(&self) -> Vec<Digest> {
        let mut heads: Vec<Digest> = self.heads().map(|node| node.digest).collect();
        heads.sort();
        heads
    }

    /// Whether one of the latest entries is by this person.
    pub fn ends_with(&self, by: &Fingerprint) -> bool {
        self.heads().any(|node| node.entry.by == *by)
    }

    /// Names the whole list, as its entries add up to it in whatever order.
    pub fn digest(&self) -> Digest {
        total(self.nodes.iter().map(|node| node.digest).collect())
    }

    /// The same of these entries, checked or not.
    pub fn digest_of(entries: &[RoomEntry]) -> Digest {
        total(entries.iter().map(digest).collect())
    }

    /// The entries that nothing stands behind.
    fn heads(&self) -> impl Iterator<Item = &Node> {
        let covered = self.nodes.iter().map(|node| node.before);
        let covered = covered.fold(Set::default(), Set::and);
        let heads = Set::below(self.nodes.len()).without(covered);
        heads.places().filter_map(|place| self.nodes.get(place))
    }

    /// What an entry stands behind. One set of entries has one way to name it.
    fn before(&self, entry: &RoomEntry) -> Result<Set, InvalidEntry> {
        let parents = &entry.parents;
        let is_sorted = parents.is_sorted_by(|one, next| one < next);
        if parents.is_empty() || !is_sorted {
            return Err(InvalidEntry::Parents);
        }
        let (mut direct, mut behind) = (Set::default(), Set::default());
        for parent in parents {
            let mut nodes = self.nodes.iter().enumerate();
            let found = nodes.find(|(_, node)| node.digest == *parent);
            let (place, node) = found.ok_or(InvalidEntry::UnknownParent)?;
            direct = direct.with(place);
            behind = behind.and(node.before);
        }
        if direct.without(behind) != direct {
            return Err(InvalidEntry::Parents);
        }
        Ok(direct.and(behind))
    }

    /// Some of the room is left for the creator, to remove whoever fills the list.
    fn has_room_for(&self, entry: &RoomEntry) -> Result<(), InvalidEntry> {
        let is_creator = entry.by == self.creator;
        let is_theirs = |node: &&Node| is_creator || node.entry.by != self.creator;
        let counted: Vec<&Node> = self.nodes.iter().filter(is_theirs).collect();
        let parents: usize = counted.iter().map(|node| node.entry.parents.len()).sum();
        let (most_entries, most_parents) = match is_creator {
            true => (MAX_ROOM_ENTRIES, MAX_ROOM_PARENTS),
            false => (MAX_ROOM_ENTRIES_OF_OTHERS, MAX_ROOM_PARENTS_OF_OTHERS),
        };
        let is_full = counted.len() >= most_entries
            || parents + entry.parents.len() > most_parents
            || self.nodes.len() >= MAX_ROOM_ENTRIES;
        (!is_full).then_some(()).ok_or(InvalidEntry::Full)
    }

    /// What an entry of a member changes, if those who are known there let it.
    fn change(
        &self,
        entry: &RoomEntry,
        known: &[&Member],
        before: Set,
    ) -> Result<Change, InvalidEntry> {
        let is_creator = entry.by == self.creator;
        let is_known = |who: &Fingerprint| known.iter().any(|m| m.identity.fingerprint() == *who);
        match &entry.act {
            RoomAct::Create { .. } => Err(InvalidEntry::NoCreation),
            RoomAct::Add { name, key } => {
                let added = member(name, key, entry.by)?;
                let who = added.identity.fingerprint();
                if is_known(&who) || known.iter().any(|member| member.name == *name) {
                    return Err(InvalidEntry::AlreadyAMember);
                }
                if !is_creator && self.was_removed(&who, before) {
                    return Err(InvalidEntry::WasRemoved);
                }
                if known.len() >= MAX_ROOM_MEMBERS {
                    return Err(InvalidEntry::TooManyMembers);
                }
                Ok(Change::Grant(added))
            }
            RoomAct::Remove { who } => {
                let may = is_creator && *who != entry.by && is_known(who);
                let end = Change::End {
                    who: *who,
                    is_removal: true,
                };
                may.then_some(end).ok_or(InvalidEntry::MayNotRemove)
            }
            RoomAct::Leave => Ok(Change::End {
                who: entry.by,
                is_removal: false,
            }),
        }
    }

    fn was_removed(&self, person: &Fingerprint, before: Set) -> bool {
        let mut known = before.places().filter_map(|place| self.nodes.get(place));
        known.any(
            |node| matches!(&node.change, Change::End { who, is_removal: true } if who == person),
        )
    }

    fn members_within(&self, within: Set) -> Vec<&Member> {
        self.granted(&grants(&self.nodes, within))
    }

    fn granted(&self, grants: &[usize]) -> Vec<&Member> {
        let members = grants.iter();
        let members = members.filter_map(|place| self.nodes.get(*place)?.change.grant());
        members.collect()
    }
}

fn digest(entry: &RoomEntry) -> Digest {
    let statement = Statement::room_entry(&entry.by, &entry.parents, &entry.act);
    Digest(Sha256::digest(statement.as_bytes()).into())
}

fn total(mut digests: Vec<Digest>) -> Digest {
    digests.sort();
    digests.dedup();
    let all = digests
        .into_iter()
        .fold(Sha256::new(), |sum, digest| sum.chain_update(digest.0));
    Digest(all.finalize().into())
}

/// The digest of an entry that its author has signed.
fn checked(entry: &RoomEntry, by: &PublicIdentity) -> Result<Digest, InvalidEntry> {
    let statement = Statement::room_entry(&entry.by, &entry.parents, &entry.act);
    let is_signed = by.verify(&statement, &entry.signature.0);
    is_signed.map_err(|_| InvalidEntry::Signature)?;
    Ok(digest(entry))
}

fn member(name: &Name, key: &Blob, by: Fingerprint) -> Result<Member, InvalidEntry> {
    let identity = PublicIdentity::from_spki(&key.0).map_err(|_| InvalidEntry::Key)?;
    Ok(Member {
        name: name.clone(),
        identity,
        added_by: by,
    })
}
