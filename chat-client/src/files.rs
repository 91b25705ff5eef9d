//! Files that are sent and received: the work that the session asks for.
//!
//! Chunks are read and written in place, which takes as long as a copy in memory; whatever
//! takes longer (reading a whole file, waiting for the disk) runs on other threads.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use chat_protocol::limits::{CHUNK, MAX_FILE};
use crash_test::{Point, reach};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::task::JoinSet;

use crate::file_name::SafeName;
use crate::home::{create_private, sync_folder};
use crate::locale::{Sentence, sentences as say};
use crate::session::{FileJob, FileReport, Refusal, Transfer};

/// What is between a file's name and some random letters, while it is not complete.
const PART: &str = ".part-";

/// How many random letters.
const RANDOM: usize = 8;

/// How many names are tried when a name is taken.
const MAX_TAKEN: u32 = 10_000;

/// All open files.
#[derive(Debug)]
pub(crate) struct Files {
    downloads: PathBuf,
    sources: BTreeMap<u64, File>,
    partials: BTreeMap<Transfer, Partial>,
    /// Reads that wait until the connection has room.
    reads: VecDeque<(u64, usize)>,
    running: JoinSet<Done>,
}

/// A file that is not complete yet. Removed when this is dropped.
#[derive(Debug)]
struct Partial {
    name: SafeName,
    file: NamedTempFile,
}

/// What another thread has done.
#[derive(Debug)]
enum Done {
    Opened {
        source: u64,
        opened: Result<Source, Refusal>,
    },
    Finished {
        transfer: Transfer,
        name: io::Result<String>,
    },
}

/// A file to be sent, read once.
#[derive(Debug)]
struct Source {
    file: File,
    size: u64,
    sha256: [u8; 32],
}

impl Files {
    /// Only what a client that was killed has left behind is removed.
    pub(crate) fn new(downloads: PathBuf) -> Self {
        // A folder that cannot be read has nothing that could be removed.
        remove_orphans(&downloads).ok();
        Self {
            downloads,
            sources: BTreeMap::new(),
            partials: BTreeMap::new(),
            reads: VecDeque::new(),
            running: JoinSet::new(),
        }
    }

    /// Does a job, or begins it. A report comes back when there is one at once.
    pub(crate) fn start(&mut self, job: FileJob) -> Option<FileReport> {
        match job {
            FileJob::Open { source, path } => {
                self.running.spawn_blocking(move || Done::Opened {
                    source,
                    opened: open(&path),
                });
                None
            }
            FileJob::Read { source, length } => {
                self.reads.push_back((source, length));
                None
            }
            FileJob::Close { source } => {
                self.sources.remove(&source);
                None
            }
            FileJob::Create { transfer, name } => {
                let created = create(&self.downloads, &name);
                let created = created.map(|file| Partial { name, file });
                let refused = self.keep(transfer.clone(), created);
                Some(refused.unwrap_or(FileReport::Created { transfer }))
            }
            FileJob::Write { transfer, bytes } => {
                let mut partial = self.partials.remove(&transfer)?;
                let written = partial.file.write_all(&bytes);
                self.keep(transfer, written.map(|()| partial))
            }
            FileJob::Finish { transfer } => {
                let partial = self.partials.remove(&transfer)?;
                let folder = self.downloads.clone();
                self.running.spawn_blocking(move || Done::Finished {
                    transfer,
                    name: finish(partial, &folder),
                });
                None
            }
            FileJob::Discard { transfer } => {
                self.partials.remove(&transfer);
                None
            }
        }
    }

    /// Does the next read that waits. `None` when none does.
    pub(crate) fn read_next(&mut self) -> Option<FileReport> {
        let (source, length) = self.reads.pop_front()?;
        let mut bytes = Vec::with_capacity(length);
        // What could not be read is missing, and the session gives the file up.
        let read = self
            .sources
            .get_mut(&source)
            .map(|file| file.take(length as u64).read_to_end(&mut bytes));
        if !matches!(read, Some(Ok(_))) {
            bytes.clear();
        }
        Some(FileReport::Read { source, bytes })
    }

