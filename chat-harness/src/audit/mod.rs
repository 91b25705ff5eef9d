//! The audit: searches for planted plaintext, and for the control that shows the search to
//! work.
//!
//! What it does not do yet: memory, compression, key-free searches for home-made ciphers.
//! "Not seen" is all that it ever says.

mod found;
mod grams;
mod needles;
#[cfg(test)]
mod recall;
mod search;
mod spell;
mod structure;
mod transformation;

pub use search::{Searched, Searcher};
pub use structure::{PrivateKey, Sent, Span, examine, pieces, private_keys, secrets, spans};
pub use transformation::Transformation;
