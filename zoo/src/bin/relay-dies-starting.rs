//! The plain relay, but it exits before it is ready.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::DiesStarting))
}
