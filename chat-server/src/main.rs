//! The relay as a program. See `chat-server --help`.

mod cli;
mod error;
mod exit_code;
mod ready;
mod start;
mod telemetry;

use std::process::ExitCode;

use clap::Parser as _;

use self::exit_code::Exit;

fn main() -> ExitCode {
    let result = match cli::Cli::try_parse() {
        Ok(cli::Cli {
            command: Some(cli::Command::Forget(which)),
            ..
        }) => start::forget(&which),
        Ok(cli::Cli {
            command: Some(cli::Command::Key(which)),
            ..
        }) => start::key(&which),
        Ok(cli) => start::start(cli),
        Err(answer) => return exit_code::of_usage(&answer),
    };
    match result {
        Ok(()) => Exit::Clean.into(),
        Err(error) => error.report().into(),
    }
}
