//! What a client remembers of its conversations, whatever becomes of its connections: the place of each message
//! among all that one person writes to another, and what no relay has answered for.
//!
//! Pure: [`crate::home::Journal`] keeps the entries on disk.

use std::collections::{BTreeMap, BTreeSet};

use chat_crypto::{CLOCK_SKEW_SECONDS, ReplayRecord};
use chat_protocol::{Blob, Conversation, Digest, Fingerprint, MessageId, Name, Place, RoomId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::rooms::{OfRoom, RoomChange, Rooms};

/// Numbers that have not come of one thread, at most, that are still waited for.
const MAX_MISSING: usize = 1024;

/// Messages that are kept although the relay says that they have arrived, at most.
const MAX_ACCEPTED: usize = 256;

/// The messages of one person to another in one conversation, one way. The other side is one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Thread {
    /// The other side.
    pub peer: Fingerprint,
    /// To everyone or to one.
    pub conversation: Conversation,
}

/// How far a thread has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The number of the latest message.
    pub seq: u64,
    /// What it was.
    pub digest: Digest,
}

/// A sealed message that nobody has answered for: sent again as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which message.
    pub id: MessageId,
    /// Its recipient.
    pub to: Name,
    /// The recipient's identity, which it is sealed for.
    pub peer: Fingerprint,
    /// Until when it opens, Unix time in seconds.
    pub expires: u64,
    /// The envelope, every byte of it.
    pub envelope: Blob,
    /// What it is of a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<OfRoom>,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// An envelope was opened.
    Opened(ReplayRecord),
    /// A thread of somebody else has come so far.
    Seen(Thread, Step),
    /// A thread of ours has come so far.
    Wrote(Thread, Step),
    /// A message waits for its answer.
    Kept(Kept),
    /// The relay says that it has arrived, and its recipient does not say so yet.
    Accepted(MessageId),
    /// Nothing more is to be done for it.
    Done(MessageId),
    /// Of a thread of somebody else, the numbers from the first to the second have not come.
    Missing(Thread, u64, u64),
    /// One of them has.
    Came(Thread, u64),
    /// Nobody goes by this identity any more: its threads are over.
    Forgotten(Fingerprint),
    /// Something of a room.
    Room(RoomChange),
}

/// Where a message stands among those of its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Behind the latest one.
    Next,
    /// So many before it have not come.
    Missing(u64),
    /// It was missing until now.
    Late,
    /// Its sender begins to count anew.
    Anew,
    /// It contradicts what came before: its sender's memory was set back, or tells others something else.
    Forked,
    /// It came before, in another envelope.
    Repeated,
}

/// The memory of a client.
#[derive(Debug, Default)]
pub struct Account {
    seen: BTreeMap<Thread, Step>,
    missing: BTreeMap<Thread, BTreeSet<u64>>,
    wrote: BTreeMap<Thread, Step>,
    /// In the order in which they were written.
    kept: BTreeMap<u64, Kept>,
    last_kept: u64,
    /// Those of them that the relay says have arrived.
    accepted: BTreeSet<MessageId>,
    opened: Vec<ReplayRecord>,
    rooms: Rooms,
}

/// The digest of a message's sealed bytes.
pub fn digest(content: &[u8]) -> Digest {
    Digest(Sha256::digest(content).into())
}

