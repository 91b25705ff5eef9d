//! A directory that participants write in, and paths beneath it.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2, readlinkat};
use rustix::io::Errno;

use super::ForeignError;
use super::file::ForeignFile;

/// Reading, without waiting for anybody: neither for a writer of a pipe nor for who holds a lease.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A directory without what it holds being read.
const PASS: OFlags = OFlags::PATH
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Beneath the directory, through no link and on the same file system.
const BENEATH: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);

/// A directory beneath which participants do as they like. It is held open: whatever becomes of
/// its name, it stays the same.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    top: Arc<OwnedFd>,
    /// From there; empty for the top itself.
    at: PathBuf,
}

impl Ground {
    /// A directory of the harness that no participant can move.
    pub(crate) fn open(top: &Path) -> Result<Self, ForeignError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let top = openat(CWD, top, flags, Mode::empty())?;
        Ok(Self {
            top: Arc::new(top),
            at: PathBuf::new(),
        })
    }

    /// The ground of one participant; it need not be there yet.
    pub(crate) fn of(&self, who: &str) -> Self {
        Self {
            top: self.top.clone(),
            at: self.at.join(who),
        }
    }

    /// The same place, as a path from the top.
    pub(super) fn as_path_of_top(&self) -> (Self, PathBuf) {
        let top = Self {
            top: self.top.clone(),
            at: PathBuf::new(),
        };
        (top, self.at.clone())
    }

    /// Opens a regular file to read it.
    pub(crate) fn file(&self, path: &Path) -> Result<ForeignFile, ForeignError> {
        ForeignFile::of(self.resolve(path, READ)?)
    }

    /// Opens a directory to list it.
    pub(super) fn directory(&self, path: &Path) -> Result<OwnedFd, ForeignError> {
        self.resolve(path, READ | OFlags::DIRECTORY)
    }

    /// The directory that something is in, to do something there by name, and that name.
    pub(super) fn parent<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p OsStr), ForeignError> {
        let name = path.file_name().ok_or(ForeignError::Elsewhere)?;
        let parent = path.parent().unwrap_or(Path::new(""));
        Ok((self.resolve(parent, PASS)?, name))
    }

    /// Opens what is at a path.
    fn resolve(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, ForeignError> {
        let path = self.at.join(beneath(path)?);
        let opened = match openat2(&*self.top, or_itself(&path), flags, Mode::empty(), BENEATH) {
            // A kernel before 5.6, or a sandbox that does not know the call. And where no directory
            // is, a link may be.
            Err(Errno::NOSYS | Errno::PERM | Errno::NOTDIR) => walk(&self.top, &path, flags),
            other => other,
        };
        opened.map_err(ForeignError::from)
    }
}

/// The same without the call that does it at once: one name after another, through no link.
pub(super) fn walk(top: &impl AsFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let mut at = openat(top, ".", PASS, Mode::empty())?;
    let mut names = path.iter().peekable();
    while let Some(name) = names.next() {
        let is_last = names.peek().is_none();
        let flags = if is_last { flags } else { PASS };
        at = openat(&at, name, flags, Mode::empty()).map_err(|error| match error {
            // A link is no directory, either.
            Errno::NOTDIR if readlinkat(&at, name, Vec::new()).is_ok() => Errno::LOOP,
            other => other,
        })?;
        if is_last {
            return Ok(at);
        }
    }
    openat(&at, ".", flags, Mode::empty())
}

/// A path by its names alone. As no link is followed, `a/../b` is `b`.
pub(super) fn beneath(path: &Path) -> Result<PathBuf, ForeignError> {
    let mut names = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => names.push(name),
            Component::CurDir => {}
            Component::ParentDir if names.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(ForeignError::Elsewhere);
            }
        }
    }
    Ok(names)
}

fn or_itself(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}
