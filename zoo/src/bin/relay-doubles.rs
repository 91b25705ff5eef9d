//! The plain relay, but it delivers every message twice.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::Doubles))
}
