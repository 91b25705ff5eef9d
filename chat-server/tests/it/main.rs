//! The relay from outside: over real sockets in process, and as a program.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed; clippy knows only the functions marked as tests"
)]

mod bounds;
mod cli;
mod client;
mod config;
mod files;
mod hostile;
mod log;
mod login;
mod metrics;
mod names;
mod program;
mod relay;
mod renewals;
mod routing;
mod shutdown;
#[cfg(feature = "tls")]
mod tls;
