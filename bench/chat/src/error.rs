//! Why nothing could be measured.

use std::io;
use std::path::{Path, PathBuf};

/// Why nothing could be measured, and whose fault that is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
    /// The system refuses something.
    #[error("cannot {what}: {why}")]
    System { what: &'static str, why: io::Error },
    /// A path cannot be read or written.
    #[error("{}: {why}", path.display())]
    Path { path: PathBuf, why: io::Error },
    /// A program that is compared with is not installed or does not work.
    #[error("{0}")]
    Tool(String),
    /// One of our programs was not built.
    #[error("{} was not built: start the measurement with `cargo xtask bench`", .0.display())]
    NotBuilt(PathBuf),
    /// What was to be measured did something else, so that its time says nothing.
    #[error("nothing was measured: {0}")]
    Unexpected(String),
}

impl MeasureError {
    /// As in `cargo xtask`: 5 for the machine, 101 for us.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::System { .. } | Self::Path { .. } | Self::Tool(_) => 5,
            Self::NotBuilt(_) | Self::Unexpected(_) => 101,
        }
    }

    /// For `map_err`, where the system was asked for something.
    pub(crate) fn system<E: Into<io::Error>>(what: &'static str) -> impl Fn(E) -> Self {
        move |why| Self::System {
            what,
            why: why.into(),
        }
    }

    /// For `map_err`, where a path was used.
    pub(crate) fn path(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |why| Self::Path {
            path: path.to_owned(),
            why,
        }
    }
}
