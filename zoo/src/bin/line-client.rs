//! The client of the zoo for relays in other languages.

use std::process::ExitCode;

fn main() -> ExitCode {
    zoo::line_client()
}
