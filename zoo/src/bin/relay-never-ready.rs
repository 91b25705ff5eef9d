//! The plain relay, but it never says that it is ready.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::NeverReady))
}
