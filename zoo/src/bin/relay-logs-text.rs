//! The plain relay, but it writes every text to its log.

use std::process::ExitCode;

use zoo::RelayFault;

fn main() -> ExitCode {
    zoo::relay(Some(RelayFault::LogsText))
}
