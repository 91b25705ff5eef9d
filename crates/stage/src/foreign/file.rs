//! A regular file of a participant: what its descriptor says it is, and no more of it than was
//! there when it was opened.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, fgetxattr, flistxattr, fstat, openat};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, tee};
use sha2::{Digest as _, Sha256};

use super::{ForeignError, in_words};

/// Bytes of all names of extended attributes, and of one value: Linux has no longer ones.
const ATTRIBUTES: usize = 64 * 1024;

/// Bytes that wait in a pipe, at most.
const WAITING: usize = 1 << 20;

/// A file's size and SHA-256, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digested {
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

impl Digested {
    /// Of bytes that are known.
    pub(crate) fn of(content: &[u8]) -> Self {
        Self {
            size: content.len() as u64,
            sha256: timeline::hex(&Sha256::digest(content), ""),
        }
    }
}

/// A regular file, open for reading. It ends where it ended when it was opened, however it
/// grows.
#[derive(Debug)]
pub(crate) struct ForeignFile {
    file: File,
    metadata: Metadata,
    left: u64,
}

impl ForeignFile {
    pub(super) fn of(opened: OwnedFd) -> Result<Self, ForeignError> {
        must_be_regular(&opened)?;
        let file = File::from(opened);
        let metadata = file.metadata()?;
        let left = metadata.len();
        Ok(Self {
            file,
            metadata,
            left,
        })
    }

    /// As it was when it was opened.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Names and values of its extended attributes, one on each line.
    pub(crate) fn attributes(&self) -> Vec<u8> {
        let mut names = vec![0; ATTRIBUTES];
        // Where a system has none, or more than it allows, there is nothing to read.
        let listed = flistxattr(&self.file, &mut names[..]).unwrap_or_default();
        let names = names.get(..listed).unwrap_or_default();
        let mut found = Vec::new();
        for name in names
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
        {
            let mut value = vec![0; ATTRIBUTES];
            let length = fgetxattr(&self.file, name, &mut value[..]).unwrap_or_default();
            found.extend([name, b": ", value.get(..length).unwrap_or_default(), b"\n"].concat());
        }
        found
    }

    /// Its first bytes.
    pub(crate) fn beginning(self, most: u64) -> Result<Vec<u8>, ForeignError> {
        let mut bytes = Vec::new();
        self.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Digests it without holding it in memory.
    pub(crate) fn digest(mut self) -> Result<Digested, ForeignError> {
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut size = 0;
        loop {
            let length = self.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            size += length as u64;
            hash.update(buffer.get(..length).unwrap_or_default());
        }
        if size != self.metadata.len() {
            return Err(ForeignError::Changed);
        }
        let sha256 = timeline::hex(&hash.finalize(), "");
        Ok(Digested { size, sha256 })
    }
}

impl Read for ForeignFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = (&mut self.file).take(self.left).read(buffer)?;
        self.left -= length as u64;
        Ok(length)
    }
}

/// A regular file that a process holds open, by its link under `/proc`: also one that has no name
/// any more. It is asked what it is before anything is opened that could wait or be woken.
pub(crate) fn held_open(link: &Path) -> Result<ForeignFile, ForeignError> {
    let held = openat(CWD, link, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    must_be_regular(&held)?;
    let again = format!("/proc/self/fd/{}", held.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    ForeignFile::of(openat(CWD, again, flags, Mode::empty())?)
}

/// What waits in a pipe without a name that a process holds, by its link under `/proc`. It stays there:
/// the bytes are copied by the kernel, and nobody is waited for.
pub(crate) fn waiting_in(link: &Path) -> io::Result<Vec<u8>> {
    let held = openat(CWD, link, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    if FileType::from_raw_mode(fstat(&held)?.st_mode) != FileType::Fifo {
        return Ok(Vec::new());
    }
    let again = format!("/proc/self/fd/{}", held.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let pipe = openat(CWD, again, flags, Mode::empty())?;
    let (copy, into) = pipe_with(PipeFlags::CLOEXEC)?;
    fcntl_setpipe_size(&into, WAITING).ok();
    match tee(&pipe, &into, WAITING, SpliceFlags::NONBLOCK) {
        Ok(_) | Err(Errno::AGAIN) => {}
        Err(why) => return Err(why.into()),
    }
    drop(into);
    let mut bytes = Vec::new();
    File::from(copy).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn must_be_regular(opened: &OwnedFd) -> Result<(), ForeignError> {
    match FileType::from_raw_mode(fstat(opened)?.st_mode) {
        FileType::RegularFile => Ok(()),
        other => Err(ForeignError::NotAFile(in_words(other))),
    }
}
