//! The differential audit: what a relay holds must not depend on what was said.
//!
//! A scenario is played several times with texts A and as often with texts B. What is there in
//! every play of A and in no play of B, or the other way round, depends on the texts, however it is
//! encoded. The control word differs as well, in another order ([`turn()`]): it is found by the same
//! comparison, and nothing that depends on it can be taken for something that depends on the texts.
//!
//! `grams` cuts bytes into short pieces, `filter` remembers what the first two plays held, `surface`
//! keeps of each later play what one of them had and the other had not, `findings` puts neighbouring
//! pieces together.

mod comparison;
mod filter;
mod findings;
mod grams;
mod pointers;
mod surface;
mod turn;

pub use comparison::{Differences, Differential, Reading, SurfaceDifferences};
pub use findings::Dependence;
pub use turn::{Turn, Words, turn};
