//! What is written in a directory, under which names: the kernel tells of each change, however
//! briefly it could be seen.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::fstat;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

use super::{ForeignError, Ground};

/// So many names are remembered.
const MOST: usize = 10_000;

/// So many changes are taken in at once: some more than the kernel keeps. Who makes them faster than
/// they are read holds nobody up.
const AT_ONCE: usize = 50_000;

const REPLACED: &str = "the directory was replaced by another";
const TOO_MUCH: &str = "more was written there at a time than can be followed";

/// A directory that is watched; what is in directories within it is not. A thread takes in what
/// happens there, so that the kernel need not keep much of it.
#[derive(Debug)]
pub(crate) struct Watch {
    changes: Arc<Changes>,
    watched: (u64, u64),
    /// The thread ends when this is closed.
    _end: OwnedFd,
}

#[derive(Debug)]
struct Changes {
    queue: OwnedFd,
    seen: Mutex<Seen>,
}

#[derive(Clone, Debug, Default)]
struct Seen {
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
        let changes = Arc::new(Changes {
            queue,
            seen: Mutex::default(),
        });
        Ok(Watch {
            _end: follow(changes.clone())?,
            changes,
            watched: (watched.st_dev, watched.st_ino),
        })
    }
}

/// Takes in changes on a thread, until what is returned is closed.
fn follow(changes: Arc<Changes>) -> io::Result<OwnedFd> {
    let (ends, end) = pipe_with(PipeFlags::CLOEXEC)?;
    let follows = move || {
        loop {
            let mut either = [
                PollFd::new(&ends, PollFlags::empty()),
                PollFd::new(&changes.queue, PollFlags::IN),
            ];
            match poll(&mut either, None) {
                Ok(_) if !either[0].revents().is_empty() => return,
                Ok(_) => drop(changes.take_in()),
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    };
    let thread = thread::Builder::new().name("watch".to_owned());
    match thread.spawn(follows) {
        Ok(_) => Ok(end),
        // No room for a thread is no room.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(Errno::NOMEM.into()),
        Err(error) => Err(error),
    }
}

impl Changes {
    /// What was seen until now. This does not wait.
    fn until_now(&self) -> MutexGuard<'_, Seen> {
        let (mut seen, is_all) = self.take_in();
        if !is_all {
            seen.missed = Some(TOO_MUCH);
        }
        seen
    }

    /// Takes in what has happened; whether that is all.
    fn take_in(&self) -> (MutexGuard<'_, Seen>, bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut room = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.queue, &mut room);
        let mut left = AT_ONCE;
        // What was read into the buffer and not handled would be lost.
        while left > 0 || !events.is_buffer_empty() {
            left = left.saturating_sub(1);
            match events.next() {
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => {
                    seen.missed = Some(TOO_MUCH);
                }
                Ok(event) => {
                    let name = event.file_name();
                    if let Some(name) = name.map(|name| OsStr::from_bytes(name.to_bytes())) {
                        seen.add(name);
                    }
                }
                Err(Errno::INTR) => {}
                Err(_) => return (seen, true),
            }
        }
        (seen, false)
    }
}

impl Seen {
    fn add(&mut self, name: &OsStr) {
        if self.written.len() < MOST {
            self.written.insert(name.into());
        } else if !self.written.contains(Path::new(name)) {
            self.missed = Some("files of more than 10000 names were written there");
        }
    }
}

impl Watch {
    /// Another directory of the same name was watched before: what was written in this one until
    /// now was not seen.
    pub(crate) fn goes_on_from(&self, before: &Self) {
        let before = before.changes.until_now().clone();
        let mut seen = self.changes.until_now();
        seen.written.extend(before.written);
        seen.missed = before.missed.or(Some(REPLACED));
    }

    /// Something was awaited before it was watched, and why it was not.
    pub(crate) fn begins_late(&self, why: &'static str) {
        self.changes.until_now().missed = Some(why);
    }

    /// Names of files to which something was written while they had them.
    pub(crate) fn written(&self) -> BTreeSet<PathBuf> {
        self.changes.until_now().written.clone()
    }

    /// Why something may have been written unseen.
    pub(crate) fn missed(&self, ground: &Ground, directory: &Path) -> Option<&'static str> {
        // Of one that is not there nothing can be wrong.
        let is_replaced = ground.has(directory) && !self.is_of(ground, directory);
        let replaced = is_replaced.then_some(REPLACED);
        self.changes.until_now().missed.or(replaced)
    }

    /// Whether this is still the directory of that name.
    pub(crate) fn is_of(&self, ground: &Ground, directory: &Path) -> bool {
        let now = ground.directory(directory);
        let now = now.and_then(|directory| Ok(fstat(&directory)?));
        now.is_ok_and(|now| (now.st_dev, now.st_ino) == self.watched)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use rustix::io::ioctl_fionread;

    use super::Watch;
    use crate::foreign::Ground;

    /// Waits until nothing that has happened is left to be taken in. Nobody asks meanwhile.
    fn is_taken_in(watch: &Watch) -> bool {
        let until = Instant::now() + Duration::from_secs(60);
        while ioctl_fionread(&watch.changes.queue).unwrap() > 0 {
            if Instant::now() > until {
                return false;
            }
            std::thread::yield_now();
        }
        true
    }

    #[test]
    fn hundreds_of_files_that_come_at_once_are_followed() {
        let dir = tempfile::tempdir().unwrap();
        let ground = Ground::open(dir.path()).unwrap();
        let watch = ground.watch(Path::new("")).unwrap();
        let names: Vec<String> = (0..200).map(|n| format!("{n}.part")).collect();
        let each = names.iter().map(|name| File::create(dir.path().join(name)));
        let mut files: Vec<File> = each.map(Result::unwrap).collect();
        let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        let most: usize = most.trim().parse().unwrap();
        // Piece by piece in turn, in all more than the kernel keeps.
        for _ in 0..=most / files.len() {
            for file in &mut files {
                file.write_all(b"x").unwrap();
            }
            assert!(is_taken_in(&watch), "nobody takes it in");
        }
        for name in &names {
            let whole = name.trim_end_matches(".part");
            fs::rename(dir.path().join(name), dir.path().join(whole)).unwrap();
        }
        let parts: BTreeSet<PathBuf> = names.iter().map(PathBuf::from).collect();
        assert_eq!(watch.written(), parts);
        assert_eq!(watch.missed(&ground, Path::new("")), None);
    }

    #[test]
    fn what_is_more_than_the_kernel_keeps_was_written_unseen() {
        let dir = tempfile::tempdir().unwrap();
        let ground = Ground::open(dir.path()).unwrap();
        let watch = ground.watch(Path::new("")).unwrap();
        let mut files = ["a", "b"].map(|name| File::create(dir.path().join(name)).unwrap());
        let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        let most: usize = most.trim().parse().unwrap();
        let held = watch.changes.seen.lock().unwrap();
        for n in 0..=most {
            files[n % 2].write_all(b"x").unwrap();
        }
        drop(held);
        let missed = watch.missed(&ground, Path::new("")).unwrap();
        assert!(missed.contains("more was written there at a time"));
    }

    #[test]
    fn the_thread_ends_with_the_watch() {
        let dir = tempfile::tempdir().unwrap();
        let watch = Ground::open(dir.path()).unwrap().watch(Path::new(""));
        let changes = std::sync::Arc::downgrade(&watch.as_ref().unwrap().changes);
        drop(watch);
        let until = Instant::now() + Duration::from_secs(60);
        while changes.strong_count() > 0 {
            assert!(Instant::now() < until, "it goes on");
            std::thread::yield_now();
        }
    }
}
