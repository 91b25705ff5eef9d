//! The plain client, but it prints megabytes a second.

use std::process::ExitCode;

use zoo::ClientFault;

fn main() -> ExitCode {
    zoo::client(Some(ClientFault::Floods))
}
