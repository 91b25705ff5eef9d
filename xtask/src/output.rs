//! Printing: results on standard output, narration on standard error.
//!
//! `anstream` takes colours out where they are not wanted. Nobody is told when a stream is
//! closed: who closed it does not read on.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::command_error::CommandError;

/// Words that went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Words that did not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Words that a reader may skip.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Words that a reader looks for.
pub(crate) const STRONG: Style = Style::new().bold();

/// A line of the result.
pub(crate) fn result(line: &str) {
    drop(writeln!(anstream::stdout(), "{line}"));
}

/// A line of narration.
pub(crate) fn narrate(line: &str) {
    drop(writeln!(anstream::stderr(), "{line}"));
}

/// Why a command ends without a result.
pub(crate) fn error(error: &CommandError) {
    narrate(&format!("{BAD}error{BAD:#}: {error}"));
}

/// Whether errors may be coloured.
pub(crate) fn errors_have_colour() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}
