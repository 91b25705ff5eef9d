//! Foreign ground: the files that participants own. Nothing else in the harness opens, lists,
//! makes or removes them (`cargo xtask tidy`).
//!
//! A participant may put anything there at any time: a pipe that nobody writes to, a link to a
//! file of the user, a file that grows while it is read. So every path is resolved beneath the
//! scratch directory and through no link, nothing is opened that could wait, the descriptor is
//! asked what it is and not the path, only as much is read as was there at first, and what is
//! put there takes the place of what is there and never writes into it.
//!
//! ```text
//! ground ────── paths beneath a directory, opened
//! file ──────── a regular file, read within its size
//! listing ───── what is there, counted
//! placing ───── what the harness puts there and takes away
//! clearing ──── everything removed, however deep
//! version ───── whether a file has changed
//! watch ─────── what is written there, under which names
//! patience ──── a deadline for the driver, whose loop must go on
//! ```

mod clearing;
mod file;
mod ground;
mod listing;
mod patience;
mod placing;
#[cfg(test)]
mod tests;
mod version;
mod watch;

use std::io;
use std::time::Duration;

use rustix::fs::FileType;
use rustix::io::Errno;

pub(crate) use self::file::{Digested, ForeignFile, held_open, waiting_in};
pub(crate) use self::ground::Ground;
pub(crate) use self::listing::Found;
pub(crate) use self::patience::Patience;
pub(crate) use self::version::{TICK, Version};
pub(crate) use self::watch::Watch;

/// Why a participant's file is not opened, in words that follow its name. It is data: the
/// participant did it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForeignError {
    #[error("is not there")]
    NotThere,
    #[error("is not in the participant's own directory")]
    Elsewhere,
    #[error("is {0}, not a regular file")]
    NotAFile(&'static str),
    #[error("is a link, or is reached through one")]
    Link,
    #[error("is held by its owner, who would have to be waited for")]
    Held,
    #[error("has changed while it was read")]
    Changed,
    #[error("could not be reached within {0:?}")]
    NoAnswer(Duration),
    #[error("cannot be used: {0}")]
    System(#[source] io::Error),
}

impl ForeignError {
    /// Whether no participant could have done it: this machine has no more room.
    pub(crate) fn is_of_machine(&self) -> bool {
        const FULL: [Errno; 8] = [
            Errno::DQUOT,
            Errno::FBIG,
            Errno::IO,
            Errno::MFILE,
            Errno::NFILE,
            Errno::NOMEM,
            Errno::NOSPC,
            Errno::ROFS,
        ];
        let Self::System(error) = self else {
            return false;
        };
        Errno::from_io_error(error).is_some_and(|errno| FULL.contains(&errno))
    }

    /// For those who only know errors of the system.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::System(error) => error,
            other => io::Error::other(other),
        }
    }
}

impl From<Errno> for ForeignError {
    fn from(error: Errno) -> Self {
        match error {
            Errno::NOENT | Errno::NOTDIR => Self::NotThere,
            Errno::LOOP => Self::Link,
            // A lease: to open the file anyway would mean to wait for its holder.
            Errno::AGAIN => Self::Held,
            Errno::NXIO => Self::NotAFile("a socket or a device"),
            Errno::XDEV => Self::Elsewhere,
            other => Self::System(other.into()),
        }
    }
}

impl From<io::Error> for ForeignError {
    fn from(error: io::Error) -> Self {
        Errno::from_io_error(&error).map_or(Self::System(error), Self::from)
    }
}

/// What something is that is no regular file.
fn in_words(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a regular file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a link",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "something unknown",
    }
}
