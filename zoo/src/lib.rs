//! The zoo: small programs with one deliberate fault each, so that every check can be seen
//! to fail.
//!
//! All of them are one honest relay and one honest client over plain TCP lines, with at
//! most one fault put in by a [`RelayFault`] or a [`ClientFault`]. **Nothing here is
//! encrypted, on purpose**: the honest pair (`plain-relay`, `plain-client`) shows that the
//! search of the wire finds a text that can be found, and it costs next to nothing, so that
//! a benchmark of the harness measures the harness. Never talk through it.
//!
//! ```text
//! plain-client ──"say hello"──► plain-relay ──"message alice hello"──► plain-client
//! ```
//!
//! `adapters/` says how the harness drives each program, `expected.toml` which verdict each
//! must get and which check must name the fault.

mod client;
mod fault;
pub mod leaky;
mod orphan;
mod relay;
mod terminal;
mod wire;

pub use client::run as client;
pub use client::{Face, run_with as client_with};
pub use fault::{ClientFault, RelayFault};
pub use relay::run as relay;
