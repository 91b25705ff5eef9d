//! What goes out on standard output: one JSON value a line.

use std::io::{self, Write as _};

use serde::Serialize;

/// Says one thing, whole.
///
/// # Errors
///
/// When nobody listens any more.
pub(crate) fn write(value: &impl Serialize) -> io::Result<()> {
    let line = serde_json::to_string(value)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
