//! What members send: lists of their rooms, and texts.

use chat_protocol::{Digest, Fingerprint, MessageId, Name, RoomAct, RoomEntry, RoomId};
use chat_room::{InvalidEntry, List};

use super::{Past, RoomLine, Session, Spot};
use crate::rooms::{Frozen, Room, RoomChange};

/// A text in a room, and how it came.
pub(super) struct RoomText {
    pub(super) room: RoomId,
    /// The list that it was written for.
    pub(super) list: Digest,
    pub(super) text: String,
    pub(super) id: MessageId,
}

impl Session {
    /// Somebody sends the list of a room. It counts if it is that of somebody who is in the room, and if this client
    /// is in it or was.
    pub(super) fn on_room_list(&mut self, from: &Name, by: Fingerprint, entries: &[RoomEntry]) {
        if let Err(code) = self.take_list(by, entries) {
            self.reject(from, code);
        }
    }

    fn take_list(&mut self, by: Fingerprint, entries: &[RoomEntry]) -> Result<(), &'static str> {
        let me = self.my_fingerprint();
        let first = entries.first().ok_or("room-list")?;
        let id = List::room_of(first);
        let (before, after) = match self.account.rooms().get(&id) {
            Some(room) => {
                let (before, mut after) = (room.list.clone(), room.list.clone());
                if let Err(error) = after.merge(entries) {
                    if error == InvalidEntry::Full && before.member(&by).is_some() {
                        self.change_rooms(RoomChange::Frozen(id, Frozen::Split));
                    }
                    return Err("room-list");
                }
                (Some(before), after)
            }
            // Before signatures are checked: a list that does not name this client is none of its business.
            None if !self.is_named_in(entries) => return Err("unknown-room"),
            None => (None, List::read(entries).map_err(|_| "room-list")?),
        };
        let shown = List::digest_of(entries);
        let is_new = before
            .as_ref()
            .is_none_or(|list| list.digest() != after.digest());
        let had = before.as_ref().and_then(|list| list.member(&by));
        let is_by_member = had.is_some() || after.member(&by).is_some();
        let concerns_me = [before.as_ref(), Some(&after)].into_iter().flatten();
        let concerns_me = concerns_me
            .into_iter()
            .any(|list| list.member(&me).is_some());
        if is_new && !is_by_member {
            self.tell_who_is_out(id, by, shown);
            return Err("not-a-member");
        }
        if is_new && !concerns_me {
            return Err("unknown-room");
        }
        if is_new {
            if before.is_none() {
                self.make_room(after.creator()).map_err(|_| "no-room")?;
            }
            self.change_list(before.as_ref(), &after);
        }
        if shown == List::digest_of(&after.entries_for(&by)) {
            self.change_rooms(RoomChange::Told(id, by, shown));
        } else if after.member(&me).is_some() || after.has_left(&me) {
            self.answer_list(id, by, shown);
        }
        Ok(())
    }

    fn is_named_in(&self, entries: &[RoomEntry]) -> bool {
        let mine = self.identity.public().spki();
        let adds_me =
            |entry: &RoomEntry| matches!(&entry.act, RoomAct::Add { key, .. } if key.0 == mine);
        entries.iter().any(adds_me)
    }

    /// Whoever is not in a room any more, and does not seem to know, is told what led to that.
    fn tell_who_is_out(&mut self, room: RoomId, who: Fingerprint, shown: Digest) {
        let known = self.account.rooms().get(&room);
        let was_in = known.is_some_and(|room| {
            let mut people = room.list.everybody().into_iter();
            people.any(|person| person.identity.fingerprint() == who)
        });
        if was_in {
            self.answer_list(room, who, shown);
        }
    }

    /// Somebody has written in a room. It is shown if the writer is in the room, as far as is known here.
    pub(super) fn on_room_text(&mut self, from: &Name, by: Fingerprint, said: RoomText) {
        let RoomText {
            room,
            list,
            text,
            id,
        } = said;
        let me = self.my_fingerprint();
        let Some(known) = self.account.rooms().get(&room) else {
            return self.reject(from, "unknown-room");
        };
        let known: Room = known.clone();
        if known.list.member(&by).is_none() {
            self.tell_who_is_out(room, by, list);
            return self.reject(from, "not-a-member");
        }
        let is_same = known.list.digest() == list;
        if !is_same {
            self.answer_list(room, by, list);
        }
        if !known.has(&me) {
            return self.reject(from, "unknown-room");
        }
        if !is_same {
            self.tell_of_room(RoomLine::Differs {
                room: known.name.clone(),
                from: from.clone(),
            });
        }
        self.past.push(Past {
            at: self.now,
            from: from.clone(),
            to: None,
            room: Some(known.name.clone()),
            text: text.clone(),
            id: Some(id),
            flagged: false,
        });
        self.end_typing(from);
        self.note_unread(Spot::Room(known.name.clone()), from, id);
        self.tell_of_room(RoomLine::Message {
            room: known.name,
            from: from.clone(),
            text,
        });
        self.marks.show(from, id);
    }
}
