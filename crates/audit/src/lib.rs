//! The audit: searches for planted plaintext, and for the control that shows the search to
//! work. "Not seen" is all that it ever says.
//!
//! `grams` finds many strings in one pass, `spell` writes down what they look like, `needles`
//! takes them from a plan, and `deep` looks below: into what is compressed, encoded several
//! times, cut into lines or enciphered without skill.

mod allowance;
mod deep;
mod found;
mod grams;
mod needles;
mod opened;
#[cfg(test)]
mod recall;
mod search;
mod spell;
mod structure;
mod transformation;

pub use allowance::Allowance;
pub use needles::KnownKey;
pub use opened::{OpenedKey, OpenedKind, opened};
pub use search::{Searched, Searcher};
pub use structure::{PrivateKey, Sent, Span, examine, pieces, private_keys, secrets, spans};
pub use transformation::Transformation;
