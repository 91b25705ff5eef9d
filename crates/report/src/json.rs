//! Results for programs: `result.json`, versioned. What is written can be read again.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PlayReport, RunReport};

/// Version of the formats.
pub const VERSION: u32 = 1;

/// One play.
///
/// # Errors
///
/// What the writer of JSON says.
pub fn play(report: &PlayReport) -> serde_json::Result<String> {
    text(&with_version(report)?)
}

/// A whole run.
///
/// # Errors
///
/// What the writer of JSON says.
pub fn run(report: &RunReport) -> serde_json::Result<String> {
    let mut value = with_version(report)?;
    if let Some(value) = value.as_object_mut() {
        value.insert("exit_code".to_owned(), json!(report.exit_code()));
    }
    text(&value)
}

/// Why a text is not what one of the others wrote.
#[derive(Debug)]
pub enum ReadError {
    /// It is no such JSON.
    Json(serde_json::Error),
    /// It is of this version, or of none.
    Version(Option<u64>),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self {
            Self::Json(error) => return error.fmt(f),
            Self::Version(None) => "missing".to_owned(),
            Self::Version(Some(version)) => version.to_string(),
        };
        write!(
            f,
            "its version is {version}, this program reads version {VERSION}"
        )
    }
}

impl std::error::Error for ReadError {}

/// Reads what one of the others wrote.
///
/// # Errors
///
/// When it is no such JSON, or of another version.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(ReadError::Json)?;
    let version = value.get("version").and_then(Value::as_u64);
    if version != Some(VERSION.into()) {
        return Err(ReadError::Version(version));
    }
    serde_json::from_value(value).map_err(ReadError::Json)
}

/// An object of the current version.
pub fn with_version(what: &impl Serialize) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(what)?;
    if let Some(value) = value.as_object_mut() {
        value.insert("version".to_owned(), json!(VERSION));
    }
    Ok(value)
}

/// With a final line break.
pub fn text(value: &Value) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n")
}

/// Lengths of time as seconds, exact to the millisecond.
pub(super) mod seconds {
    use super::{Deserialize, Serialize};
    use serde::{Deserializer, Serializer};
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(length: &Duration, to: S) -> Result<S::Ok, S::Error> {
        let milliseconds = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(milliseconds)
            .as_secs_f64()
            .serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(from)?;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}
