//! The one line on stdout: programs that start a relay wait for it.

use std::io::{self, Write as _};
use std::net::SocketAddr;

/// Says that clients can connect, and where: `ready 127.0.0.1:43210`.
pub(crate) fn announce(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "ready {address}")?;
    out.flush()
}
