//! Values on the command line, and what is said of wrong ones.

use std::str::FromStr;
use std::time::Duration;

/// An argument that is no setting. `clap` blames the command line for it, and says where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it like NAME=VALUE")]
pub(crate) struct BadSetting;

/// `NAME=VALUE`.
pub(crate) fn setting(text: &str) -> Result<(String, String), BadSetting> {
    let (name, value) = text.split_once('=').ok_or(BadSetting)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// An argument that is no whole number, or too small a one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a whole number, {0} or more")]
pub(crate) struct BadNumber(u8);

pub(crate) fn from_0<N: FromStr>(text: &str) -> Result<N, BadNumber> {
    text.parse().map_err(|_| BadNumber(0))
}

pub(crate) fn from_1<N: FromStr>(text: &str) -> Result<N, BadNumber> {
    text.parse().map_err(|_| BadNumber(1))
}

/// An argument that is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a number with its unit, such as 500ms, 2s or 10m")]
pub(crate) struct BadDuration;

/// Units, longer ones first, with their milliseconds.
const UNITS: [(&str, u64); 3] = [("ms", 1), ("s", 1000), ("m", 60_000)];

/// `500ms`, `2s` or `10m`.
pub(crate) fn duration(text: &str) -> Result<Duration, BadDuration> {
    let mut units = UNITS.iter();
    let (number, unit) = units
        .find_map(|(unit, length)| Some((text.strip_suffix(unit)?, length)))
        .ok_or(BadDuration)?;
    let number: u64 = number.parse().map_err(|_| BadDuration)?;
    number
        .checked_mul(*unit)
        .map(Duration::from_millis)
        .ok_or(BadDuration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_a_unit() {
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(duration("soon"), Err(BadDuration));
        assert_eq!(duration("18446744073709551615m"), Err(BadDuration));
        assert_eq!(duration("5"), Err(BadDuration), "seconds or minutes?");
    }
}
