//! The plain client, but nothing polite ends it.

use std::process::ExitCode;

use zoo::ClientFault;

fn main() -> ExitCode {
    zoo::client(Some(ClientFault::Hangs))
}
