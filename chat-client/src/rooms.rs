//! The rooms that a client knows: the list of each, what it is called here, and who has had the list.
//!
//! Pure: [`crate::home::Journal`] keeps the entries on disk.

use std::collections::BTreeMap;

use chat_protocol::{Digest, Fingerprint, RoomEntry, RoomId, RoomName};
use chat_room::List;
use serde::{Deserialize, Serialize};

/// Rooms that are remembered, at most: members may add anybody to as many as they like.
const MAX_ROOMS: usize = 64;

/// The same of one creator, where that is somebody else.
const MAX_ROOMS_OF_ONE: usize = 8;

/// So that a number fits behind it.
const LONGEST_STEM: usize = 28;

/// One room.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// What it is called here: two rooms may have the same name, and here each has another.
    pub(crate) name: RoomName,
    pub(crate) list: List,
    /// Who has had which list, the latest of each.
    told: BTreeMap<Fingerprint, Digest>,
    frozen: Option<Frozen>,
}

/// Why nothing more is said in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frozen {
    /// Another member's list has what this one has no place for: who is in the room is not sure.
    Split,
    /// The user has left, and the list has no place for that.
    Left,
}

/// What the sealed message that waits for an answer is of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfRoom {
    /// Its list.
    List(RoomId),
    /// A text.
    Text(RoomId),
}

/// All of them, also those that this client has left.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    known: BTreeMap<RoomId, Room>,
}

/// What changes: a line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomChange {
    /// The list of a room has these entries now, and the room this name.
    Listed(RoomName, Vec<RoomEntry>),
    /// Somebody has had this list.
    Told(RoomId, Fingerprint, Digest),
    /// Somebody has not.
    NotTold(RoomId, Fingerprint),
    /// Nothing more is said in it.
    Frozen(RoomId, Frozen),
    /// Nothing is remembered of it.
    Forgotten(RoomId),
}

impl Room {
    /// Whether this person has had all of the list that it may know.
    pub(crate) fn is_told(&self, who: &Fingerprint) -> bool {
        let entries = self.list.entries_for(who);
        self.told.get(who) == Some(&List::digest_of(&entries))
    }

    /// Whether its members are sure.
    pub(crate) fn is_split(&self) -> bool {
        self.frozen == Some(Frozen::Split)
    }
}

impl Rooms {
    pub(crate) fn take(&mut self, change: RoomChange) {
        match change {
            RoomChange::Listed(name, entries) => self.listed(name, &entries),
            RoomChange::Told(room, who, list) => {
                if let Some(room) = self.known.get_mut(&room) {
                    room.told.insert(who, list);
                }
            }
            RoomChange::NotTold(room, who) => {
                if let Some(room) = self.known.get_mut(&room) {
                    room.told.remove(&who);
                }
            }
            RoomChange::Frozen(room, why) => {
                if let Some(room) = self.known.get_mut(&room) {
                    room.frozen = Some(why);
                }
            }
            RoomChange::Forgotten(room) => {
                self.known.remove(&room);
            }
        }
    }

    /// The journal is this client's own, and has only what was checked: what does not fit is not there.
    fn listed(&mut self, name: RoomName, entries: &[RoomEntry]) {
        let Some(first) = entries.first() else { return };
        if let Some(room) = self.known.get_mut(&List::room_of(first)) {
            drop(room.list.merge(entries));
            room.name = name;
        } else if let Ok(list) = List::read(entries) {
            let (told, frozen) = (BTreeMap::new(), None);
            self.known.insert(
                list.room(),
                Room {
                    name,
                    list,
                    told,
                    frozen,
                },
            );
        }
    }

    /// As few changes as lead here.
    pub(crate) fn changes(&self) -> impl Iterator<Item = RoomChange> {
        self.known.iter().flat_map(|(id, room)| {
            let told = room.told.iter();
            let told = told.map(|(who, list)| RoomChange::Told(*id, *who, *list));
            let frozen = room.frozen.map(|why| RoomChange::Frozen(*id, why));
            std::iter::once(room.change()).chain(told).chain(frozen)
        })
    }

    pub(crate) fn get(&self, room: &RoomId) -> Option<&Room> {
        self.known.get(room)
    }

    /// The rooms that this person is in, by their names here.
    pub(crate) fn of<'a>(
        &'a self,
        me: &Fingerprint,
    ) -> impl Iterator<Item = (&'a RoomId, &'a Room)> + use<'a> {
        let mut rooms: Vec<_> = self.all().filter(|(_, room)| room.has(me)).collect();
        rooms.sort_by_key(|(_, room)| &room.name);
        rooms.into_iter()
    }

    /// Also those that were left.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&RoomId, &Room)> {
        self.known.iter()
    }

    /// The room that this person is in and that has this name here.
    pub(crate) fn named(&self, name: &RoomName, me: &Fingerprint) -> Option<(RoomId, &Room)> {
        let found = self.of(me).find(|(_, room)| room.name == *name);
        found.map(|(id, room)| (*id, room))
    }

    /// A name for a room that nothing else has that this person is in.
    pub(crate) fn free_name(&self, list: &List, me: &Fingerprint) -> RoomName {
        let taken: Vec<&RoomName> = self
            .of(me)
            .filter(|(id, _)| **id != list.room())
            .map(|(_, room)| &room.name)
            .collect();
        let stem: String = list.name().as_str().chars().take(LONGEST_STEM).collect();
        let numbered = (2..).map(|number| format!("{stem}-{number}").parse());
        let mut names = std::iter::once(Ok(list.name().clone())).chain(numbered);
        let is_free = |name: &Result<RoomName, _>| name.as_ref().is_ok_and(|n| !taken.contains(&n));
        let free = names.find(is_free).and_then(Result::ok);
        free.expect("of all numbers few are taken")
    }

    /// What to forget before there is room for another one of this creator's: nothing, or a room that this person has
    /// left. `None` where there is no room.
    pub(crate) fn make_room(
        &self,
        creator: &Fingerprint,
        me: &Fingerprint,
    ) -> Option<Option<RoomId>> {
        let others = self
            .of(me)
            .filter(|(_, room)| room.list.creator() == *creator);
        if creator != me && others.count() >= MAX_ROOMS_OF_ONE {
            return None;
        }
        if self.known.len() < MAX_ROOMS {
            return Some(None);
        }
        let mut left = self.all().filter(|(_, room)| !room.has(me));
        left.next().map(|(id, _)| Some(*id))
    }
}

impl Room {
    /// Whether this client, which is that person's, is in it.
    pub(crate) fn has(&self, me: &Fingerprint) -> bool {
        self.frozen != Some(Frozen::Left) && self.list.member(me).is_some()
    }

    /// All that is in its list.
    fn change(&self) -> RoomChange {
        RoomChange::Listed(self.name.clone(), self.list.entries().cloned().collect())
    }
}
