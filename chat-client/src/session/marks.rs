//! What has become of each text: first the relay has it, then its recipient says that it was shown.

use std::collections::BTreeMap;

use chat_protocol::limits::MAX_RECEIPTS;
use chat_protocol::{
    Content, Conversation, Digest, Fingerprint, MessageId, Name, Place, RoomId, ToRelay,
};
use rand::Rng as _;

use super::outbox::Purpose;
use super::{Line, Refusal, Session, Typing};
use crate::account::{Kept, Thread, digest};
use crate::rooms::OfRoom;

/// Texts that wait for their recipient's word, at most: of older ones it is not told any more.
const MAX_MARKS: usize = 4096;

/// A text that its recipient has not confirmed.
#[derive(Debug)]
pub(super) struct Mark {
    to: Name,
    by: Fingerprint,
    /// It is for this one alone.
    is_alone: bool,
    /// What the user has called it.
    tag: Option<u64>,
    /// The first, and so the oldest, has the lowest.
    age: u64,
    /// The recipient has confirmed it, and the relay has not answered yet.
    shown: bool,
    /// The same, of having read it.
    read: bool,
}

/// All of them, and what is to be confirmed to others.
#[derive(Debug, Default)]
pub(super) struct Marks {
    waiting: BTreeMap<MessageId, Mark>,
    /// In the order in which they were written.
    ages: BTreeMap<u64, MessageId>,
    last_age: u64,
    /// What was shown, by whom it is to be told.
    shown: BTreeMap<Name, Vec<MessageId>>,
}

/// A text to be sent: where, what the user calls it, and what it is one of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) conversation: Conversation,
    /// Of a text in a room, which one, and the list of its members.
    pub(super) room: Option<(RoomId, Digest)>,
    pub(super) tag: Option<u64>,
    pub(super) purpose: Purpose,
}

impl Marks {
    fn insert(&mut self, id: MessageId, mut mark: Mark) {
        self.last_age += 1;
        mark.age = self.last_age;
        self.ages.insert(mark.age, id);
        self.waiting.insert(id, mark);
        if self.waiting.len() > MAX_MARKS
            && let Some((_, oldest)) = self.ages.pop_first()
        {
            self.waiting.remove(&oldest);
        }
    }

    fn remove(&mut self, id: &MessageId) -> Option<Mark> {
        let mark = self.waiting.remove(id)?;
        self.ages.remove(&mark.age);
        Some(mark)
    }

    /// The recipient has read a text that the relay has not answered for yet.
    pub(super) fn note_read(&mut self, id: &MessageId, by: &Fingerprint) {
        if let Some(mark) = self.waiting.get_mut(id).filter(|mark| mark.by == *by) {
            mark.read = true;
        }
    }

    pub(super) fn has_receipts(&self) -> bool {
        !self.shown.is_empty()
    }

    /// A message was taken in, and is shown before anything is said of it.
    pub(super) fn show(&mut self, from: &Name, id: MessageId) {
        self.shown.entry(from.clone()).or_default().push(id);
    }
}

impl Session {
    /// Whether somebody who is here has not said yet that a text was shown.
    pub(super) fn awaits_words(&self) -> bool {
        let mut marks = self.marks.waiting.values();
        marks.any(|mark| self.people.is_here(&mark.to))
    }

    /// Seals a text and sends it, once it is kept.
    pub(super) fn send_text(&mut self, to: &Name, text: &str, label: Label) -> Result<(), Refusal> {
        let place = self.place(to, label.conversation)?;
        let text = text.to_owned();
        let content = match label.room {
            None => Content::Text { place, text },
            Some((room, list)) => Content::RoomText {
                place,
                room,
                list,
                text,
            },
        };
        let content = content.encode();
        let of_room = label.room.map(|(room, _)| OfRoom::Text(room));
        let thread = (label.conversation, place);
        self.send_message(to, thread, &content, (label.purpose, of_room))?;
        let recipient = self.people.recipient(to)?;
        let mark = Mark {
            to: to.clone(),
            by: recipient.identity.fingerprint(),
            is_alone: label.conversation == Conversation::Private && label.room.is_none(),
            tag: label.tag,
            age: 0,
            shown: false,
            read: false,
        };
        self.marks.insert(place.id, mark);
        Ok(())
    }

