//! Snapshots: what people saw (transcript) and what went over the wire (protocol record),
//! as text that does not depend on timing, ports or random numbers.

mod protocol;
mod redact;
mod steps;
mod store;
mod transcript;
mod update;
mod view;

pub use protocol::protocol;
pub use store::{Comparison, Leftovers, Store};
pub use transcript::transcript;
pub use update::Update;
pub use view::{RELAY_VIEW, RelayView};
