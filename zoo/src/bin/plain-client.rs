//! The honest plain client: no fault, and no encryption.

use std::process::ExitCode;

fn main() -> ExitCode {
    zoo::client(None)
}
