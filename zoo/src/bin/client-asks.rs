//! The honest client, but it wants a person: a terminal, its cursor, a name, a password and a room.

use std::process::ExitCode;

use zoo::Face;

fn main() -> ExitCode {
    zoo::client_with(Face::Asks)
}