    /// The place of the next message to somebody.
    pub(super) fn place(
        &mut self,
        to: &Name,
        conversation: Conversation,
    ) -> Result<Place, Refusal> {
        let peer = self.people.recipient(to)?.identity.fingerprint();
        let mut id = MessageId([0; 16]);
        self.rng.fill_bytes(&mut id.0);
        Ok(self.account.next(&Thread { peer, conversation }, id))
    }

    /// Seals a message that has a place. Texts and lists are kept until somebody has answered for them; a file's offer
    /// means nothing on another connection.
    pub(super) fn send_message(
        &mut self,
        to: &Name,
        (conversation, place): (Conversation, Place),
        content: &[u8],
        (purpose, room): (Purpose, Option<OfRoom>),
    ) -> Result<(), Refusal> {
        let (envelope, peer, expires) = self.seal(to, conversation, content)?;
        let thread = Thread { peer, conversation };
        let wrote = self.account.write(thread, place.seq, digest(content));
        self.records.push(wrote);
        let is_kept = !matches!(purpose, Purpose::Offer { .. });
        if is_kept {
            let kept = Kept {
                id: place.id,
                to: to.clone(),
                peer,
                expires,
                envelope: chat_protocol::Blob(envelope.to_vec()),
                room,
            };
            let entry = self.account.keep(kept);
            self.records.push(entry);
        }
        let message = is_kept.then_some(place.id);
        let id = self
            .link
            .outbox
            .add(to.clone(), purpose, (message, envelope.len()));
        let send = ToRelay::Send { id, to: to.clone() };
        self.promise(&send, envelope);
        Ok(())
    }

    /// What earlier connections left unanswered goes to somebody who can be written to, byte for byte.
    pub(super) fn send_again(&mut self, to: &Name) {
        self.send_kept(to, Purpose::Again);
    }

    /// What the relay has said to have delivered on an earlier connection, and its recipient has not confirmed, goes
    /// there once more: that a relay has it is the relay's word alone.
    pub(super) fn send_unconfirmed(&mut self, to: &Name) {
        if self.people.is_here(to) {
            self.send_kept(to, Purpose::Unconfirmed);
        }
    }

    fn send_kept(&mut self, to: &Name, purpose: Purpose) {
        let Ok(recipient) = self.people.recipient(to) else {
            return;
        };
        let peer = recipient.identity.fingerprint();
        let kept: Vec<Kept> = self.account.kept_for(to, &peer).cloned().collect();
        for Kept {
            id, envelope, room, ..
        } in kept
        {
            let is_meant = self.account.is_accepted(&id) == (purpose == Purpose::Unconfirmed);
            if is_meant && !self.link.outbox.has(&id) {
                let size = (Some(id), envelope.0.len());
                let purpose = match room {
                    Some(OfRoom::List(room)) => Purpose::List { room },
                    Some(OfRoom::Text(_)) | None => purpose,
                };
                let hop = self.link.outbox.add(to.clone(), purpose, size);
                let send = ToRelay::Send {
                    id: hop,
                    to: to.clone(),
                };
                self.promise(&send, envelope.0.into());
            }
        }
    }

    /// What opens nowhere any more is given up.
    pub(super) fn give_up_expired(&mut self) {
        for Kept { id, to, room, .. } in self.account.expired(self.now) {
            self.records.extend(self.account.settle(&id));
            if let Some(OfRoom::List(room)) = room {
                self.list_is_lost(room, &to);
                continue;
            }
            let (tag, reason) = (self.tag_of(&id), "expired".to_owned());
            self.show(Line::Undelivered { tag, to, reason });
        }
    }

    /// What the user calls a message.
    pub(super) fn tag_of(&self, id: &MessageId) -> Option<u64> {
        self.marks.waiting.get(id)?.tag
    }

