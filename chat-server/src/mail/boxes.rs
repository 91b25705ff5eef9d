//! Which letters wait for whom. Pure: the envelopes lie in a [`super::Store`].

use std::collections::BTreeMap;

use chat_protocol::Name;

use super::{Key, Kind, Label};
use crate::limits::{
    LETTER_BYTES, MAIL_DAYS, MAX_BOX_BYTES, MAX_LETTERS, MAX_LETTERS_OF_A_SENDER, MAX_MAIL_BYTES,
};

/// The labels of all letters, of those as well that are still being stored.
#[derive(Debug, Default)]
pub(crate) struct Boxes {
    boxes: BTreeMap<Name, BTreeMap<u64, Label>>,
    last_number: u64,
    /// As [`counted`].
    bytes: usize,
}

/// What an envelope of so many bytes takes of the bounds.
fn counted(bytes: usize) -> usize {
    bytes + LETTER_BYTES
}

/// The box is full, or the sender's part of it, or all boxes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoRoom;

impl Boxes {
    pub(crate) fn of(labels: Vec<Label>) -> Self {
        let mut boxes = Self::default();
        for label in labels {
            boxes.insert(label);
        }
        boxes
    }

    /// A place for a letter, behind all others of its recipient.
    pub(crate) fn add(
        &mut self,
        to: &Name,
        (from, kind): (&Name, Kind),
        (bytes, day): (usize, u32),
    ) -> Result<Label, NoRoom> {
        if let Some(letters) = self.boxes.get(to) {
            let theirs = letters.values().filter(|label| label.from == *from);
            let held: usize = letters.values().map(|label| counted(label.bytes)).sum();
            if letters.len() >= MAX_LETTERS
                || held + counted(bytes) > MAX_BOX_BYTES
                || theirs.count() >= MAX_LETTERS_OF_A_SENDER
            {
                return Err(NoRoom);
            }
        }
        if self.bytes + counted(bytes) > MAX_MAIL_BYTES {
            return Err(NoRoom);
        }
        let label = Label {
            key: Key {
                to: to.clone(),
                number: self.last_number + 1,
            },
            from: from.clone(),
            kind,
            day,
            bytes,
        };
        self.insert(label.clone());
        Ok(label)
    }

    fn insert(&mut self, label: Label) {
        self.last_number = self.last_number.max(label.key.number);
        self.bytes += counted(label.bytes);
        let letters = self.boxes.entry(label.key.to.clone()).or_default();
        letters.insert(label.key.number, label);
    }

    /// Takes a letter out. Whether it was there.
    pub(crate) fn remove(&mut self, key: &Key) -> bool {
        let Some(letters) = self.boxes.get_mut(&key.to) else {
            return false;
        };
        let removed = letters.remove(&key.number);
        if letters.is_empty() {
            self.boxes.remove(&key.to);
        }
        self.bytes -= removed.as_ref().map_or(0, |label| counted(label.bytes));
        removed.is_some()
    }

    pub(crate) fn has(&self, key: &Key) -> bool {
        let letters = self.boxes.get(&key.to);
        letters.is_some_and(|letters| letters.contains_key(&key.number))
    }

    /// Boxes with something in them, and what all of it takes of the bounds, in bytes.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.boxes.len(), self.bytes)
    }

    /// Whether something waits for this person.
    pub(crate) fn has_any(&self, to: &Name) -> bool {
        self.boxes.contains_key(to)
    }

    /// Whether something waits behind this letter.
    pub(crate) fn has_after(&self, key: &Key) -> bool {
        let letters = self.boxes.get(&key.to);
        letters.is_some_and(|letters| letters.range(key.number + 1..).next().is_some())
    }

    /// Takes out what nobody has fetched for too long, and what is for somebody of whom `is_known` is false.
    pub(crate) fn expire(&mut self, day: u32, is_known: impl Fn(&Name) -> bool) -> Vec<Label> {
        let labels = self.boxes.values().flat_map(BTreeMap::values);
        let over = labels
            .filter(|label| label.day.saturating_add(MAIL_DAYS) <= day || !is_known(&label.key.to));
        let over: Vec<Label> = over.cloned().collect();
        for label in &over {
            self.remove(&label.key);
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn fill(boxes: &mut Boxes, from: &str, bytes: usize) -> usize {
        let mut add = || {
            boxes
                .add(&name("bob"), (&name(from), Kind::Envelope), (bytes, 1))
                .ok()
        };
        (0..2 * MAX_LETTERS).map_while(|_| add()).count()
    }

    #[test]
    fn a_box_has_room_for_several_senders_and_then_for_nobody() {
        let mut boxes = Boxes::default();
        assert_eq!(fill(&mut boxes, "alice", 1), MAX_LETTERS_OF_A_SENDER);
        let others = (0..9).map(|n| fill(&mut boxes, &format!("user{n}"), 1));
        let others: usize = others.sum();
        assert_eq!(others + MAX_LETTERS_OF_A_SENDER, MAX_LETTERS);
        assert!(
            boxes
                .add(&name("carol"), (&name("alice"), Kind::Envelope), (1, 1))
                .is_ok()
        );
    }

    #[test]
    fn bytes_are_bounded_and_free_again_when_a_letter_is_fetched() {
        let quarter = MAX_BOX_BYTES / 4 - LETTER_BYTES;
        let mut boxes = Boxes::default();
        assert_eq!(fill(&mut boxes, "alice", quarter), 4);
        let first = Key {
            to: name("bob"),
            number: 1,
        };
        assert!(boxes.remove(&first) && !boxes.remove(&first));
        assert_eq!(fill(&mut boxes, "alice", quarter), 1);
        let of_others = (0..2 * MAX_MAIL_BYTES / MAX_BOX_BYTES).map_while(|n| {
            let to = name(&format!("user{n}"));
            boxes
                .add(
                    &to,
                    (&name("alice"), Kind::Envelope),
                    (MAX_BOX_BYTES - LETTER_BYTES, 1),
                )
                .ok()
        });
        assert_eq!(of_others.count(), MAX_MAIL_BYTES / MAX_BOX_BYTES - 1);
    }

    #[test]
    fn a_letter_takes_more_than_its_envelope() {
        let mut boxes = Boxes::default();
        assert_eq!(fill(&mut boxes, "alice", MAX_BOX_BYTES / 4), 3);
        let bytes = boxes.bytes;
        let empty = boxes
            .add(&name("carol"), (&name("alice"), Kind::Envelope), (0, 1))
            .unwrap();
        assert_eq!(boxes.bytes, bytes + LETTER_BYTES);
        assert!(boxes.remove(&empty.key));
        assert_eq!(boxes.bytes, bytes);
    }

    #[test]
    fn letters_expire_and_numbers_go_on_after_a_restart() {
        let mut boxes = Boxes::default();
        let old = boxes
            .add(&name("bob"), (&name("alice"), Kind::Envelope), (1, 1))
            .unwrap();
        let young = boxes
            .add(&name("bob"), (&name("alice"), Kind::Envelope), (1, 2))
            .unwrap();
        assert!(boxes.has_after(&old.key) && !boxes.has_after(&young.key));
        assert_eq!(boxes.expire(MAIL_DAYS, |_| true), []);
        assert_eq!(boxes.expire(1 + MAIL_DAYS, |_| true), [old]);
        let mut again = Boxes::of(vec![young.clone()]);
        let next = again
            .add(&name("bob"), (&name("alice"), Kind::Envelope), (1, 3))
            .unwrap();
        assert!(next.key > young.key);
        assert_eq!(again.expire(3, |_| false), [young, next]);
        assert!(!again.has_any(&name("bob")));
    }
}
