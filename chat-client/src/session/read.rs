//! What people have read: told by them, sealed and signed, many texts at once, and only where they want it.

use std::collections::BTreeMap;

use chat_protocol::limits::MAX_RECEIPTS;
use chat_protocol::{Content, Conversation, Fingerprint, MessageId, Name, RoomName, ToRelay};

use super::typing::off;
use super::{Line, Refusal, Session, Typing};
use crate::locale::sentences as say;

/// Texts that were shown and not read, at most, and texts of ours whose recipients have not read them: of older ones
/// nothing is told.
const MOST: usize = 4096;

/// Which conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// What was said to everyone.
    Everyone,
    /// What one person said to us alone.
    With(Name),
    /// What was said in a room.
    Room(RoomName),
}

/// A text of ours that was shown to its recipient.
#[derive(Debug)]
struct Shown {
    to: Name,
    by: Fingerprint,
    tag: u64,
}

/// What was read, on both sides.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// What the user was shown, and has not read.
    unread: BTreeMap<Spot, Vec<(Name, MessageId)>>,
    count: usize,
    /// What the user has read, by whom it is to be told.
    read: BTreeMap<Name, Vec<MessageId>>,
    /// Texts of ours, by their ids and in their order.
    shown: BTreeMap<MessageId, (u64, Shown)>,
    order: BTreeMap<u64, MessageId>,
    last: u64,
}

impl Reads {
    /// Whether others are to be told something.
    pub(super) fn has_words(&self) -> bool {
        !self.read.is_empty()
    }

    fn remove(&mut self, id: &MessageId, by: &Fingerprint) -> Option<Shown> {
        self.shown.get(id).filter(|(_, shown)| shown.by == *by)?;
        let (age, shown) = self.shown.remove(id)?;
        self.order.remove(&age);
        Some(shown)
    }
}

impl Session {
    /// The user was shown a text of somebody.
    pub(super) fn note_unread(&mut self, spot: Spot, from: &Name, id: MessageId) {
        if self.choices.read_marks && self.reads.count < MOST {
            self.reads.count += 1;
            let unread = self.reads.unread.entry(spot).or_default();
            unread.push((from.clone(), id));
        }
    }

    /// The user has read all of a conversation. A screen says so by itself, and is answered nothing.
    pub(super) fn mark_read(&mut self, spot: &Spot) -> Result<(), Refusal> {
        if !self.choices.read_marks {
            let is_screen = self.typing == Typing::Screen;
            return is_screen
                .then_some(())
                .ok_or_else(|| off(say::read_marks_are_off()));
        }
        let read = self.reads.unread.remove(spot).unwrap_or_default();
        self.reads.count -= read.len();
        for (from, id) in read {
            self.reads.read.entry(from).or_default().push(id);
        }
        Ok(())
    }

    /// Tells one person what was read. Each first word to somebody costs RSA, so this is done bit by bit.
    pub(super) fn tell_read(&mut self) {
        let Some((to, mut ids)) = self.reads.read.pop_first() else {
            return;
        };
        if ids.len() > MAX_RECEIPTS {
            let later = ids.split_off(MAX_RECEIPTS);
            self.reads.read.insert(to.clone(), later);
        }
        let content = Content::Read { ids }.encode();
        // Whoever is gone, or another by now, is told nothing.
        if self.people.present(&to).is_err() {
            return;
        }
        if let Ok((envelope, ..)) = self.seal(&to, Conversation::Private, &content) {
            self.send(&ToRelay::Receipt { to }, envelope);
        }
    }

    /// A text of ours was shown to its recipient: from now on it can be read.
    pub(super) fn note_shown_there(&mut self, id: MessageId, to: Name, by: Fingerprint, tag: u64) {
        if !self.choices.read_marks {
            return;
        }
        let reads = &mut self.reads;
        reads.last += 1;
        reads.order.insert(reads.last, id);
        reads.shown.insert(id, (reads.last, Shown { to, by, tag }));
        if reads.shown.len() > MOST
            && let Some((_, oldest)) = reads.order.pop_first()
        {
            reads.shown.remove(&oldest);
        }
    }

    /// A recipient says, sealed and signed, what was read there. Who has read a text was shown it.
    pub(super) fn on_words_of_reading(&mut self, by: &Fingerprint, ids: &[MessageId]) {
        self.on_delivered(by, ids);
        for id in ids {
            match self.reads.remove(id, by) {
                Some(shown) => self.show_read(shown.tag, shown.to),
                // The relay has not answered for it yet.
                None => self.marks.note_read(id, by),
            }
        }
    }

    pub(super) fn show_read(&mut self, tag: u64, to: Name) {
        if self.choices.read_marks {
            self.show(Line::Read { tag: Some(tag), to });
        }
    }
}
