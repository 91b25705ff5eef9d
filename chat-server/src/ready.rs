//! The one line on stdout: programs that start a relay wait for it.

use std::io::{self, Write as _};
use std::net::SocketAddr;

/// Says that clients can connect, and where: `ready 127.0.0.1:43210`.
pub(crate) fn announce(address: SocketAddr) -> io::Result<()> {
    say(&format!("ready {address}"))
}

/// Says that something is done.
pub(crate) fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
