//! When a silent relay is asked, and when it is given up.

use std::time::{Duration, Instant};

/// Watches for silence. The relay pings by itself after one interval, so two of them without
/// a byte mean that something is wrong; the client then asks once and waits once more.
#[derive(Clone, Copy, Debug)]
pub struct Keepalive {
    patience: Option<Duration>,
    heard: Instant,
    /// When the relay was asked, in this silence.
    asked: Option<Instant>,
}

/// What silence asks for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing yet.
    Wait,
    /// Send a ping.
    Ask,
    /// The relay is gone.
    GiveUp,
}

impl Keepalive {
    /// A watch that never fires, until [`Self::set_interval`].
    pub fn new(now: Instant) -> Self {
        Self {
            patience: None,
            heard: now,
            asked: None,
        }
    }

    /// The relay's interval in milliseconds, 0 for never.
    pub fn set_interval(&mut self, keepalive_ms: u64) {
        let patience = Duration::from_millis(keepalive_ms.saturating_mul(2));
        self.patience = (keepalive_ms > 0).then_some(patience);
    }

    /// Something came from the relay.
    pub fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = None;
    }

    /// When to look again; `None` for never.
    pub fn deadline(&self) -> Option<Instant> {
        self.asked.unwrap_or(self.heard).checked_add(self.patience?)
    }

    /// What to do at `now`. [`Silence::Ask`] comes once for each silence.
    pub fn check(&mut self, now: Instant) -> Silence {
        match self.deadline() {
            Some(deadline) if now >= deadline && self.asked.is_some() => Silence::GiveUp,
            Some(deadline) if now >= deadline => {
                self.asked = Some(now);
                Silence::Ask
            }
            Some(_) | None => Silence::Wait,
        }
    }
}
