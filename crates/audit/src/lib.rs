//! The audit: searches for planted plaintext, and for the control that shows the search to
//! work. "Not seen" is all that it ever says.
//!
//! `grams` finds many strings in one pass, `encodings` writes down how each can be encoded,
//! `needles` takes them from a plan, and `nested` scans what is compressed, encoded several times,
//! cut into lines or enciphered without skill. `crypto_misuse` needs no string at all: it finds
//! the traces of ciphers that are used wrongly; `held_keys` finds keys that open what was sent.

mod allowance;
mod crypto_misuse;
#[cfg(test)]
mod detection_tests;
mod encodings;
mod explained;
mod found;
mod grams;
mod held_keys;
mod needles;
mod nested;
mod opened;
mod search;
mod transformation;

pub use allowance::Allowance;
pub use crypto_misuse::{
    PrivateKey, SentBytes, Span, examine, pieces, private_keys, secrets, spans,
};
pub use encodings::encodings;
pub use explained::explained;
pub use held_keys::{
    HeldKeys, Rank, ScheduleReader, TriedKeys, Value, schedules, tried_links, values,
    values_of_file,
};
pub use needles::KnownKey;
pub use opened::{InvalidOpenedKey, OpenedKey, OpenedKeyProblem, OpenedKind, opened};
pub use search::{SearchResult, Searcher};
pub use transformation::Transformation;
