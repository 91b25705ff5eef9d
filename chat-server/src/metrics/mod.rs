//! What the relay counts, for whoever runs it. No counter knows a name, a key or an address: labels are words of
//! closed lists.

mod page;
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chat_protocol::ErrorCode;

pub(crate) use self::page::render;
pub(crate) use self::server::serve;

/// Goes up, and never down.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, number: usize) {
        // Only a count: it orders nothing.
        self.0.fetch_add(number as u64, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Some that have the error code as their label.
#[derive(Debug, Default)]
pub(crate) struct ByCode(Mutex<BTreeMap<ErrorCode, u64>>);

impl ByCode {
    pub(crate) fn add(&self, code: ErrorCode) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(code).or_default() += 1;
    }

    fn get(&self) -> BTreeMap<ErrorCode, u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }
}

/// One way of the traffic.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) frames: Counter,
    pub(crate) bytes: Counter,
}

/// Everything that is counted, from the relay's start on.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) connections: Counter,
    pub(crate) logins: Counter,
    /// After the login, of all clients.
    pub(crate) received: Traffic,
    pub(crate) sent: Traffic,
    /// Errors that clients were told.
    pub(crate) refusals: ByCode,
    /// Envelopes that came back to their senders.
    pub(crate) undelivered: ByCode,
    /// Writes of mail that are durable, each of all that waited.
    pub(crate) mail_commits: Counter,
    /// The same of names.
    pub(crate) name_commits: Counter,
    /// Boxes with something in them, and what that takes of the bounds: as it is now.
    pub(crate) mailboxes: AtomicU64,
    pub(crate) mail_bytes: AtomicU64,
}
