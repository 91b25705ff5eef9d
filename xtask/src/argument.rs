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
#[error("write a number with its unit, such as 2s or 500ms")]
pub(crate) struct BadDuration;

/// `2s` or `500ms`.
pub(crate) fn duration(text: &str) -> Result<Duration, BadDuration> {
    let (number, unit): (&str, fn(u64) -> Duration) = match text.strip_suffix("ms") {
        Some(number) => (number, Duration::from_millis),
        None => (
            text.strip_suffix('s').ok_or(BadDuration)?,
            Duration::from_secs,
        ),
    };
    let number = number.parse().map_err(|_| BadDuration)?;
    Ok(unit(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_have_two_units() {
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("soon"), Err(BadDuration));
        assert_eq!(duration("5"), Err(BadDuration), "seconds or minutes?");
    }
}
