//! Small values written as texts: durations and sizes.

use std::time::Duration;

/// The largest file that is made for a play, in bytes.
pub const MAX_MADE: u64 = 256 * 1024 * 1024;

/// `400ms`, `5s` or `2m`; more than nothing and at most an hour.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let milliseconds = match unit {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        _ => return None,
    };
    (1..=3_600_000)
        .contains(&milliseconds)
        .then(|| Duration::from_millis(milliseconds))
}

/// `1000B`, `64KiB` or `8MiB`; at most [`MAX_MADE`].
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_unit(text)?;
    let bytes = match unit {
        "B" => number,
        "KiB" => number.checked_mul(1024)?,
        "MiB" => number.checked_mul(1024 * 1024)?,
        _ => return None,
    };
    (bytes <= MAX_MADE).then_some(bytes)
}

/// A duration as it is written: the largest unit in which it is whole.
pub fn written(duration: Duration) -> String {
    match duration.as_millis() {
        ms if ms % 1000 != 0 => format!("{ms}ms"),
        ms if ms % 60_000 != 0 || ms == 0 => format!("{}s", ms / 1000),
        ms => format!("{}m", ms / 60_000),
    }
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim_start()))
}
