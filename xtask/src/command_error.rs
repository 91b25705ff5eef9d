//! Why a command could not do what it was asked to.

use std::fmt;

use crate::exit_code::{ENVIRONMENT, HARNESS, USAGE};

/// What every command returns: an exit code, or why there is no result.
pub(crate) type CommandResult = Result<u8, CommandError>;

/// An error for people, with its exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CommandError {
    /// One of [`crate::exit_code`].
    pub(crate) code: u8,
    /// What, where and what to do; several lines where there is much to say.
    pub(crate) text: String,
}

impl CommandError {
    /// The command line or a file is wrong.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            text: text.into(),
        }
    }

    /// Something is missing on this machine, or it says no.
    pub(crate) fn environment(text: impl Into<String>) -> Self {
        Self {
            code: ENVIRONMENT,
            text: text.into(),
        }
    }

    /// Our own fault.
    pub(crate) fn harness(text: impl Into<String>) -> Self {
        Self {
            code: HARNESS,
            text: text.into(),
        }
    }

    /// A path that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::environment(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
