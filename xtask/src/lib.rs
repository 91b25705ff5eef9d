//! The command line of the harness: parses, calls `harness`, prints. Nothing is
//! decided here.
//!
//! A library, so that it is compiled while `harness` still is: a program would wait for the end
//! of that. `main.rs` calls it.
//!
//! [`main`] starts no thread and no runtime: commands that stage plays enter a user namespace
//! first, which the system allows to a process with one thread only.

mod argument;
mod asking;
mod bench;
mod binaries;
mod check;
mod choosing;
mod ci;
mod cli;
mod command;
mod command_error;
mod completions;
mod crash;
mod demo;
mod dist;
mod doctor;
mod exit_code;
mod explain;
mod fuzz;
mod github;
mod grade;
mod interrupt;
mod keys;
mod link_table;
mod list;
mod load;
mod new;
mod output;
mod pictures;
mod probe;
mod recording;
mod saved;
mod schema;
mod staging;
mod start_page;
mod test;
mod tidy;
mod try_one;
mod web;
mod workspace;
mod zoo;

use std::path::Path;
use std::process::ExitCode;

use cli::{Cli, Command};
use command_error::{CommandError, CommandResult};
use exit_code::{ENVIRONMENT, FINE};
use workspace::Workspace;

/// The whole program.
pub fn main() -> ExitCode {
    output::obey_force_color();
    let Cli { command, reports } = cli::parse();
    let failed = |error: CommandError| {
        output::error(&error);
        error.code
    };
    let code = run(command, reports.as_deref()).unwrap_or_else(failed);
    let lost = output::finish().map_err(|error| error.map_or(ENVIRONMENT, failed));
    match lost {
        Err(lost) if code == FINE => ExitCode::from(lost),
        _ => ExitCode::from(code),
    }
}

fn run(command: Option<Command>, reports: Option<&Path>) -> CommandResult {
    let workspace = Workspace::with_reports(reports)?;
    match command {
        None => start_page::run(),
        Some(Command::Bench(arguments)) => bench::run(&arguments, &workspace),
        Some(Command::Fuzz(arguments)) => fuzz::run(&arguments, &workspace),
        Some(Command::Dist(arguments)) => dist::run(&arguments, &workspace),
        Some(Command::Crash(arguments)) => crash::run(&arguments, &workspace),
        Some(Command::Check(arguments)) if arguments.tried => probe::run(&arguments, &workspace),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Ci(arguments)) => ci::run(&arguments),
        Some(Command::Completions(arguments)) => completions::run(&arguments),
        Some(Command::Demo(arguments)) => demo::run(&arguments, &workspace),
        Some(Command::Doctor(arguments)) if arguments.links => link_table::run(),
        Some(Command::Doctor(_)) => doctor::run(),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Grade(arguments)) => grade::run(&arguments, &workspace),
        Some(Command::List(arguments)) => list::run(&arguments),
        Some(Command::Load(arguments)) => load::run(&arguments, &workspace),
        Some(Command::New(arguments)) => new::run(&arguments, &workspace),
        Some(Command::Replay(arguments)) => saved::replay(&arguments, &workspace),
        Some(Command::Report(arguments)) => saved::report(&arguments, &workspace),
        Some(Command::Schema(arguments)) => schema::run(&arguments),
        Some(Command::Test(arguments)) => test::run(&arguments, &workspace),
        Some(Command::Tidy) => tidy::run(),
        Some(Command::Try(arguments)) => try_one::run(&arguments, &workspace),
        Some(Command::Zoo(arguments)) => zoo::run(&arguments, &workspace),
    }
}
