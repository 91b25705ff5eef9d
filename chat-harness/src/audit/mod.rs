//! The audit: searches for planted plaintext, and for the control that shows the search to
//! work.
//!
//! What it does not do yet: memory, compression, key-free searches for home-made ciphers.
//! "Not seen" is all that it ever says.

mod needles;
mod search;
mod transformation;

pub use search::{Searched, Searcher};
pub use transformation::Transformation;
