//! What is beneath a directory.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, DirEntry, FileType, readlinkat, statat};

use super::{ForeignError, Ground};

/// So many names are listed at most.
const MOST: usize = 100_000;

/// So many characters of a path are shown.
const BRIEF: usize = 100;

/// Something that is there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Directory(PathBuf),
    /// A regular file, as far as its directory says.
    File(PathBuf),
    /// A link, and what it says, which need not be there.
    Link(PathBuf, PathBuf),
    /// A pipe, a socket: it holds nothing.
    Other(PathBuf),
}

/// What was found beneath a directory, sorted by path. No link is followed.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) found: Vec<Found>,
    /// What could not be listed, and why.
    pub(crate) unread: Vec<String>,
}

impl Found {
    /// From the directory that was listed.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Directory(path) | Self::File(path) | Self::Link(path, _) | Self::Other(path) => {
                path
            }
        }
    }
}

impl Listing {
    /// The regular files.
    pub(crate) fn files(self) -> Vec<PathBuf> {
        let files = self.found.into_iter().filter_map(|one| match one {
            Found::File(path) => Some(path),
            Found::Directory(_) | Found::Link(..) | Found::Other(_) => None,
        });
        files.collect()
    }
}

impl Ground {
    /// Everything beneath a directory, hidden or not. One that is not there holds nothing.
    pub(crate) fn list(&self, directory: &Path) -> Listing {
        let mut listing = Listing::default();
        let mut waiting = vec![PathBuf::new()];
        while let Some(at) = waiting.pop() {
            let listed = self
                .directory(&directory.join(&at))
                .and_then(|opened| one_directory(opened, &at, &mut listing.found));
            match listed {
                Ok(nested) => waiting.extend(nested),
                Err(ForeignError::NotThere) => {}
                Err(why) => listing.unread.push(format!("{} {why}", brief(&at))),
            }
            if listing.found.len() >= MOST {
                listing
                    .unread
                    .push(format!("it holds more than {MOST} names"));
                break;
            }
        }
        listing
            .found
            .sort_by(|one, other| one.path().cmp(other.path()));
        listing
    }
}

/// Adds what one directory holds; the directories among that.
fn one_directory(
    opened: OwnedFd,
    at: &Path,
    found: &mut Vec<Found>,
) -> Result<Vec<PathBuf>, ForeignError> {
    let mut nested = Vec::new();
    let mut entries = Dir::new(opened)?;
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let path = at.join(name);
        let kind = kind_of(&entries, &entry);
        found.push(match kind {
            FileType::Directory => {
                nested.push(path.clone());
                Found::Directory(path)
            }
            FileType::RegularFile => Found::File(path),
            FileType::Symlink => {
                let said = readlinkat(entries.fd()?, name, Vec::new());
                let said = said.map_or_else(
                    |_| OsString::new(),
                    |said| OsString::from_vec(said.into_bytes()),
                );
                Found::Link(path, said.into())
            }
            _ => Found::Other(path),
        });
        if found.len() >= MOST {
            break;
        }
    }
    Ok(nested)
}

/// The directory in a message, which may lie deeper than any message is long.
fn brief(path: &Path) -> String {
    let whole = path.display().to_string();
    let brief: String = whole.chars().take(BRIEF).collect();
    let more = if brief.len() < whole.len() { "…" } else { "" };
    format!("{brief:?}{more}")
}

/// What an entry is. Some file systems do not say it in the directory.
pub(super) fn kind_of(entries: &Dir, entry: &DirEntry) -> FileType {
    let said = entry.file_type();
    if said != FileType::Unknown {
        return said;
    }
    let directory = entries.fd();
    let asked = directory.and_then(|fd| statat(fd, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW));
    asked.map_or(said, |it| FileType::from_raw_mode(it.st_mode))
}
