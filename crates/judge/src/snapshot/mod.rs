//! Snapshots: what people saw (transcript) and what went over the wire (protocol record),
//! as text that does not depend on timing, ports or random numbers.

mod comparison;
mod protocol;
mod redact;
mod steps;
mod transcript;
mod view;

pub use comparison::Comparison;
pub use protocol::protocol;
pub use transcript::transcript;
pub use view::{RELAY_VIEW, RelayView};
