//! The client: end-to-end encrypted chat on a terminal or over pipes.
//!
//! ```text
//! stdin ──► input ─┐                        ┌─► transport ──► relay
//! relay ─► frames ─┼─► session (pure) ──► effects
//! files ─► reports ┘                        ├─► files: read, write, rename
//!                                           └─► output (a thread): home, then face ──► stdout
//! ```
//!
//! [`account`] is what a client remembers whatever becomes of its connections; [`session`] has one, and the
//! connection of the moment.
//!
//! [`session`] decides everything and does nothing: lines, frames and reports go in, effects
//! come out, and time and randomness are passed in. [`app`] is the rim that carries the
//! effects out, in their order. `docs/client-lines.md` is the contract of `--plain`.

pub mod account;
pub mod app;
pub mod cli;
mod clock;
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
pub mod locale;
mod output;
mod pass_phrase;
pub mod relays;
pub mod rooms;
pub mod screen;
pub mod session;
mod signals;
#[cfg(feature = "tls")]
mod tls;
mod transport;
#[cfg(feature = "window")]
pub mod window;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use cli::{Cli, Command};
use exit_code::Failure;
use locale::Locale;

/// What can be typed, for manual pages and completions.
pub fn command() -> clap::Command {
    Cli::command().name("chat-client")
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let locale = cli.locale(|name| std::env::var(name).ok());
    let done = match &cli.command {
        Command::Keygen(options) => key_commands::keygen(options, locale),
        Command::Export(options) => key_commands::export(options, locale),
        Command::Chat(options) => app::chat(options, locale),
        #[cfg(feature = "window")]
        Command::Window(options) => app::window(options, locale),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            report(&failure, locale);
            failure.exit.into()
        }
    }
}

/// On standard error; when that is closed, the exit code has to do.
fn report(failure: &Failure, locale: Locale) {
    let text = failure.in_locale(locale);
    drop(writeln!(io::stderr().lock(), "{text}"));
}
