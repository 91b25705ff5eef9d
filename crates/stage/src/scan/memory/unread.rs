//! Why memory was not read, or not all of it.

use std::io;

use super::walk::MOST;
use crate::scan::refused::Unreadable;

/// Why what was read is not all that processes have in memory.
#[derive(Debug, thiserror::Error)]
pub enum UnreadMemory {
    /// The harness reads it as Linux lets it be read.
    #[error("memory can be read on Linux alone")]
    NotLinux,
    /// One of the processes cannot be inspected.
    #[error(transparent)]
    Process(#[from] Unreadable),
    /// The harness has less memory than they.
    #[error("there is no room for a copy: {0}")]
    NoRoom(io::Error),
    /// What was copied may not have been there at one time.
    #[error("its processes could not be suspended")]
    Moved,
    /// More than is read at once.
    #[error("more than {MOST} bytes of memory")]
    TooMuch,
    /// Pages that are there.
    #[error("{pages} pages of {name} cannot be read")]
    Pages {
        /// How many.
        pages: usize,
        /// Whose the first of them is.
        name: String,
    },
}
