//! The relay as a program. See `chat-server --help`.

mod cli;
mod config;
mod error;
mod exit_code;
mod ready;
mod start;
mod telemetry;

use std::process::ExitCode;

use self::error::StartError;
use self::exit_code::Exit;

fn main() -> ExitCode {
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
