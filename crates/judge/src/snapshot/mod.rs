//! Snapshots: what people saw (transcript) and what went over the wire (protocol record),
//! as text that does not depend on timing, ports or random numbers.

mod comparison;
mod protocol;
mod redact;
mod sizes;
mod steps;
mod transcript;

pub use comparison::Comparison;
pub use protocol::protocol;
pub use sizes::sizes;
pub use transcript::transcript;