    /// The relay has answered for a message: it has reached its recipient, or waits there, or never will. Where that is
    /// not sure, the message is kept until its recipient says so.
    pub(super) fn settle(&mut self, id: MessageId, is_lost: bool, is_sure: bool) {
        let is_shown = self.marks.waiting.get(&id).is_some_and(|mark| mark.shown);
        let entry = if is_sure || is_shown {
            self.account.settle(&id)
        } else {
            self.account.accept(&id)
        };
        self.records.extend(entry);
        match self.marks.waiting.get(&id) {
            Some(mark) if mark.shown => self.end_mark(&id),
            Some(_) if is_lost => {
                self.marks.remove(&id);
            }
            Some(_) | None => {}
        }
    }

    /// A recipient says, sealed and signed, what was shown there. It counts once the relay has answered as well.
    pub(super) fn on_delivered(&mut self, by: &Fingerprint, ids: &[MessageId]) {
        for id in ids {
            self.records.extend(self.account.confirm(by, id));
            let Some(mark) = self.marks.waiting.get_mut(id).filter(|mark| mark.by == *by) else {
                continue;
            };
            self.steps += 1;
            mark.shown = true;
            if !self.link.outbox.has(id) {
                self.end_mark(id);
            }
        }
    }

    /// A text was shown to its recipient, by that one's own word.
    fn end_mark(&mut self, id: &MessageId) {
        let Some(mark) = self.marks.remove(id) else {
            return;
        };
        let Mark {
            to,
            by,
            tag,
            is_alone,
            read,
            ..
        } = mark;
        let for_people = is_alone && self.typing == Typing::Person;
        if tag.is_some() || for_people {
            let to = to.clone();
            self.show(Line::Delivered { tag, to });
        }
        match tag {
            Some(tag) if read => self.show_read(tag, to),
            Some(tag) => self.note_shown_there(*id, to, by, tag),
            None => {}
        }
    }

    /// Tells one person which messages were shown. Each first receipt costs RSA, so this is work that is done
    /// bit by bit.
    pub(super) fn confirm(&mut self) {
        let Some((to, mut ids)) = self.marks.shown.pop_first() else {
            return;
        };
        if ids.len() > MAX_RECEIPTS {
            let later = ids.split_off(MAX_RECEIPTS);
            self.marks.shown.insert(to.clone(), later);
        }
        let content = Content::Delivered { ids }.encode();
        // Whoever is gone, or another by now, is told nothing.
        if self.people.present(&to).is_err() {
            return;
        }
        if let Ok((envelope, ..)) = self.seal(&to, Conversation::Private, &content) {
            self.promise(&ToRelay::Receipt { to }, envelope);
        }
    }

    /// Nobody will confirm these any more on this connection: of all, or of one person who has gone. What is
    /// unanswered of the latter, the relay will answer for.
    pub(super) fn tell_unconfirmed(&mut self, gone: Option<&Name>) {
        let mut counts: BTreeMap<Name, usize> = BTreeMap::new();
        let outbox = &self.link.outbox;
        self.marks.waiting.retain(|id, mark| {
            let is_over = gone.is_none_or(|name| mark.to == *name && !outbox.has(id));
            if is_over {
                *counts.entry(mark.to.clone()).or_default() += 1;
            }
            !is_over
        });
        let waiting = &self.marks.waiting;
        self.marks.ages.retain(|_, id| waiting.contains_key(id));
        for (to, count) in counts {
            self.show(Line::Unconfirmed { to, count });
        }
    }

    /// Where a message of somebody else stands among those before it. `false` when it is not to be shown.
    pub(super) fn take_place(
        &mut self,
        from: &Name,
        thread: Thread,
        place: &Place,
        digest: Digest,
    ) -> bool {
        use crate::account::Order;
        let (order, entries) = self.account.see(thread, place, digest);
        self.records.extend(entries);
        let from = from.clone();
        match order {
            Order::Next => {}
            Order::Missing(count) => self.show(Line::Missing { from, count }),
            Order::Late => self.show(Line::Late { from }),
            Order::Anew => self.show(Line::Anew { from }),
            Order::Forked => self.show(Line::Forked { from }),
            Order::Repeated => return false,
        }
        true
    }
}
