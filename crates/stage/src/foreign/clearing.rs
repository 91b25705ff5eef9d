//! Removing all that participants have left.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, chmodat, fstat, openat, unlinkat};

use super::listing::kind_of;
use super::{ForeignError, Ground};

/// A directory on the way down, of which all is gone but the directories in it.
struct Level {
    name: OsString,
    nested: Vec<OsString>,
    identity: (u64, u64),
}

impl Ground {
    /// Removes everything that is there, when no participant lives any more. One directory is
    /// open at a time: how deep they lie is bounded neither by our stack nor by our descriptors.
    pub(crate) fn clear(&self) -> Result<(), ForeignError> {
        let mut at = self.directory(Path::new(""))?;
        let mut levels = vec![Level::emptied(&at, OsString::new())?];
        while let Some(level) = levels.last_mut() {
            if let Some(name) = level.nested.pop() {
                at = entered(&at, &name)?;
                levels.push(Level::emptied(&at, name)?);
                continue;
            }
            let (done, parent) = (levels.pop(), levels.last());
            let (Some(done), Some(parent)) = (done, parent) else {
                break;
            };
            at = reopened(&at, "..")?;
            if identity(&at)? != parent.identity {
                return Err(ForeignError::Changed);
            }
            unlinkat(&at, done.name, AtFlags::REMOVEDIR)?;
        }
        Ok(())
    }
}

impl Level {
    /// Removes what is no directory.
    fn emptied(directory: &OwnedFd, name: OsString) -> Result<Self, ForeignError> {
        let mut nested = Vec::new();
        let mut entries = Dir::read_from(directory)?;
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if kind_of(&entries, &entry) == FileType::Directory {
                nested.push(name.to_owned());
            } else {
                unlinkat(directory, name, AtFlags::empty())?;
            }
        }
        Ok(Self {
            name,
            nested,
            identity: identity(directory)?,
        })
    }
}

fn identity(directory: &OwnedFd) -> Result<(u64, u64), ForeignError> {
    let asked = fstat(directory)?;
    Ok((asked.st_dev, asked.st_ino))
}

/// Opens a directory that may not let itself be read.
fn entered(parent: &OwnedFd, name: &OsStr) -> Result<OwnedFd, ForeignError> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = openat(parent, name, flags, Mode::empty())?;
    // By its descriptor: its name could be another thing's by now.
    let by_descriptor = format!("/proc/self/fd/{}", held.as_raw_fd());
    chmodat(CWD, by_descriptor, Mode::RWXU, AtFlags::empty())?;
    reopened(&held, ".")
}

/// A directory beside one that is open, to be read.
fn reopened(held: &OwnedFd, name: &str) -> Result<OwnedFd, ForeignError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(held, name, flags, Mode::empty())?)
}
