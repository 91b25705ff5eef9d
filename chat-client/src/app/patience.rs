//! How long to wait for others, at the login and at the end of the input.

use std::time::{Duration, Instant};

/// How long to wait at the end of the input, from the last sign of progress.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Until when, and what was done for us when that was decided.
pub(super) struct Patience {
    pub(super) until: Option<Instant>,
    pub(super) steps: u64,
}

impl Patience {
    pub(super) fn wait(&mut self, patience: Duration, steps: u64) {
        self.until = Some(Instant::now() + patience);
        self.steps = steps;
    }

    /// Whether the time is up. Every sign of progress begins it anew, and so does work of
    /// our own.
    pub(super) fn is_over(&mut self, now: Instant, steps: u64, busy: bool) -> bool {
        match self.until {
            Some(until) if now >= until && steps == self.steps && !busy => true,
            Some(until) if now >= until => {
                self.wait(PATIENCE, steps);
                false
            }
            Some(_) | None => false,
        }
    }
}
