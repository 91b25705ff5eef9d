//! The lists of rooms on their way to others.
//!
//! A list travels whole. Whoever changes it sends it to everybody whom it concerns; and each member sends it to another
//! one before the first text that was written for it, and in answer to another list.

use chat_protocol::{Content, Conversation, Digest, Fingerprint, Name, RoomId};
use chat_room::List;

use super::outbox::Purpose;
use super::{Refusal, Session};
use crate::locale::sentences as say;
use crate::rooms::{OfRoom, Room, RoomChange};

/// The list of a room for the person with an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListDue {
    room: RoomId,
    who: Fingerprint,
}

impl Session {
    /// Somebody needs the list of a room, as soon as there is time.
    pub(super) fn list_is_due(&mut self, room: RoomId, who: Fingerprint) {
        let due = ListDue { room, who };
        if who != self.my_fingerprint() && !self.link.lists.contains(&due) {
            self.link.lists.push_back(due);
        }
    }

    /// Somebody has shown another list: it gets this one, whether it was sent before or not, but for each that it shows
    /// only once on a connection.
    pub(super) fn answer_list(&mut self, room: RoomId, who: Fingerprint, shown: Digest) {
        let due = ListDue { room, who };
        if self.link.answered.insert(due, shown) != Some(shown) {
            self.change_rooms(RoomChange::NotTold(room, who));
            self.list_is_due(room, who);
        }
    }

    /// What this client wrote last in its rooms goes to those who have not had it: to all, or to one who has come.
    pub(super) fn lists_are_due(&mut self, to: Option<&Name>) {
        let me = self.my_fingerprint();
        let rooms = self.account.rooms().all();
        let mine = rooms.filter(|(_, room)| room.list.ends_with(&me));
        let rooms: Vec<(RoomId, Room)> = mine.map(|(id, room)| (*id, room.clone())).collect();
        for (id, room) in rooms {
            for person in room.list.everybody() {
                let who = person.identity.fingerprint();
                let is_meant = to.is_none_or(|name| self.name_of(person) == name);
                if is_meant && !room.is_told(&who) {
                    self.list_is_due(id, who);
                }
            }
        }
    }

    /// Sends somebody what it may know of a list, and has not had. Whoever cannot be written to gets it later.
    pub(super) fn send_list(&mut self, due: ListDue) {
        let ListDue { room: id, who } = due;
        let Some(to) = self.reachable(&who).cloned() else {
            return;
        };
        let Some(room) = self.account.rooms().get(&id) else {
            return;
        };
        if room.is_told(&who) {
            return;
        }
        let entries = room.list.entries_for(&who);
        let digest = List::digest_of(&entries);
        let Ok(place) = self.place(&to, Conversation::Private) else {
            return;
        };
        let content = Content::RoomList { place, entries }.encode();
        let purpose = (Purpose::List { room: id }, Some(OfRoom::List(id)));
        let thread = (Conversation::Private, place);
        if self.send_message(&to, thread, &content, purpose).is_ok() {
            self.change_rooms(RoomChange::Told(id, who, digest));
        }
    }

    /// A list did not arrive.
    pub(super) fn list_is_lost(&mut self, room: RoomId, to: &Name) {
        if let Some(contact) = self.people.contacts.get(to) {
            let who = contact.identity.fingerprint();
            self.change_rooms(RoomChange::NotTold(room, who));
        }
    }

    /// Before a text for a member of a room: sends the list, unless that member has it, and says which one it is.
    ///
    /// # Errors
    ///
    /// Whoever has this name cannot be written to, or is no member any more.
    pub(super) fn prepare_room(&mut self, id: RoomId, to: &Name) -> Result<Digest, Refusal> {
        let who = self.people.recipient(to)?.identity.fingerprint();
        let room = self.account.rooms().get(&id);
        let room = room.filter(|room| room.list.member(&who).is_some());
        let Some(list) = room.map(|room| room.list.digest()) else {
            return Err(Refusal::new("not-a-member", say::no_member_now(to)));
        };
        self.send_list(ListDue { room: id, who });
        Ok(list)
    }
}
