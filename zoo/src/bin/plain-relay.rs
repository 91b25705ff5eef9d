//! The honest plain relay: no fault, and no encryption.

use std::process::ExitCode;

fn main() -> ExitCode {
    zoo::relay(None)
}
