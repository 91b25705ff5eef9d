//! How much of the relay's memory may wait for others: of one sender, and of all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::limits::{MAX_SENT_BYTES, MAX_WAITING_BYTES};
use crate::outbox::Full;

/// What waits in all outboxes together, in bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

/// One sender's share of it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    own: Arc<AtomicUsize>,
    all: Waiting,
}

/// Some bytes that count until the last copy of this is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Charge(#[expect(dead_code, reason = "held for its end")] Arc<Charged>);

#[derive(Debug)]
struct Charged {
    bytes: usize,
    account: Account,
}

impl Waiting {
    /// A sender of whom nothing waits yet.
    pub(crate) fn account(&self) -> Account {
        Account {
            own: Arc::default(),
            all: self.clone(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Account {
    /// Counts these bytes, unless the sender or all together have too much waiting.
    pub(crate) fn charge(&self, bytes: usize) -> Result<Charge, Full> {
        let charge = self.charge_anyway(bytes);
        let own = self.own.load(Ordering::Relaxed);
        let all = self.all.0.load(Ordering::Relaxed);
        if own > MAX_SENT_BYTES || all > MAX_WAITING_BYTES {
            return Err(Full);
        }
        Ok(charge)
    }

    /// Counts these bytes, whatever waits: for a recipient that keeps nobody waiting.
    pub(crate) fn charge_anyway(&self, bytes: usize) -> Charge {
        // Only counts: the queues themselves order what they carry.
        self.own.fetch_add(bytes, Ordering::Relaxed);
        self.all.0.fetch_add(bytes, Ordering::Relaxed);
        let account = self.clone();
        Charge(Arc::new(Charged { bytes, account }))
    }
}

impl Drop for Charged {
    fn drop(&mut self) {
        let Account { own, all } = &self.account;
        own.fetch_sub(self.bytes, Ordering::Relaxed);
        all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sender_takes_no_more_than_its_share_and_gets_it_back() {
        let waiting = Waiting::default();
        let (alice, bob) = (waiting.account(), waiting.account());
        let most = alice.charge(MAX_SENT_BYTES).unwrap();
        assert_eq!(alice.charge(1).err(), Some(Full));
        let other = bob.charge(1).unwrap();
        drop(most);
        drop(alice.charge(MAX_SENT_BYTES).unwrap());
        drop(other);
        assert_eq!(waiting.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn all_senders_together_have_a_bound() {
        let waiting = Waiting::default();
        let senders = MAX_WAITING_BYTES / MAX_SENT_BYTES;
        let charges = (0..senders).map(|_| waiting.account().charge(MAX_SENT_BYTES));
        let charges: Vec<_> = charges.collect::<Result<_, _>>().unwrap();
        assert_eq!(waiting.account().charge(1).err(), Some(Full));
        drop(charges);
        waiting.account().charge(1).unwrap();
    }
}
