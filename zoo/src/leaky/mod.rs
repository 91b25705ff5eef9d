//! A pair that seals from end to end, and can give away what it seals in a hundred ways.
//!
//! ```text
//! alice ──seal(room key)──► link key ──► leaky-relay ──► link key ──open(room key)──► bob
//!   └── what the fault gives away, written as the fault says ──► where the fault says
//! ```
//!
//! Without a fault the relay has the key of its links and not that of the room, so that it moves
//! texts and files and can read none. With one, the **client** writes what is to be given away
//! as the [`zoo_faults::Fault`] says and hands it to the relay, which only puts it somewhere: so the relay
//! never holds it in any other form, and what finds it is what the fault is about.

mod client;
mod content;
mod frame;
mod how;
mod link;
mod pairs;
mod relay;
mod seal;

pub use client::run as client;
pub use relay::run as relay;
