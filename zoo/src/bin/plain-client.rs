//! The client of the zoo: honest, and what is wrong with it otherwise is its `--fault`.

use std::process::ExitCode;

fn main() -> ExitCode {
    zoo::client()
}
