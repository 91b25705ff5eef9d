//! What the harness puts on foreign ground, and takes away from there.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, fchmod, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;

use super::ground::beneath;
use super::{ForeignError, Ground};

/// What a file is called while it is written. Nobody else is given such a name.
const BEGUN: &str = ".being-put-here";

impl Ground {
    /// Makes a directory and those on the way to it. What is there stays.
    pub(crate) fn make_directory(&self, path: &Path) -> Result<(), ForeignError> {
        let mut made = PathBuf::new();
        for name in beneath(path)?.iter() {
            made.push(name);
            let (parent, name) = self.parent(&made)?;
            match mkdirat(&parent, name, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // It may have been there as something else.
        self.directory(path).map(drop)
    }

    /// Makes the directories that a path passes through, also those that it leaves again by `..`:
    /// whoever is given that path walks it as it is written.
    pub(crate) fn make_way(&self, path: &Path) -> Result<(), ForeignError> {
        let mut passed = PathBuf::new();
        path.iter().try_for_each(|part| {
            passed.push(part);
            self.make_directory(&passed)
        })
    }

    /// Makes the directory itself; false where something of its name is there.
    pub(crate) fn make_itself(&self) -> Result<bool, ForeignError> {
        let (above, itself) = self.as_path_of_top();
        if above.has(&itself) {
            return Ok(false);
        }
        above.make_directory(&itself).map(|()| true)
    }

    /// Whether anything is there, even a link that leads nowhere.
    pub(crate) fn has(&self, path: &Path) -> bool {
        let asked = || {
            let path = beneath(path)?;
            let (parent, name) = self.parent(&path)?;
            Ok::<_, ForeignError>(statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?)
        };
        asked().is_ok()
    }

    /// Puts a file there, in one piece and instead of what is there: that is not written to, be
    /// it a link, a pipe or a file with another name somewhere else.
    pub(crate) fn put(
        &self,
        path: &Path,
        content: &mut dyn Read,
        mode: Mode,
    ) -> Result<(), ForeignError> {
        let path = beneath(path)?;
        self.make_directory(path.parent().unwrap_or(Path::new("")))?;
        let (parent, name) = self.parent(&path)?;
        unlinkat(&parent, BEGUN, AtFlags::empty()).ok();
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let begun = openat(&parent, BEGUN, flags, Mode::RUSR | Mode::WUSR)?;
        let mut file = File::from(begun);
        let written = io::copy(content, &mut file)
            .map_err(ForeignError::from)
            .and_then(|_| Ok(fchmod(&file, mode)?))
            .and_then(|()| Ok(renameat(&parent, BEGUN, &parent, name)?));
        if written.is_err() {
            unlinkat(&parent, BEGUN, AtFlags::empty()).ok();
        }
        written
    }

    /// Removes a file, or the link or pipe that is in its place.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), ForeignError> {
        let path = beneath(path)?;
        let (parent, name) = self.parent(&path)?;
        Ok(unlinkat(parent, name, AtFlags::empty())?)
    }
}
