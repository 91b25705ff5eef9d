//! The plain client, but it leaves a process behind.

use std::process::ExitCode;

use zoo::ClientFault;

fn main() -> ExitCode {
    zoo::client(Some(ClientFault::Orphans))
}
