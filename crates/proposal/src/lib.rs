//! From the sources of an unknown chat, and what its programs printed when they were played, to an adapter with a
//! reason for each line.
//!
//! [`proposals`] reads the sources alone. Each proposal can be played by an adapter that awaits next to nothing
//! ([`Proposal::to_observe`]); what was printed then says which lines mean what ([`Proposal::learn`]).

mod arguments;
mod launch;
mod learning;
mod meaning;
mod observed;
mod patterns;
mod prompts;
mod roles;
mod search;
mod sources;
mod typing;
mod written;

pub use launch::{Because, Launch, Port, Proposal, Question};
pub use learning::{ANSWER, FAREWELL, GREETING, WHISPER};
pub use observed::{Observed, Printed};
pub use patterns::{Known, pattern};
pub use roles::proposals;
pub use sources::{Language, SourceFile};
