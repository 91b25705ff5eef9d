//! What is written in a directory, under which names: the kernel tells of each change, however
//! briefly it could be seen.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::fstat;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::{ForeignError, Ground};

/// So many names are remembered.
const MOST: usize = 10_000;

const REPLACED: &str = "the directory was replaced by another";

/// A directory that is watched; what lies in directories within it is not.
#[derive(Debug)]
pub(crate) struct Watch {
    queue: OwnedFd,
    watched: (u64, u64),
    written: BTreeSet<PathBuf>,
    /// Changes were missed, and why.
    missed: Option<&'static str>,
}

impl Ground {
    /// Watches a directory from now on.
    pub(crate) fn watch(&self, directory: &Path) -> Result<Watch, ForeignError> {
        let watched = self.directory(directory)?;
        let queue = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        // The very directory that is open, whatever its name leads to now.
        let itself = format!("/proc/self/fd/{}", watched.as_raw_fd());
        inotify::add_watch(&queue, itself, WatchFlags::MODIFY | WatchFlags::ONLYDIR)?;
        let watched = fstat(&watched)?;
        Ok(Watch {
            queue,
            watched: (watched.st_dev, watched.st_ino),
            written: BTreeSet::new(),
            missed: None,
        })
    }
}

impl Watch {
    /// Takes in what has happened, without waiting.
    pub(crate) fn catch_up(&mut self) {
        let mut room = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.queue, &mut room);
        loop {
            match events.next() {
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => {
                    self.missed = Some("more was written there at a time than can be followed");
                }
                Ok(event) => {
                    let name = event
                        .file_name()
                        .map(|name| OsStr::from_bytes(name.to_bytes()));
                    let Some(name) = name else { continue };
                    if self.written.len() < MOST {
                        self.written.insert(name.into());
                    } else if !self.written.contains(Path::new(name)) {
                        self.missed = Some("files of more than 10000 names were written there");
                    }
                }
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    /// Another directory of the same name was watched before: what was written in this one until
    /// now was not seen.
    pub(crate) fn goes_on_from(&mut self, before: &Self) {
        self.written.extend(before.written.iter().cloned());
        self.missed = before.missed.or(Some(REPLACED));
    }

    /// Something was awaited before it was watched, and why it was not.
    pub(crate) fn begins_late(&mut self, why: &'static str) {
        self.missed = Some(why);
    }

    /// Whether anything was written to a file of this name while it had it.
    pub(crate) fn has_seen(&self, path: &Path) -> bool {
        self.written.contains(path)
    }

    /// Why something may have been written unseen.
    pub(crate) fn missed(&self, ground: &Ground, directory: &Path) -> Option<&'static str> {
        // Of one that is not there nothing can be wrong.
        let is_replaced = ground.has(directory) && !self.is_of(ground, directory);
        let replaced = is_replaced.then_some(REPLACED);
        self.missed.or(replaced)
    }

    /// Whether this is still the directory of that name.
    pub(crate) fn is_of(&self, ground: &Ground, directory: &Path) -> bool {
        let now = ground.directory(directory);
        let now = now.and_then(|directory| Ok(fstat(&directory)?));
        now.is_ok_and(|now| (now.st_dev, now.st_ino) == self.watched)
    }
}
