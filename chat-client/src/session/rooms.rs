//! Rooms: what the user does in them. Members go by their identities: what others call them is a hint.

use chat_protocol::{Blob, Fingerprint, Name, Nonce, RoomAct, RoomId, RoomName};
use chat_room::{InvalidEntry, List, Member};
use rand::Rng as _;

use super::input::Audience;
use super::{Line, Refusal, RoomCommand, RoomLine, Session};
use crate::locale::sentences as say;
use crate::rooms::{Frozen, Room, RoomChange};

impl Session {
    pub(super) fn on_room_command(
        &mut self,
        command: RoomCommand,
        tag: Option<u64>,
    ) -> Result<(), Refusal> {
        match command {
            RoomCommand::Create { room } => self.create_room(room),
            RoomCommand::Invite { room, name } => self.invite(&room, &name),
            RoomCommand::Remove { room, name } => self.remove_from_room(&room, &name),
            RoomCommand::Leave { room } => self.leave_room(room),
            RoomCommand::Say { room, text } => self.say_in_room(&room, text, tag),
            RoomCommand::All => {
                self.list_rooms();
                Ok(())
            }
            RoomCommand::Members { room } => self.list_members(&room),
        }
    }

    pub(super) fn my_fingerprint(&self) -> Fingerprint {
        self.identity.public().fingerprint()
    }

    /// The room that has this name here.
    fn room(&self, name: &RoomName) -> Result<(RoomId, &Room), Refusal> {
        let found = self.account.rooms().named(name, &self.my_fingerprint());
        found.ok_or_else(|| Refusal::new("unknown-room", say::unknown_room(name)))
    }

    fn create_room(&mut self, name: RoomName) -> Result<(), Refusal> {
        if self.room(&name).is_ok() {
            return Err(Refusal::new("room-exists", say::room_exists(&name)));
        }
        self.make_room(self.my_fingerprint())?;
        let mut nonce = Nonce([0; 32]);
        self.rng.fill_bytes(&mut nonce.0);
        let act = RoomAct::Create {
            room: name.clone(),
            name: self.people.me.clone(),
            key: Blob(self.identity.public().spki().to_vec()),
            nonce,
        };
        let entry = self.identity.sign_room_entry(&mut self.rng, &[], act);
        self.change_rooms(RoomChange::Listed(name.clone(), vec![entry]));
        self.tell_of_room(RoomLine::Created { room: name });
        Ok(())
    }

    /// Forgets a room that was left, where there are too many.
    pub(super) fn make_room(&mut self, creator: Fingerprint) -> Result<(), Refusal> {
        let me = self.my_fingerprint();
        match self.account.rooms().make_room(&creator, &me) {
            Some(Some(left)) => self.change_rooms(RoomChange::Forgotten(left)),
            Some(None) => {}
            None => {
                return Err(Refusal::new("no-room", say::too_many_rooms()));
            }
        }
        Ok(())
    }

    fn invite(&mut self, room: &RoomName, name: &Name) -> Result<(), Refusal> {
        let (id, _) = self.room(room)?;
        let invited = self.people.recipient(name)?;
        let act = RoomAct::Add {
            name: name.clone(),
            key: Blob(invited.identity.spki().to_vec()),
        };
        self.write_entry(id, act)
    }

    fn remove_from_room(&mut self, room: &RoomName, name: &Name) -> Result<(), Refusal> {
        let (id, known) = self.room(room)?;
        let members = known.list.members();
        let mut called = members.iter().filter(|member| self.name_of(member) == name);
        let Some(member) = called.next() else {
            return Err(Refusal::new("not-a-member", say::not_in_room(name, room)));
        };
        let who = member.identity.fingerprint();
        self.write_entry(id, RoomAct::Remove { who })
    }

    /// The user goes, whether the list has a place for that or not.
    fn leave_room(&mut self, room: RoomName) -> Result<(), Refusal> {
        let (id, _) = self.room(&room)?;
        if self.write_entry(id, RoomAct::Leave).is_err() {
            self.change_rooms(RoomChange::Frozen(id, Frozen::Left));
            let name = self.people.me.clone();
            self.tell_of_room(RoomLine::Left { room, name });
        }
        Ok(())
    }

    /// What somebody is called here: by the name that goes with the identity, and not by what others say.
    pub(super) fn name_of<'a>(&'a self, member: &'a Member) -> &'a Name {
        let who = member.identity.fingerprint();
        if who == self.my_fingerprint() {
            return &self.people.me;
        }
        self.reachable(&who).unwrap_or(&member.name)
    }

    /// The name under which somebody can be written to; where that is not possible, any that is known.
    pub(super) fn reachable(&self, who: &Fingerprint) -> Option<&Name> {
        let contacts = &self.people.contacts;
        let mut names = contacts.named(*who);
        let reachable = names.find(|name| self.people.recipient(name).is_ok());
        reachable.or_else(|| contacts.named(*who).next())
    }

    /// Writes into a list, and sends it to everybody who is or was in it.
    fn write_entry(&mut self, id: RoomId, act: RoomAct) -> Result<(), Refusal> {
        let Some(room) = self.account.rooms().get(&id) else {
            return Ok(());
        };
        let (before, mut list) = (room.list.clone(), room.list.clone());
        let parents = list.parents();
        let entry = self.identity.sign_room_entry(&mut self.rng, &parents, act);
        list.take(&entry).map_err(|error| refuse(&error))?;
        self.change_list(Some(&before), &list);
        // Whoever is new comes last: what it says then finds the others prepared.
        for member in before.members().into_iter().chain(list.members()) {
            self.list_is_due(id, member.identity.fingerprint());
        }
        Ok(())
    }

