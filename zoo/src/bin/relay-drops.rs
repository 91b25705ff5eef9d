//! The plain relay, but it loses the second message.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::Drops))
}
