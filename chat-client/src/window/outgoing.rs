//! Files that somebody chose in a browser: kept in the home until they are sent.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chat_protocol::Name;

use crate::file_name::SafeName;
use crate::home::create_private;

/// Bytes of one file, at the most: each is stored once more until it is sent.
pub(super) const LARGEST: u64 = 1024 * 1024 * 1024;

/// Where they lie.
#[derive(Debug)]
pub(super) struct Outgoing {
    folder: PathBuf,
    count: u64,
    waiting: Vec<Waiting>,
    is_closed: bool,
}

/// A file that was passed on.
#[derive(Debug)]
struct Waiting {
    tag: u64,
    to: Name,
    name: String,
    folder: PathBuf,
}

/// A file that comes from the browser. What is not complete goes with this.
#[derive(Debug)]
pub(super) struct Incoming {
    file: File,
    folder: Option<PathBuf>,
    path: PathBuf,
    size: u64,
}

impl Outgoing {
    /// What a client that was killed has left behind is removed.
    pub(super) fn new(folder: PathBuf) -> io::Result<Self> {
        remove(&folder)?;
        Ok(Self {
            folder,
            count: 0,
            waiting: Vec::new(),
            is_closed: false,
        })
    }

    /// Begins a file of this name, in a folder of its own.
    pub(super) fn begin(&mut self, name: &SafeName) -> io::Result<Incoming> {
        if self.is_closed {
            return Err(io::Error::other("the program ends"));
        }
        self.count += 1;
        let folder = self.folder.join(self.count.to_string());
        create_private(&folder)?;
        let path = folder.join(name.as_str());
        let folder = Some(folder);
        let file = File::create_new(&path)?;
        Ok(Incoming {
            file,
            folder,
            path,
            size: 0,
        })
    }

    /// Keeps a complete file until it is sent.
    pub(super) fn keep(&mut self, mut incoming: Incoming, tag: u64, to: Name) {
        if let Some(folder) = incoming.folder.take() {
            let name = incoming.path.file_name().unwrap_or_default();
            self.waiting.push(Waiting {
                tag,
                to,
                name: name.to_string_lossy().into_owned(),
                folder,
            });
        }
    }

    /// The file of this name to this person is over.
    pub(super) fn is_over(&mut self, to: &Name, name: &str) {
        self.drop_first(|waiting| waiting.to == *to && waiting.name == name);
    }

    /// The command with this number was refused.
    pub(super) fn is_refused(&mut self, tag: u64) {
        self.drop_first(|waiting| waiting.tag == tag);
    }

    fn drop_first(&mut self, is_it: impl Fn(&Waiting) -> bool) {
        if let Some(index) = self.waiting.iter().position(is_it) {
            // What cannot be removed now is removed at the end or at the next start.
            remove(&self.waiting.remove(index).folder).ok();
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.close();
    }
}

impl Outgoing {
    /// Nothing is sent any more: a browser that still sends a file cannot keep it here.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
        // What cannot be removed now is removed at the next start.
        remove(&self.folder).ok();
    }
}

impl Incoming {
    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        if self.size > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(bytes)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What cannot be removed now is removed at the end or at the next start.
            remove(folder).ok();
        }
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(outgoing: &mut Outgoing, tag: u64, name: &str) -> PathBuf {
        let mut incoming = outgoing.begin(&SafeName::of(name)).unwrap();
        incoming.append(b"text").unwrap();
        let path = incoming.path().to_owned();
        outgoing.keep(incoming, tag, "bob".parse().unwrap());
        path
    }

    #[test]
    fn a_file_is_there_until_it_is_sent_or_refused_and_none_is_left_at_the_end() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("outgoing");
        let mut outgoing = Outgoing::new(folder.clone()).unwrap();
        let bob = "bob".parse().unwrap();
        let paths = [1, 2, 3].map(|tag| keep(&mut outgoing, tag, "plan.txt"));
        assert!(
            paths
                .iter()
                .all(|path| path.ends_with("plan.txt") && path.is_file())
        );
        outgoing.is_over(&bob, "plan.txt");
        outgoing.is_refused(3);
        outgoing.is_refused(99);
        outgoing.is_over(&bob, "other.txt");
        assert_eq!(
            paths.each_ref().map(|path| path.is_file()),
            [false, true, false]
        );
        drop(outgoing);
        assert!(!folder.exists());
    }

    #[test]
    fn what_a_killed_client_or_a_broken_browser_has_left_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("outgoing");
        fs::create_dir_all(folder.join("1")).unwrap();
        fs::write(folder.join("1/old.txt"), "old").unwrap();
        let mut outgoing = Outgoing::new(folder.clone()).unwrap();
        assert!(!folder.exists());
        let mut incoming = outgoing.begin(&SafeName::of("../../half.txt")).unwrap();
        incoming.append(b"half").unwrap();
        assert!(folder.join("1/half.txt").is_file());
        drop(incoming);
        assert!(!folder.join("1").exists());
    }
}
