//! The zoo: one plain chat, and a table of its possible faults, so that every check can
//! be seen to fail.
//!
//! Everything is one relay and one client, with at most one fault:
//!
//! - **behaviour** (`--fault`): a relay that loses a message, a client that leaves a process
//!   behind;
//! - **leaks** (`--leak`, the table of [`zoo_faults`]): what leaks, where, and how it is
//!   written.
//!
//! Without keys **nothing is encrypted, on purpose**: the honest pair shows that the search of the
//! wire finds a text that can be found, and it costs almost nothing, so a benchmark of the
//! harness measures the harness. Do not use it to chat. With `--link-key` and `--room-key` it
//! seals each link, and each content from end to end, so whatever is found was leaked on purpose:
//!
//! ```text
//! alice ──seal(room key)──► link key ──► relay ──► link key ──open(room key)──► bob
//!   └── what the fault gives away, written as the fault says ──► where the fault says
//! ```
//!
//! The **client** writes what is to be given away as the [`zoo_faults::Fault`] says and hands it
//! to the relay, which only puts it somewhere: so the relay never holds it in any other form, and
//! what finds it is what the fault is about.
//!
//! Relays in other languages (`relays/`) have one client, `line-client`, and a table of their own
//! ([`zoo_faults::STRANGERS`]): they put what they are handed where their language has a place for it.
//!
//! `adapters/` says how the harness drives the programs, `expected.toml` which verdict each must
//! get and which check must name the fault.

mod client;
mod content;
mod fault;
mod frame;
mod how;
mod line;
mod line_client;
mod link;
mod orphan;
mod pairs;
mod relay;
mod seal;
mod terminal;

pub use client::run as client;
pub use line_client::run as line_client;
pub use relay::run as relay;