    /// Takes note of a list that has changed, and says what that means.
    pub(super) fn change_list(&mut self, before: Option<&List>, after: &List) {
        let me = self.my_fingerprint();
        let rooms = self.account.rooms();
        let before = before.filter(|list| list.member(&me).is_some());
        let name = match rooms.get(&after.room()) {
            Some(room) if before.is_some() => room.name.clone(),
            _ => rooms.free_name(after, &me),
        };
        let entries = after.entries().cloned().collect();
        self.change_rooms(RoomChange::Listed(name.clone(), entries));
        let is_in =
            |list: &List, member: &Member| list.member(&member.identity.fingerprint()).is_some();
        let gone = before.into_iter().flat_map(List::members);
        for member in gone.filter(|member| !is_in(after, member)) {
            let who = member.identity.fingerprint();
            let (room, name) = (name.clone(), self.name_of(member).clone());
            self.tell_of_room(match after.has_left(&who) {
                true => RoomLine::Left { room, name },
                false => RoomLine::Removed { room, name },
            });
            self.drop_texts(after.room(), &who);
            // What this client did while it was removed itself does not count: nobody else knows whom to tell.
            if member.added_by == me {
                self.list_is_due(after.room(), who);
            }
        }
        let come = after.members().into_iter();
        let is_new = |member: &&Member| match before {
            Some(before) => !is_in(before, member),
            // Who else is in it, the list of its members shows.
            None => member.identity.fingerprint() == me,
        };
        for member in come.filter(is_new) {
            let everybody = after.everybody();
            let mut adders = everybody.iter();
            let by = adders.find(|one| one.identity.fingerprint() == member.added_by);
            let by = self.name_of(by.unwrap_or(&member)).clone();
            self.tell_of_room(RoomLine::Added {
                room: name.clone(),
                name: self.name_of(member).clone(),
                by,
            });
        }
    }

    /// What was said to somebody before is not sent again after that one has gone.
    fn drop_texts(&mut self, room: RoomId, who: &Fingerprint) {
        for id in self.account.kept_in(room, who) {
            self.records.extend(self.account.settle(&id));
        }
    }

    pub(super) fn tell_of_room(&mut self, line: RoomLine) {
        self.show(Line::Room(line));
    }

    pub(super) fn change_rooms(&mut self, change: RoomChange) {
        let entry = self.account.change_rooms(change);
        self.records.push(entry);
    }

    fn say_in_room(
        &mut self,
        name: &RoomName,
        text: String,
        tag: Option<u64>,
    ) -> Result<(), Refusal> {
        let (id, room) = self.room(name)?;
        if room.is_split() {
            return Err(Refusal::new("room-full", say::room_split(name)));
        }
        let me = self.my_fingerprint();
        let members = room.list.members().into_iter().cloned();
        let others: Vec<Member> = members
            .filter(|member| member.identity.fingerprint() != me)
            .collect();
        let mut names = Vec::new();
        for member in others {
            match self.reachable(&member.identity.fingerprint()) {
                Some(known) => names.push(known.clone()),
                None => {
                    let why = say::member_never_here(name, &member.name);
                    self.refuse(Refusal::new("unknown-name", why).of(tag));
                }
            }
        }
        self.remember_in_room(name, &text);
        let audience = Audience::Room(id, name.clone());
        self.say_to(audience, names, text, tag);
        Ok(())
    }

    fn list_rooms(&mut self) {
        let me = self.my_fingerprint();
        let rooms = self.account.rooms().of(&me);
        let lines: Vec<RoomLine> = rooms
            .map(|(_, room)| RoomLine::Listed {
                room: Some(room.name.clone()),
                members: room.list.members().len(),
            })
            .collect();
        let count = lines.len();
        let members = self.people.here().len() + 1;
        self.tell_of_room(RoomLine::Listed {
            room: None,
            members,
        });
        for line in lines {
            self.tell_of_room(line);
        }
        self.tell_of_room(RoomLine::Count { count });
    }

    fn list_members(&mut self, name: &RoomName) -> Result<(), Refusal> {
        let (_, room) = self.room(name)?;
        let creator = room.list.creator();
        let members = room.list.members().into_iter();
        let lines: Vec<RoomLine> = members
            .map(|member| RoomLine::Member {
                room: name.clone(),
                name: self.name_of(member).clone(),
                creator: member.identity.fingerprint() == creator,
            })
            .collect();
        let members = lines.len();
        for line in lines {
            self.tell_of_room(line);
        }
        let room = Some(name.clone());
        self.tell_of_room(RoomLine::Listed { room, members });
        Ok(())
    }
}

fn refuse(error: &InvalidEntry) -> Refusal {
    let (code, why) = match error {
        InvalidEntry::MayNotRemove => ("not-the-creator", say::may_not_remove()),
        InvalidEntry::AlreadyAMember => ("a-member", say::already_a_member()),
        InvalidEntry::WasRemoved => ("was-removed", say::was_removed()),
        InvalidEntry::TooManyMembers => ("room-full", say::room_has_no_place()),
        _ => ("room-full", say::room_list_is_full()),
    };
    Refusal::new(code, why)
}
