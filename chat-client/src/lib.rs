//! The client: end-to-end encrypted chat on a terminal or over pipes.
//!
//! ```text
//! stdin ──► input ─┐                        ┌─► transport ──► relay
//! relay ─► frames ─┼─► session (pure) ──► effects ─► home: pins, replay log
//! files ─► reports ┘                        ├─► files: read, write, rename
//!                                           └─► face ──► stdout
//! ```
//!
//! [`session`] decides everything and does nothing: lines, frames and reports go in, effects
//! come out, and time and randomness are passed in. [`app`] is the rim that carries the
//! effects out, in their order. `docs/client-lines.md` is the contract of `--plain`.

pub mod app;
pub mod cli;
pub mod contacts;
pub mod escape;
pub mod exit_code;
pub mod face;
pub mod file_name;
mod files;
pub mod home;
mod input;
pub mod keepalive;
mod key_commands;
mod pass_phrase;
pub mod session;
mod signals;
mod transport;

pub use cli::run;
