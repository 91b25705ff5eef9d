//! What the relay's exit code means.

use std::process::ExitCode;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Shut down because it was asked to.
    Clean,
    /// A fault of the relay.
    Failed,
    /// The arguments are wrong.
    Usage,
    /// Something around it: a port, a folder, a file.
    Environment,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Environment => 5,
        })
    }
}

/// Prints what clap has to say: help to stdout, errors to stderr.
pub(crate) fn of_usage(answer: &clap::Error) -> ExitCode {
    let wrong = answer.use_stderr();
    match answer.print() {
        Ok(()) if wrong => Exit::Usage.into(),
        Ok(()) => Exit::Clean.into(),
        Err(_) => Exit::Failed.into(),
    }
}