impl Account {
    /// The memory that these entries add up to, at the time `now` (Unix, seconds).
    pub fn read(entries: impl IntoIterator<Item = Entry>, now: u64) -> Self {
        let mut account = Self::default();
        for entry in entries {
            account.take(entry);
        }
        let is_over = |expires: u64| expires.saturating_add(CLOCK_SKEW_SECONDS) < now;
        account.opened.retain(|record| !is_over(record.expires));
        let kept = account.kept.values();
        let expired = kept.filter(|kept| kept.expires < now && account.is_accepted(&kept.id));
        let expired: Vec<MessageId> = expired.map(|kept| kept.id).collect();
        for id in expired {
            account.drop_kept(&id);
        }
        account
    }

    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Opened(record) => self.opened.push(record),
            Entry::Seen(thread, step) => {
                self.seen.insert(thread, step);
                // Nothing is before the first.
                if step.seq == 1 {
                    self.missing.remove(&thread);
                }
            }
            Entry::Wrote(thread, step) => {
                self.wrote.insert(thread, step);
            }
            Entry::Kept(kept) => {
                self.last_kept += 1;
                self.kept.insert(self.last_kept, kept);
            }
            Entry::Accepted(id) => {
                self.accepted.insert(id);
                if self.accepted.len() > MAX_ACCEPTED {
                    let mut kept = self.kept.values().map(|kept| kept.id);
                    let oldest = kept.find(|id| self.accepted.contains(id));
                    self.drop_kept(&oldest.unwrap_or(id));
                }
            }
            Entry::Done(id) => self.drop_kept(&id),
            Entry::Missing(thread, first, last) => self.miss(thread, first, last),
            Entry::Came(thread, seq) => {
                if let Some(missing) = self.missing.get_mut(&thread) {
                    missing.remove(&seq);
                }
            }
            Entry::Forgotten(peer) => {
                self.seen.retain(|thread, _| thread.peer != peer);
                self.missing.retain(|thread, _| thread.peer != peer);
                self.wrote.retain(|thread, _| thread.peer != peer);
            }
            Entry::Room(change) => self.rooms.take(change),
        }
    }

    fn drop_kept(&mut self, id: &MessageId) {
        self.kept.retain(|_, kept| kept.id != *id);
        self.accepted.remove(id);
    }

    /// These have not come. Of too many, the latest are waited for.
    fn miss(&mut self, thread: Thread, first: u64, last: u64) {
        let missing = self.missing.entry(thread).or_default();
        missing.extend((first..=last).rev().take(MAX_MISSING));
        while missing.len() > MAX_MISSING {
            missing.pop_first();
        }
    }

    /// The entries that still count, as few as there can be.
    pub fn entries(&self) -> Vec<Entry> {
        let opened = self.opened.iter().cloned().map(Entry::Opened);
        let seen = self
            .seen
            .iter()
            .map(|(thread, step)| Entry::Seen(*thread, *step));
        let wrote = self
            .wrote
            .iter()
            .map(|(thread, step)| Entry::Wrote(*thread, *step));
        let missing = self.missing.iter().flat_map(|(thread, numbers)| {
            ranges(numbers)
                .into_iter()
                .map(|(first, last)| Entry::Missing(*thread, first, last))
        });
        let kept = self.kept.values().cloned().map(Entry::Kept);
        let threads = seen.chain(missing).chain(wrote);
        let accepted = self.accepted.iter().copied().map(Entry::Accepted);
        let kept = kept.chain(accepted);
        let rooms = self.rooms.changes().map(Entry::Room);
        opened.chain(threads).chain(kept).chain(rooms).collect()
    }

    /// The envelopes that were opened before, for the receiver.
    pub(crate) fn take_opened(&mut self) -> Vec<ReplayRecord> {
        std::mem::take(&mut self.opened)
    }

    /// The place of our next message in a thread.
    pub(crate) fn next(&self, thread: &Thread, id: MessageId) -> Place {
        let latest = self.wrote.get(thread);
        Place {
            id,
            seq: latest.map_or(1, |step| step.seq + 1),
            prev: latest.map_or(Digest([0; 32]), |step| step.digest),
        }
    }

    /// Takes note of a message of ours, whose content has this digest.
    pub(crate) fn write(&mut self, thread: Thread, seq: u64, digest: Digest) -> Entry {
        self.note(Entry::Wrote(thread, Step { seq, digest }))
    }

    /// Keeps a message until it is answered for.
    pub(crate) fn keep(&mut self, kept: Kept) -> Entry {
        self.note(Entry::Kept(kept))
    }

    /// The relay says that a message has arrived. Only its recipient's word is enough to forget it, or the relay's
    /// when it has had it twice. `None` where it was not kept.
    pub(crate) fn accept(&mut self, id: &MessageId) -> Option<Entry> {
        if self.is_accepted(id) {
            return self.settle(id);
        }
        let is_kept = self.kept.values().any(|kept| kept.id == *id);
        is_kept.then(|| self.note(Entry::Accepted(*id)))
    }

    /// Whether the relay has said that a message has arrived.
    pub(crate) fn is_accepted(&self, id: &MessageId) -> bool {
        self.accepted.contains(id)
    }

    /// The owner of this identity says that a message was shown. `None` where the relay has not answered for it, or it
    /// was not kept for that one.
    pub(crate) fn confirm(&mut self, by: &Fingerprint, id: &MessageId) -> Option<Entry> {
        let mut kept = self.kept.values();
        let is_theirs = kept.any(|kept| kept.id == *id && kept.peer == *by);
        (is_theirs && self.is_accepted(id)).then(|| self.note(Entry::Done(*id)))
    }

    /// Nothing more can be done for a message. `None` where it was not kept.
    pub(crate) fn settle(&mut self, id: &MessageId) -> Option<Entry> {
        let is_kept = self.kept.values().any(|kept| kept.id == *id);
        is_kept.then(|| self.note(Entry::Done(*id)))
    }

    /// The rooms.
    pub(crate) fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// Takes note of a change to them.
    pub(crate) fn change_rooms(&mut self, change: RoomChange) -> Entry {
        self.note(Entry::Room(change))
    }

    /// Nobody goes by this identity any more. `None` where nothing is remembered of it.
    pub(crate) fn forget(&mut self, peer: Fingerprint) -> Option<Entry> {
        let mut threads = self.seen.keys().chain(self.wrote.keys());
        let is_known = threads.any(|thread| thread.peer == peer);
        is_known.then(|| self.note(Entry::Forgotten(peer)))
    }

    fn note(&mut self, entry: Entry) -> Entry {
        self.take(entry.clone());
        entry
    }

    /// What is kept for a person with this identity, in the order in which it was written.
    pub(crate) fn kept_for<'a>(
        &'a self,
        to: &'a Name,
        peer: &'a Fingerprint,
    ) -> impl Iterator<Item = &'a Kept> {
        let theirs = move |kept: &&Kept| kept.to == *to && kept.peer == *peer;
        self.kept.values().filter(theirs)
    }

    /// The texts of a room that are kept for somebody.
    pub(crate) fn kept_in(&self, room: RoomId, peer: &Fingerprint) -> Vec<MessageId> {
        let is_in = |kept: &&Kept| kept.peer == *peer && kept.room == Some(OfRoom::Text(room));
        let kept = self.kept.values().filter(is_in);
        kept.map(|kept| kept.id).collect()
    }

    /// For whom something is kept.
    pub(crate) fn recipients(&self) -> BTreeSet<Name> {
        self.kept.values().map(|kept| kept.to.clone()).collect()
    }

    /// Those that nobody has answered for and that do not open any more, at the time `now`.
    pub fn expired(&self, now: u64) -> Vec<Kept> {
        let waiting = self
            .kept
            .values()
            .filter(|kept| !self.is_accepted(&kept.id));
        waiting.filter(|kept| kept.expires < now).cloned().collect()
    }

    /// Takes note of a message of somebody else. Where it stands, and what to store.
    pub(crate) fn see(
        &mut self,
        thread: Thread,
        place: &Place,
        digest: Digest,
    ) -> (Order, Vec<Entry>) {
        let order = self.order(&thread, place, &digest);
        let seq = place.seq;
        let seen = Entry::Seen(thread, Step { seq, digest });
        let entries = match order {
            Order::Next | Order::Anew | Order::Forked => vec![seen],
            Order::Missing(count) => vec![seen, Entry::Missing(thread, seq - count, seq - 1)],
            Order::Late => vec![Entry::Came(thread, seq)],
            Order::Repeated => Vec::new(),
        };
        let entries = entries.into_iter().map(|entry| self.note(entry));
        (order, entries.collect())
    }

    fn order(&self, thread: &Thread, place: &Place, digest: &Digest) -> Order {
        let missing = self.missing.get(thread);
        let is_first = place.seq == 1 && place.prev == Digest([0; 32]);
        let Some(latest) = self.seen.get(thread) else {
            return match place.seq.saturating_sub(1) {
                0 if is_first => Order::Next,
                0 => Order::Forked,
                before => Order::Missing(before),
            };
        };
        match place.seq.checked_sub(latest.seq) {
            Some(0) if latest.digest == *digest => Order::Repeated,
            Some(1) if latest.digest == place.prev => Order::Next,
            Some(2..) => Order::Missing(place.seq - latest.seq - 1),
            None if missing.is_some_and(|missing| missing.contains(&place.seq)) => Order::Late,
            _ if is_first => Order::Anew,
            _ => Order::Forked,
        }
    }
}

