//! The relay: authenticates clients, tells them of each other, and passes on envelopes that
//! it cannot open. Its one key signs challenges (and the handshakes of TLS), and it links no code that
//! seals or opens envelopes.
//!
//! ```text
//!            ┌────────────────────── one task per client ───────────────────────┐
//! socket ──► connection: deframe ──► session (login) ──┐                        │
//!            │                   └──► Request ─────────┤ bounded channel        │
//!            └────────────────────────────────────────┼────────────────────────┘
//!                                                      ▼
//!                                  router (one task): directory, who is online
//!                                                      │ bounded outboxes, never waits
//! socket ◄── connection: vectored writes ◄─────────────┘
//! ```
//!
//! In reading order: [`session`] (the login without I/O), [`router`] (every decision),
//! [`outbox`] and [`patience`] (the bounds of a connection), [`connection`] (the only module
//! that touches a socket), [`directory`] and [`store`] (names and the relay's [`key`], which is that of its TLS certificate as well), [`mail`] (letters for those who are away), [`listener`] and [`seats`] (who may connect), [`metrics`] (what is counted).
//!
//! # Invariants
//!
//! - The router never waits for a client: an outbox that is full costs its owner the
//!   connection.
//! - A client that floods stops itself: its connection reads on only when the router has
//!   taken what it sent.
//! - A body is passed on as the bytes that arrived, neither read, copied nor logged.
//! - A connection that has not proven a key changes nothing for those who have.
//! - What waits for others has a bound for each sender and for all together: [`budget`].
//! - Every queue, buffer and wait has a bound: [`limits`].

mod budget;
mod cli;
mod clock;
mod config;
mod connection;
mod context;
mod directory;
mod error;
mod exit_code;
mod key;
mod limits;
mod listener;
mod mail;
mod metrics;
mod outbox;
mod patience;
mod rates;
mod ready;
mod refusal;
mod relay;
mod router;
mod saver;
mod seats;
mod session;
mod settings;
mod start;
mod store;
mod telemetry;
#[cfg(feature = "tls")]
mod tls;

use std::process::ExitCode;

use clap::CommandFactory as _;

use self::error::StartError;
use self::exit_code::Exit;

pub use relay::{Listeners, RunError, run};
pub use settings::Settings;
pub use store::{Registry, StoreError, forget, relay_key};

/// The relay as a program. See `chat-server --help`.
pub fn program() -> ExitCode {
    let result = cli::Cli::read().and_then(|cli| match &cli.command {
        Some(cli::Command::Forget(which)) => start::forget(which),
        Some(cli::Command::Key(which)) => start::key(which),
        None if cli.check_config => start::check(&cli),
        None => start::start(cli),
    });
    match result {
        Ok(()) => Exit::Clean.into(),
        Err(StartError::Usage(answer)) => exit_code::of_usage(&answer),
        Err(error) => error.report().into(),
    }
}

/// What can be typed, for manual pages and completions.
pub fn command() -> clap::Command {
    cli::Cli::command()
}
