//! Files that do not come further.

use super::Session;
use chat_protocol::CancelReason;

/// How long an offer waits for a person's answer, in seconds.
pub(super) const OFFER_PATIENCE: u64 = 60 * 60;

/// A file is given up when so many seconds have brought nothing of it: what a recipient lets come at once takes
/// less than this at 3 kB/s.
pub(super) const PATIENCE: u64 = 180;

/// Watches a number that grows as long as there is progress.
#[derive(Debug, Default)]
pub(super) struct Watch {
    seen: Option<(u64, u64)>,
}

impl Watch {
    /// Whether this number has not changed for so many seconds. `now` is in seconds, from any beginning.
    pub(super) fn is_stalled(&mut self, progress: u64, patience: u64, now: u64) -> bool {
        match self.seen {
            Some((seen, since)) if seen == progress => now.saturating_sub(since) >= patience,
            _ => {
                self.seen = Some((progress, now));
                false
            }
        }
    }
}

impl Session {
    /// Some time has passed: files that have not come further are given up. `now` is in seconds, from any
    /// beginning, and never jumps as the time of day may.
    pub fn on_tick(&mut self, now: u64) {
        for transfer in self.offers.expired(now) {
            self.expire_offer(&transfer);
        }
        self.tick_typing();
        self.tell_of_checking();
        for transfer in self.receivings.stalled(now) {
            self.give_up_receiving(&transfer, CancelReason::Stalled);
        }
        for file in self.sendings.stalled(now) {
            self.give_up_sending(file, CancelReason::Stalled);
        }
    }

    /// Whether [`Self::on_tick`] is to be called now and then.
    pub fn has_transfers(&self) -> bool {
        let has_offers = !self.offers.is_empty() || !self.writers.is_empty();
        has_offers || !self.sendings.is_empty() || !self.receivings.is_empty()
    }
}
