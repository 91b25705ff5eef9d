//! What every connection knows of the relay.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Settings;
use crate::limits::{LOGINS, MAX_TURNED_AWAY};
use crate::rates::Rates;
use crate::router::Event;

/// The relay, for its connections.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) events: mpsc::Sender<Event>,
    /// Cancelled when the relay shuts down: nobody logs in any more.
    pub(crate) closing: CancellationToken,
    /// Bounds those who are told why they are not served.
    pub(crate) turned_away: Semaphore,
    logins: Mutex<Rates>,
}

impl Context {
    pub(crate) fn new(settings: Settings, events: mpsc::Sender<Event>) -> Self {
        Self {
            settings,
            events,
            closing: CancellationToken::new(),
            turned_away: Semaphore::new(MAX_TURNED_AWAY),
            logins: Mutex::new(Rates::new(LOGINS)),
        }
    }

    /// Whether a login from this address may be checked now.
    pub(crate) fn may_log_in(&self, address: IpAddr) -> bool {
        // Whoever panicked has left the counts as they were.
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.take(address, Instant::now())
    }
}
