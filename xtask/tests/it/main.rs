//! The command line as it is typed, and what becomes of what it starts.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start xtask itself, and end it from outside"
)]

mod browser;
mod detectors;
mod dialogue;
mod load;
mod network;
mod one_build;
mod running;
mod scale;
mod survivors;
mod torture;
mod typed;
mod zoo;
