//! What a client remembers of its conversations, whatever becomes of its connections: the place of each message
//! among all that one person writes to another, and what no relay has answered for.
//!
//! Pure: [`crate::home::Journal`] keeps the entries on disk.

use std::collections::{BTreeMap, BTreeSet};

use chat_crypto::{CLOCK_SKEW_SECONDS, ReplayRecord};
use chat_protocol::{Blob, Conversation, Digest, Fingerprint, MessageId, Name, Place};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Numbers that have not come of one thread, at most, that are still waited for.
const MAX_MISSING: usize = 1024;

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
    /// It has one.
    Done(MessageId),
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
    /// Only as long as the program runs.
    missing: BTreeMap<Thread, BTreeSet<u64>>,
    wrote: BTreeMap<Thread, Step>,
    kept: BTreeMap<MessageId, Kept>,
    opened: Vec<ReplayRecord>,
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
            match entry {
                Entry::Opened(record) => account.opened.push(record),
                Entry::Seen(thread, step) => {
                    account.seen.insert(thread, step);
                }
                Entry::Wrote(thread, step) => {
                    account.wrote.insert(thread, step);
                }
                Entry::Kept(kept) => {
                    account.kept.insert(kept.id, kept);
                }
                Entry::Done(id) => {
                    account.kept.remove(&id);
                }
            }
        }
        let is_over = |expires: u64| expires.saturating_add(CLOCK_SKEW_SECONDS) < now;
        account.opened.retain(|record| !is_over(record.expires));
        account
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
        let kept = self.kept.values().cloned().map(Entry::Kept);
        opened.chain(seen).chain(wrote).chain(kept).collect()
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
        let step = Step { seq, digest };
        self.wrote.insert(thread, step);
        Entry::Wrote(thread, step)
    }

    /// Keeps a message until it is answered for.
    pub(crate) fn keep(&mut self, kept: Kept) -> Entry {
        self.kept.insert(kept.id, kept.clone());
        Entry::Kept(kept)
    }

    /// A message is answered for, one way or the other. `None` where it was not kept.
    pub(crate) fn settle(&mut self, id: &MessageId) -> Option<Entry> {
        self.kept.remove(id).map(|kept| Entry::Done(kept.id))
    }

    /// What is kept for a person with this identity; oldest first does not matter, since each has its place.
    pub(crate) fn kept_for<'a>(
        &'a self,
        to: &'a Name,
        peer: &'a Fingerprint,
    ) -> impl Iterator<Item = &'a Kept> {
        let theirs = move |kept: &&Kept| kept.to == *to && kept.peer == *peer;
        self.kept.values().filter(theirs)
    }

    /// Those that do not open any more, at the time `now`.
    pub fn expired(&self, now: u64) -> Vec<Kept> {
        let expired = self.kept.values().filter(|kept| kept.expires < now);
        expired.cloned().collect()
    }

    /// Takes note of a message of somebody else. Where it stands, and what to store.
    pub(crate) fn see(
        &mut self,
        thread: Thread,
        place: &Place,
        digest: Digest,
    ) -> (Order, Option<Entry>) {
        let order = self.order(&thread, place, &digest);
        match order {
            Order::Late => {
                if let Some(missing) = self.missing.get_mut(&thread) {
                    missing.remove(&place.seq);
                }
                return (order, None);
            }
            Order::Repeated => return (order, None),
            Order::Missing(count) => {
                let missing = self.missing.entry(thread).or_default();
                let first = place.seq.saturating_sub(count);
                missing.extend((first..place.seq).rev().take(MAX_MISSING));
                while missing.len() > MAX_MISSING {
                    missing.pop_first();
                }
            }
            Order::Anew => {
                self.missing.remove(&thread);
            }
            Order::Next | Order::Forked => {}
        }
        let seq = place.seq;
        let step = Step { seq, digest };
        self.seen.insert(thread, step);
        (order, Some(Entry::Seen(thread, step)))
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
        let text = serde_json::to_string(&again.entries()).unwrap();
        let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, again.entries());
        let bob = "bob".parse().unwrap();
        assert_eq!(again.kept_for(&bob, &THREAD.peer).count(), 1);
        assert_eq!(again.kept_for(&bob, &Fingerprint([9; 32])).count(), 0);
        assert_eq!(again.expired(100).len() + again.expired(101).len(), 1);
    }
}