/// Numbers as runs from a first to a last one.
fn ranges(numbers: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREAD: Thread = Thread {
        peer: Fingerprint([1; 32]),
        conversation: Conversation::All,
    };

    /// What one sender writes: places, and the digests of what stands at them.
    fn written(count: u64) -> Vec<(Place, Digest)> {
        let mut sender = Account::default();
        let write = |number: u64| {
            let place = sender.next(&THREAD, MessageId([0; 16]));
            let digest = digest(&number.to_be_bytes());
            sender.write(THREAD, place.seq, digest);
            (place, digest)
        };
        (1..=count).map(write).collect()
    }

    fn orders(account: &mut Account, messages: &[(Place, Digest)]) -> Vec<Order> {
        let see = |(place, digest): &(Place, Digest)| account.see(THREAD, place, *digest).0;
        messages.iter().map(see).collect()
    }

    fn pick(messages: &[(Place, Digest)], numbers: &[usize]) -> Vec<(Place, Digest)> {
        numbers.iter().map(|number| messages[number - 1]).collect()
    }

    #[test]
    fn what_comes_in_its_order_is_in_its_order() {
        let orders = orders(&mut Account::default(), &written(3));
        assert_eq!(orders, [Order::Next; 3]);
    }

    #[test]
    fn gaps_late_and_repeated_messages_are_told_apart() {
        let messages = written(6);
        let mut account = Account::default();
        let seen = orders(&mut account, &pick(&messages, &[1, 4, 2, 4, 5, 3, 6]));
        let expected = [
            Order::Next,
            Order::Missing(2),
            Order::Late,
            Order::Repeated,
            Order::Next,
            Order::Late,
            Order::Next,
        ];
        assert_eq!(seen, expected);
        let seen = orders(&mut Account::default(), &pick(&messages, &[3, 1]));
        assert_eq!(seen, [Order::Missing(2), Order::Late]);
    }

    #[test]
    fn another_message_under_the_same_number_is_a_contradiction() {
        let messages = written(3);
        let mut account = Account::default();
        orders(&mut account, &messages);
        let other = (messages[2].0, digest(b"something else"));
        assert_eq!(orders(&mut account, &[other]), [Order::Forked]);
        let mut next = written(4)[3];
        next.0.prev = digest(b"what others were told");
        assert_eq!(orders(&mut account, &[next]), [Order::Forked]);
        assert_eq!(orders(&mut account, &written(1)), [Order::Anew]);
        assert_eq!(orders(&mut account, &written(2)[1..]), [Order::Next]);
    }

    #[test]
    fn memory_comes_back_from_as_few_entries_as_there_can_be() {
        let mut account = Account::default();
        let kept = |id: u8| Kept {
            id: MessageId([id; 16]),
            to: "bob".parse().unwrap(),
            peer: THREAD.peer,
            expires: 100,
            envelope: Blob(vec![id]),
            room: None,
        };
        let mut entries = Vec::new();
        for (place, digest) in written(3) {
            entries.push(account.write(THREAD, place.seq, digest));
            entries.extend(account.see(THREAD, &place, digest).1);
        }
        entries.extend([account.keep(kept(1)), account.keep(kept(2))]);
        entries.extend(account.settle(&kept(1).id));
        let again = Account::read(entries, 50);
        assert_eq!(again.entries(), account.entries());
        assert_eq!(again.entries().len(), 3);
        assert!(again.missing.is_empty());
        let text = serde_json::to_string(&again.entries()).unwrap();
        let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, again.entries());
        let bob = "bob".parse().unwrap();
        assert_eq!(again.kept_for(&bob, &THREAD.peer).count(), 1);
        assert_eq!(again.kept_for(&bob, &Fingerprint([9; 32])).count(), 0);
        assert_eq!(again.expired(100).len() + again.expired(101).len(), 1);
    }

    /// What an account is after a restart.
    fn restarted(account: &Account) -> Account {
        Account::read(account.entries(), 50)
    }

    #[test]
    fn a_message_that_was_missing_before_a_restart_is_late_after_it_and_no_contradiction() {
        let messages = written(9);
        let mut account = Account::default();
        orders(&mut account, &pick(&messages, &[1, 5, 3, 9]));
        let mut again = restarted(&account);
        assert_eq!(again.entries(), account.entries());
        let seen = orders(&mut again, &pick(&messages, &[2, 3, 4, 8, 8]));
        let expected = [
            Order::Late,
            Order::Forked,
            Order::Next,
            Order::Missing(3),
            Order::Repeated,
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_kept_is_sent_again_in_the_order_in_which_it_was_written() {
        let mut account = Account::default();
        let bob: Name = "bob".parse().unwrap();
        for id in [7, 3, 9, 1] {
            account.keep(Kept {
                id: MessageId([id; 16]),
                to: bob.clone(),
                peer: THREAD.peer,
                expires: 100,
                envelope: Blob(vec![id]),
                room: None,
            });
        }
        account.settle(&MessageId([3; 16]));
        let again = restarted(&account);
        let kept = again.kept_for(&bob, &THREAD.peer);
        let ids: Vec<u8> = kept.map(|kept| kept.id.0[0]).collect();
        assert_eq!(ids, [7, 9, 1]);
    }

    #[test]
    fn nothing_is_remembered_of_an_identity_that_nobody_has_any_more() {
        let messages = written(3);
        let mut account = Account::default();
        orders(&mut account, &pick(&messages, &[3]));
        account.write(THREAD, 1, digest(b"an answer"));
        assert!(account.forget(THREAD.peer).is_some());
        assert!(account.entries().is_empty());
        assert_eq!(account.forget(THREAD.peer), None);
    }
}
