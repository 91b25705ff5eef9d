//! The published keys of the workspace, with which clients log in.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use chat_crypto::Identity;

use crate::error::MeasureError;

/// Names that our relay lets a key have.
const NAMES_OF_A_KEY: usize = 32;

/// All of them.
pub(crate) struct Keys(Vec<Identity>);

impl Keys {
    /// # Errors
    ///
    /// When a file cannot be read or is no key.
    pub(crate) fn read(root: &Path) -> Result<Self, MeasureError> {
        let dir = root.join("scenarios/fixtures/keys");
        let mut keys = Vec::new();
        for number in 0.. {
            let path = dir.join(format!("{number:02}.keys"));
            if !path.exists() {
                break;
            }
            let text = fs::read_to_string(&path).map_err(MeasureError::path(&path))?;
            let key = Identity::from_store(&text, None);
            keys.push(key.map_err(|error| MeasureError::Unexpected(error.to_string()))?);
        }
        Ok(Self(keys))
    }

    /// The key of this number.
    pub(crate) fn get(&self, number: usize) -> Result<&Identity, MeasureError> {
        let missing = || MeasureError::Unexpected(format!("there is no key {number}"));
        self.0.get(number).ok_or_else(missing)
    }

    /// The key of this client: each has as many as our relay lets it have.
    pub(crate) fn of(&self, client: usize) -> Result<&Identity, MeasureError> {
        self.get(client / NAMES_OF_A_KEY)
    }
}

/// Unix time, in seconds.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
