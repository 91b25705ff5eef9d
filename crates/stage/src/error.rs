//! Faults of the engine. A participant's failure is never one: it is data.

use std::io;
use std::path::PathBuf;

use scenario::adapter::UnknownPlaceholder;

/// What keeps the harness from doing its work.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A call to the system failed.
    #[error("cannot {what}: {error}")]
    System {
        /// In words, for example `make a network namespace`.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// A file of the harness itself cannot be read or written.
    #[error("cannot {what} {}: {error}", path.display())]
    File {
        /// `read`, `write`, `make`.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The adapter names a program that is not there.
    #[error("program {name:?} of adapter {adapter:?} is not there: {why}")]
    NoProgram {
        /// As in `[programs]`.
        name: String,
        /// Which adapter.
        adapter: String,
        /// What was looked for.
        why: ProgramNotFound,
    },
    /// An adapter's template has a placeholder that has no value there.
    #[error("adapter {adapter:?}: {why}")]
    Template {
        /// Which adapter.
        adapter: String,
        /// Which placeholder.
        why: UnknownPlaceholder,
    },
    /// Interrupted; everything that was started is gone.
    #[error("interrupted")]
    Interrupted,
    /// A part of the harness ended before its time.
    #[error("fault of the harness: {0}")]
    Fault(&'static str),
}

/// Whose fault an error is; the exit code follows from it. That of a participant is none: it is
/// data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Of the command line or of a file.
    Author,
    /// Of this machine: something is missing, or it says no.
    Machine,
    /// Our own.
    Ours,
    /// Nobody's: it was interrupted.
    User,
}

impl EngineError {
    /// Whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Template { .. } => Blame::Author,
            Self::File { .. } | Self::NoProgram { .. } | Self::System { .. } => Blame::Machine,
            Self::Fault(_) => Blame::Ours,
            Self::Interrupted => Blame::User,
        }
    }

    /// For `map_err` on a call to the system.
    pub(crate) fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::System {
            what,
            error: error.into(),
        }
    }

    /// For `map_err` on a file.
    pub(crate) fn file(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::File {
            what,
            path: path.into(),
            error,
        }
    }
}

/// Why a program that an adapter names is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramNotFound {
    /// It is said to be one of this workspace.
    #[error("this workspace builds no binary {binary:?}")]
    NotBuilt {
        /// As the adapter names it.
        binary: String,
    },
    /// It was looked for in vain.
    #[error("no {} beside it or on {on}", .path.display())]
    Nowhere {
        /// As the adapter writes it.
        path: PathBuf,
        /// The directories that were looked through, as `PATH` has them.
        on: &'static str,
    },
}
