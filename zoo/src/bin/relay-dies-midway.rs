//! The plain relay, but it exits after it has passed on the second message.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::DiesMidway))
}
