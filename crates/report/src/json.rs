//! Results for programs: `result.json`, versioned. What is written can be read again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::result::{PlayReport, RunReport};

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

/// A file is no result that this program can read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON, or no JSON of this kind.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It was written by a program that writes another format.
    #[error("its version is {}, this program reads version {VERSION}", version.map_or("missing".to_owned(), |version| version.to_string()))]
    Version {
        /// What it says.
        version: Option<u64>,
    },
}

/// Reads what one of the others wrote.
///
/// # Errors
///
/// When it is no such JSON, or of another version.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let value: Value = serde_json::from_str(text)?;
    let version = value.get("version").and_then(Value::as_u64);
    if version != Some(VERSION.into()) {
        return Err(ReadError::Version { version });
    }
    Ok(serde_json::from_value(value)?)
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
