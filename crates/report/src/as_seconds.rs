//! Lengths of time as seconds, exact to the millisecond, for `serde(with)`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<S: Serializer>(length: &Duration, to: S) -> Result<S::Ok, S::Error> {
    let milliseconds = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(milliseconds)
        .as_secs_f64()
        .serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(from)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}
