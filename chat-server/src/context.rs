//! What every connection knows of the relay.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio::time::Instant;
#[cfg(feature = "tls")]
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

use crate::Settings;
use crate::budget::Waiting;
use crate::key::RelaySecret;
use crate::limits::{LOGINS, MAX_TURNED_AWAY};
use crate::metrics::Metrics;
use crate::rates::Rates;
use crate::router::Event;
use crate::seats::Seats;

/// The relay, for its connections.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) secret: RelaySecret,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) seats: Seats,
    pub(crate) metrics: Arc<Metrics>,
    /// What waits in all outboxes.
    pub(crate) waiting: Waiting,
    /// Cancelled when the relay shuts down: nobody logs in any more.
    pub(crate) closing: CancellationToken,
    /// Bounds those who are told why they are not served.
    pub(crate) turned_away: Semaphore,
    /// Checks of logins.
    pub(crate) logins: Turns,
    /// Handshakes of TLS, where there are any.
    #[cfg(feature = "tls")]
    pub(crate) handshakes: Turns,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Arc<ServerConfig>>,
}

/// Work that costs the relay a signature, for whoever asks.
#[derive(Debug)]
pub(crate) struct Turns {
    rates: Mutex<Rates>,
    /// Held by the one that is done of all those above the rate.
    one_by_one: Semaphore,
}

impl Context {
    pub(crate) fn new(
        settings: Settings,
        secret: RelaySecret,
        events: mpsc::Sender<Event>,
    ) -> Result<Self, String> {
        #[cfg(feature = "tls")]
        let tls = if settings.tls {
            let config = crate::tls::config(&secret);
            Some(config.map_err(|error| error.to_string())?)
        } else {
            None
        };
        #[cfg(not(feature = "tls"))]
        if settings.tls {
            return Err("this program was built without it".to_owned());
        }
        Ok(Self {
            seats: Seats::new(settings.max_connections),
            metrics: Arc::default(),
            waiting: Waiting::default(),
            settings,
            secret,
            events,
            closing: CancellationToken::new(),
            turned_away: Semaphore::new(MAX_TURNED_AWAY),
            logins: Turns::new(),
            #[cfg(feature = "tls")]
            handshakes: Turns::new(),
            #[cfg(feature = "tls")]
            tls,
        })
    }
}

impl Turns {
    fn new() -> Self {
        Self {
            rates: Mutex::new(Rates::new(LOGINS)),
            one_by_one: Semaphore::new(1),
        }
    }

    /// Waits until work for this address may be done: at once, as long as there are few of them; else
    /// one after the other, in the order in which they came, until the result is dropped. So whoever floods the
    /// relay with logins keeps one thread busy at the most, and keeps nobody out of those behind its address.
    pub(crate) async fn turn(&self, address: IpAddr) -> Option<SemaphorePermit<'_>> {
        let is_within_rate = {
            // Whoever panicked has left the counts as they were.
            let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
            rates.take(address, Instant::now())
        };
        if is_within_rate {
            return None;
        }
        self.one_by_one.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn logins_above_the_rate_of_an_address_are_checked_one_after_the_other_and_not_refused() {
        let relay = Turns::new();
        let address = IpAddr::from([127, 0, 0, 1]);
        for _ in 0..LOGINS.burst {
            assert!(relay.turn(address).await.is_none());
        }
        let first = relay.turn(address).await;
        assert!(first.is_some());
        let mut second = pin!(relay.turn(address));
        let waits = poll_fn(|cx| Poll::Ready(second.as_mut().poll(cx).is_pending()));
        assert!(waits.await, "for the first");
        assert!(relay.turn(IpAddr::from([127, 0, 0, 2])).await.is_none());
        drop(first);
        assert!(second.await.is_some());
    }
}
