//! The relay of the leaky pair: what is wrong with it is its `--fault`.

use std::process::ExitCode;

fn main() -> ExitCode {
    zoo::leaky::relay()
}
