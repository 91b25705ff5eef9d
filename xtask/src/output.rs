//! Printing: results on standard output, narration on standard error.
//!
//! `anstream` removes colours where they are not wanted. Nobody is informed when a stream is
//! closed: who closed it does not read on.

use std::io::{self, IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use report::terminal::{Detail, Screen};

use crate::command_error::CommandError;

/// Words that went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Words that did not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Words that a reader may skip.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Words that a reader scans for.
pub(crate) const STRONG: Style = Style::new().bold();

/// Why a part of the result did not reach standard output.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// A line of the result.
pub(crate) fn result(line: &str) {
    let mut stdout = anstream::stdout();
    note(writeln!(stdout, "{line}"));
}

/// Whether all of the result has reached standard output: a program that reads it must not take a
/// part of it for the whole.
///
/// # Errors
///
/// When it has not. Who closed it does not read on, and hears nothing.
pub(crate) fn finish() -> Result<(), Option<CommandError>> {
    note(anstream::stdout().flush());
    match LOST.get() {
        None => Ok(()),
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(None),
        Some(error) => Err(Some(CommandError::environment(format!(
            "cannot write the result to standard output: {error}"
        )))),
    }
}

fn note(written: io::Result<()>) {
    if let Err(error) = written {
        drop(LOST.set(error));
    }
}

/// Something that is not as it should be, and keeps nobody from going on.
pub(crate) fn warn(what: &str) {
    narrate(&format!("{STRONG}warning{STRONG:#}: {what}"));
}

/// A line of narration.
pub(crate) fn narrate(line: &str) {
    drop(writeln!(anstream::stderr(), "{line}"));
}

/// What somebody may want to do next.
pub(crate) fn next(commands: &str) {
    narrate(&format!("{FAINT}next: {commands}{FAINT:#}"));
}

/// Why a command ends without a result.
pub(crate) fn error(error: &CommandError) {
    narrate(&format!("{BAD}error{BAD:#}: {error}"));
}

/// How wide lines of a stream may be: as its terminal is, else as `COLUMNS` says; `None` for a log.
pub(crate) fn columns(stream: &(impl IsTerminal + AsFd)) -> Option<usize> {
    let size = stream
        .is_terminal()
        .then(|| rustix::termios::tcgetwinsize(stream).ok())
        .flatten();
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok();
    size.map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0)
        .or_else(asked)
}

/// A path as it is shortest to read: from the current directory where it is there.
pub(crate) fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    relative.unwrap_or_else(|| path.to_owned())
}

/// What reports on a stream look like.
pub(crate) fn screen(stream: &(impl IsTerminal + AsFd), detail: Detail) -> Screen {
    Screen {
        columns: columns(stream).unwrap_or(usize::MAX),
        detail,
    }
}

/// Colours also where there is no terminal, when `FORCE_COLOR` asks for them and `NO_COLOR` does
/// not forbid them.
pub(crate) fn obey_force_color() {
    let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_forced = is_set("FORCE_COLOR").is_some_and(|value| value != "0");
    if is_forced && is_set("NO_COLOR").is_none() {
        anstream::ColorChoice::Always.write_global();
    }
}

/// Whether results may be coloured.
pub(crate) fn results_have_colour() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Whether errors may be coloured.
pub(crate) fn errors_have_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}
