//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// Seconds since 1970.
pub(crate) fn unix_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// Days since 1970.
pub(crate) fn today() -> u32 {
    u32::try_from(unix_now() / SECONDS_OF_A_DAY).unwrap_or(u32::MAX)
}
