//! The plain client, but it changes one byte of a file that it receives.

use std::process::ExitCode;

use zoo::ClientFault;

fn main() -> ExitCode {
    zoo::client(Some(ClientFault::CorruptsFile))
}
