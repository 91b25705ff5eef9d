//! The relay of the zoo: honest, unless it has a `--fault`.

use std::process::ExitCode;

fn main() -> ExitCode {
    zoo::relay()
}
