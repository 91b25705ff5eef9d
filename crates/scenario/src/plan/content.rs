//! Files in outboxes: which, and the content of those that are made for a play.

use std::path::PathBuf;

use rand::Rng as _;
use serde::{Deserialize, Serialize};

use super::canary::{Canary, stream};
use crate::CANARY_LEAD;

/// A file in a sender's outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Whose outbox.
    pub client: String,
    /// Below the outbox; may hold `..`, its directories are made.
    pub name: String,
    /// Copied from here; or made, when there is none.
    pub fixture: Option<PathBuf>,
    /// Bytes of a made file.
    pub size: u64,
    /// Planted in a made file, over and over, where it is long enough.
    pub canary: Option<Canary>,
    /// Seed of the rest of a made file.
    pub seed: u64,
}

/// How often the canary comes again, in bytes: any fragment of a few hundred bytes holds a whole
/// one. A multiple of 16, so that a block cipher without chaining shows it as equal blocks.
const EVERY: usize = 208;

/// The filling repeats itself after so many bytes: a prime, so that no two chunks of a power
/// of two are alike.
const PERIOD: usize = 65_521;

impl PlannedFile {
    /// The content of a made file, of exactly [`PlannedFile::size`] bytes: printable, the
    /// canary behind the first 16 bytes, again and again after that, and at the end.
    pub fn content(&self) -> Vec<u8> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let mut content = filling(self.seed, size);
        if let Some(canary) = &self.canary {
            let text = canary.text.as_bytes();
            // Never on top of the one before it.
            let last = size
                .checked_sub(text.len())
                .filter(|last| (last + EVERY - CANARY_LEAD) % EVERY >= text.len())
                .filter(|last| *last > CANARY_LEAD);
            for at in (CANARY_LEAD..size).step_by(EVERY).chain(last) {
                if let Some(place) = content.get_mut(at..at + text.len()) {
                    place.copy_from_slice(text);
                }
            }
        }
        content
    }
}

fn filling(seed: u64, size: usize) -> Vec<u8> {
    let mut period = vec![0; PERIOD.min(size)];
    stream(seed, &["file"]).fill_bytes(&mut period);
    for byte in &mut period {
        // 64 printable characters: from `0` to `o`.
        *byte = b'0' + (*byte & 63);
    }
    let mut content = Vec::with_capacity(size);
    while content.len() < size {
        let rest = size - content.len();
        content.extend_from_slice(period.get(..rest).unwrap_or(&period));
    }
    content
}
