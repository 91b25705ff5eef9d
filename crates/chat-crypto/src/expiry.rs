//! When a key session is over, for two clocks that need not agree.

/// How far apart two clocks may be, in seconds.
pub const CLOCK_SKEW_SECONDS: u64 = 300;

/// Whether no envelope of a session with this expiry is accepted any more.
pub(crate) fn is_over(expires: u64, now: u64) -> bool {
    expires.saturating_add(CLOCK_SKEW_SECONDS) < now
}
