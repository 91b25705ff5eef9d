//! Why a saved run cannot be read, judged again or merged.

use std::io;
use std::path::PathBuf;

use report::json::ReadError;
use stage::{Blame, EngineError};

/// What keeps a saved run from being used. Each variant names the place.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// There is none.
    #[error("{} is not a saved run: it has no run.json", .0.display())]
    NoRun(PathBuf),
    /// The system does not give, or take, a file.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
    /// A file is not what this program writes.
    #[error("{}: {error}", path.display())]
    Format {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        error: FormatError,
    },
    /// A play of it is said to lie where no play of it lies.
    #[error(
        "{}: a play claims to be in {:?}, which is not inside its run; nothing was read there",
        run.display(),
        path
    )]
    Outside {
        /// The run.
        run: PathBuf,
        /// What its result says.
        path: PathBuf,
    },
    /// A participant is called what no file can be called.
    #[error("{}: {name:?} is not a valid name of a participant", path.display())]
    BadName {
        /// The play.
        path: PathBuf,
        /// What its plan or timeline says.
        name: String,
    },
    /// These are not the parts of one run.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// It has no such scenario.
    #[error("the run has no scenario {0:?}")]
    NoScenario(String),
    /// Nobody in it was driven by an adapter of that name.
    #[error(
        "{} is called `{name}`, and this run was played with {}; \
         give the corrected file the same name",
        path.display(),
        had.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" and ")
    )]
    NoAdapter {
        /// The file that was given.
        path: PathBuf,
        /// Its name.
        name: String,
        /// Those that the run has.
        had: Vec<String>,
    },
    /// Its reports cannot be written again.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl SavedError {
    /// Whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::File { .. } => Blame::Machine,
            Self::Engine(error) => error.blame(),
            Self::NoRun(_)
            | Self::Format { .. }
            | Self::Outside { .. }
            | Self::BadName { .. }
            | Self::Merge(_)
            | Self::NoScenario(_)
            | Self::NoAdapter { .. } => Blame::Author,
        }
    }
}

/// How a file differs from what this program writes.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A plan, snapshots or the rounds of a load.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A result or a manifest.
    #[error(transparent)]
    Report(#[from] ReadError),
    /// A timeline; what it says names the line.
    #[error(transparent)]
    Timeline(#[from] io::Error),
}

/// Why runs cannot be merged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No run was given.
    #[error("there is nothing to merge")]
    Nothing,
    /// A load is always whole.
    #[error("{} is a load, which has no shards", .0.display())]
    Load(PathBuf),
    /// The same scenario is in two of them.
    #[error("{0} was played in two of them")]
    Twice(String),
    /// They were not started as parts of one run.
    #[error(
        "{} and {} are not shards of one run: they have different {differ}",
        first.display(),
        other.display()
    )]
    Apart {
        /// The first run.
        first: PathBuf,
        /// The one that does not belong to it.
        other: PathBuf,
        /// In what.
        differ: Difference,
    },
}

/// In what runs differ that cannot be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The implementations, or how they were set.
    Adapters,
    /// The number that everything random comes from.
    Seeds,
    /// Into how many parts the whole was cut, and by which times.
    Shards,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Adapters => "adapters",
            Self::Seeds => "seeds (give all shards the same --seed)",
            Self::Shards => "numbers of shards, or times to balance them by",
        })
    }
}
