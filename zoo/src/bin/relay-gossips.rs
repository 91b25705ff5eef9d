//! The plain relay, but it shows private messages to everyone.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::Gossips))
}
