//! Faults of the engine. A participant's failure is never one: it is data.

use std::io;
use std::path::PathBuf;

use scenario::adapter::UnknownPlaceholder;
use tokio::task::JoinError;

use crate::building::BuildError;
use crate::machine_limits::{START, remedy};

/// What keeps the harness from doing its work.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A call to the system failed.
    #[error("cannot {what}: {error}{}", mend(error))]
    System {
        /// In words, for example `make a network namespace`.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// A file of the harness itself cannot be read or written.
    #[error("cannot {what} {}: {error}{}", path.display(), mend(error))]
    File {
        /// `read`, `write`, `make`.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// This machine gives too little of something for any play.
    #[error("{has}; {mend}")]
    TooLittle {
        /// What there is.
        has: String,
        /// What to do.
        mend: &'static str,
    },
    /// The adapter names a program that is not there.
    #[error("program {name:?} of adapter {adapter:?} is not there: {why}")]
    NoProgram {
        /// As in `[programs]`.
        name: String,
        /// Which adapter.
        adapter: String,
        /// What was expected.
        why: ProgramNotFound,
    },
    /// What an adapter builds from sources does not build.
    #[error("adapter {adapter:?} does not build: {why}")]
    DoesNotBuild {
        /// Which adapter.
        adapter: String,
        /// The command, and what it said.
        why: BuildError,
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

/// What to do about it, behind what the system said.
fn mend(error: &io::Error) -> String {
    remedy(error).map_or_else(String::new, |mend| format!("; {mend}"))
}

/// Whose fault an error is; the exit code follows from it. What a participant does in a play is
/// none: it is data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Of the command line or of a file.
    Author,
    /// Of the implementation under test: it does not even build.
    Implementation,
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
            Self::DoesNotBuild { .. } => Blame::Implementation,
            Self::File { .. }
            | Self::NoProgram { .. }
            | Self::System { .. }
            | Self::TooLittle { .. } => Blame::Machine,
            Self::Fault(_) => Blame::Ours,
            Self::Interrupted => Blame::User,
        }
    }

    /// Whether the machine has no more of what everybody needs, which is no participant's fault.
    pub(crate) fn is_scarcity(&self) -> bool {
        match self {
            Self::System { error, .. } | Self::File { error, .. } => remedy(error).is_some(),
            Self::TooLittle { .. } => true,
            _ => false,
        }
    }

    /// A task has ended before its time: because the system has no thread for it, or by our fault.
    pub fn task(what: &'static str, error: JoinError) -> Self {
        let panic = error.try_into_panic().ok();
        let text = panic.as_ref().and_then(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or_else(|| panic.downcast_ref::<&str>().copied())
        });
        if text.is_some_and(|text| text.contains("spawn") && text.contains("thread")) {
            return Self::TooLittle {
                has: "no more threads can be started".to_owned(),
                mend: START,
            };
        }
        Self::Fault(what)
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
    /// It was not found.
    #[error("no {} beside it or on {on}", .path.display())]
    Nowhere {
        /// As the adapter writes it.
        path: PathBuf,
        /// The directories that were searched, as `PATH` has them.
        on: &'static str,
    },
}
