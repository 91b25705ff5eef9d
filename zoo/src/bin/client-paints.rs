//! The honest client, but it paints whole frames on the alternate screen.

use std::process::ExitCode;

use zoo::Face;

fn main() -> ExitCode {
    zoo::client_with(Face::Paints)
}
