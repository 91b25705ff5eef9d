//! What the harness costs, measured against the simplest program that does the same. Both are
//! measured in turns in one run, so that whatever the machine is doing affects both.
//!
//! [`main`] starts no thread before a measurement enters its user namespace: the system allows
//! that only to a process with a single thread.

mod areas;
mod baseline;
mod error;
mod long_page;
mod setup;
mod tools;

use std::io::{self, Write as _};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use areas::Area;

pub use long_page::{PageError, write as write_long_page};

/// Measure the harness against the simplest program that does the same
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask bench",
    bin_name = "cargo xtask bench",
    override_usage = "cargo xtask bench [OPTIONS] <AREA>",
    after_help = "Examples:
  cargo xtask bench audit
  cargo xtask bench harness --rounds 50
  cargo xtask bench stage
  cargo xtask bench tap --json"
)]
struct Arguments {
    /// What to measure
    area: Area,
    /// Print one JSON object per row instead of a table
    #[arg(long)]
    json: bool,
    /// Measure N times and take the median
    #[arg(long, default_value = "50", value_name = "N")]
    rounds: NonZeroU32,
    /// The root of the workspace; `cargo xtask bench` sets it
    #[arg(long, hide = true)]
    workspace: PathBuf,
}

/// The whole program: measures, prints, and fails if a goal is missed.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = arguments.workspace.as_path();
    if cfg!(debug_assertions) {
        narrate(
            "development builds are measured, in which only what computes is optimised: a release is faster",
        );
    }
    match areas::measure(arguments.area, root, arguments.rounds.get()) {
        Ok(rows) => comparison::print(&rows, arguments.json),
        Err(error) => {
            narrate(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

fn narrate(line: &str) {
    writeln!(io::stderr(), "{line}").ok();
}