    /// Waits for a job that runs elsewhere. Never returns when there is none. Safe to be
    /// cancelled.
    pub(crate) async fn next_report(&mut self) -> FileReport {
        loop {
            match self.running.join_next().await {
                Some(Ok(done)) => return self.report(done),
                // The job panicked; its file is closed or removed by now.
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }

    fn report(&mut self, done: Done) -> FileReport {
        match done {
            Done::Opened {
                source,
                opened: Ok(Source { file, size, sha256 }),
            } => {
                self.sources.insert(source, file);
                FileReport::Opened {
                    source,
                    size,
                    sha256,
                }
            }
            Done::Opened {
                source,
                opened: Err(refusal),
            } => FileReport::NotOpened { source, refusal },
            Done::Finished {
                transfer,
                name: Ok(name),
            } => FileReport::Saved { transfer, name },
            Done::Finished {
                transfer,
                name: Err(_),
            } => FileReport::NotSaved { transfer },
        }
    }

    fn keep(&mut self, transfer: Transfer, partial: io::Result<Partial>) -> Option<FileReport> {
        match partial {
            Ok(partial) => {
                self.partials.insert(transfer, partial);
                None
            }
            Err(_) => Some(FileReport::NotSaved { transfer }),
        }
    }
}

/// Opens a file to be sent and reads it once. The same open file is read again for its
/// chunks, so that nothing can be put in its place.
fn open(path: &Path) -> Result<Source, Refusal> {
    let shown = path.display().to_string();
    let refuse = |error: io::Error| {
        let code = match error.kind() {
            ErrorKind::NotFound => "not-found",
            _ => "unreadable",
        };
        Refusal::new(code, say::about(shown.as_str(), Sentence::from(&error)))
    };
    let metadata = std::fs::metadata(path).map_err(refuse)?;
    if !metadata.is_file() {
        return Err(if metadata.is_dir() {
            Refusal::new("directory", say::is_a_folder(shown))
        } else {
            Refusal::new("unreadable", say::is_no_regular_file(shown))
        });
    }
    if metadata.len() > MAX_FILE {
        let why = say::file_too_large(shown, MAX_FILE);
        return Err(Refusal::new("too-large", why));
    }
    let mut file = File::open(path).map_err(refuse)?;
    let (size, sha256) = digest(&mut file).map_err(refuse)?;
    file.rewind().map_err(refuse)?;
    Ok(Source { file, size, sha256 })
}

/// The size and SHA-256 of a file. One that grows while it is read ends at the limit.
fn digest(file: &mut File) -> io::Result<(u64, [u8; 32])> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut size = 0;
    let mut limited = file.take(MAX_FILE);
    loop {
        let read = limited.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((size, hasher.finalize().into()));
        };
        hasher.update(bytes);
        size += bytes.len() as u64;
    }
}

/// A hidden file that only its owner can read, and that was not there before.
fn create(downloads: &Path, name: &SafeName) -> io::Result<NamedTempFile> {
    create_private(downloads)?;
    let file = tempfile::Builder::new()
        .prefix(&format!(".{}{PART}", name.as_str()))
        .rand_bytes(RANDOM)
        .tempfile_in(downloads)?;
    // Held as long as somebody receives it; where nothing can be locked, nothing is removed either.
    file.as_file().try_lock().ok();
    Ok(file)
}

/// Removes the partial files that nobody receives any more.
fn remove_orphans(downloads: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(downloads)? {
        let entry = entry?;
        if is_partial(&entry.file_name().to_string_lossy()) && entry.file_type()?.is_file() {
            let file = File::open(entry.path())?;
            if file.try_lock().is_ok() {
                std::fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

/// Whether a partial file has such a name: `.plan.pdf.part-k3Xu9wQz`.
fn is_partial(name: &str) -> bool {
    let hidden = name
        .strip_prefix('.')
        .and_then(|name| name.rsplit_once(PART));
    hidden.is_some_and(|(_, random)| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Makes a complete file durable and gives it a name that nothing else has.
fn finish(partial: Partial, downloads: &Path) -> io::Result<String> {
    let Partial { name, mut file } = partial;
    file.as_file().sync_all()?;
    reach(Point::ClientFileWritten);
    for taken in 0..MAX_TAKEN {
        let free = name.numbered(taken);
        match file.persist_noclobber(downloads.join(&free)) {
            Ok(_) => {
                sync_folder(downloads)?;
                reach(Point::ClientFileRenamed);
                return Ok(free);
            }
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(error.error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_client_has_left_is_removed_and_what_another_receives_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let name = SafeName::of("plan.pdf");
        let received = create(path, &name).unwrap();
        let orphan = path.join(".plan.pdf.part-k3Xu9wQz");
        let others = [
            ".plan.pdf.part-",
            ".hidden",
            "plan.part-k3Xu9wQz",
            ".x.part-k3Xu9wQ!",
        ];
        for other in others {
            std::fs::write(path.join(other), "").unwrap();
        }
        std::fs::write(&orphan, "half").unwrap();
        let _files = Files::new(path.to_owned());
        assert!(!orphan.exists());
        assert!(received.path().exists());
        assert!(others.iter().all(|other| path.join(other).exists()));
    }
}
