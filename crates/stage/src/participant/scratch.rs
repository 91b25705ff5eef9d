//! Scratch directories: what a participant finds when it starts, and where it may write.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::EngineError;
use crate::machine_limits::has_room;
use scenario::adapter::Copy;
use scenario::plan::PlannedFile;

/// Refuses to copy a fixture over this size.
const MAX_FIXTURE: u64 = 64 * 1024 * 1024;

/// The scratch directories of a play, one for each participant. They are removed with it.
#[derive(Debug)]
pub(crate) struct Scratch {
    root: TempDir,
}

/// A file's size and SHA-256, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digested {
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

impl Scratch {
    /// Below the system's directory for temporary files, readable by this user alone.
    pub(crate) fn make() -> Result<Self, EngineError> {
        let root = tempfile::Builder::new().prefix("play-").tempdir();
        let root = root.map_err(EngineError::file(
            "make a directory in",
            std::env::temp_dir(),
        ))?;
        Ok(Self { root })
    }

    /// What holds those of all participants.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Whether there is room for files that are to be sent: each is there twice in the end, and a
    /// recipient may keep it sealed as well.
    pub(crate) fn has_room_for(&self, files: &[PlannedFile]) -> Result<(), EngineError> {
        let sizes = files.iter().map(|file| match &file.fixture {
            None => file.size,
            Some(fixture) => fs::metadata(fixture).map_or(0, |fixture| fixture.len()),
        });
        let all = sizes.fold(0, u64::saturating_add);
        has_room(self.root(), all.saturating_mul(3))
    }

    /// A participant's own directory.
    pub(crate) fn of(&self, who: &str) -> PathBuf {
        self.root.path().join(who)
    }

    /// Where the files lie that a client may send.
    pub(crate) fn outbox(&self, who: &str) -> PathBuf {
        self.of(who).join("outbox")
    }

    /// Makes a participant's directories; what is there stays.
    pub(crate) fn prepare(&self, who: &str) -> Result<(), EngineError> {
        for directory in [self.outbox(who), self.of(who).join("tmp")] {
            fs::create_dir_all(&directory).map_err(EngineError::file("make", directory.clone()))?;
        }
        Ok(())
    }

    /// Copies what an adapter wants there; `nth` chooses from pools. What is there already,
    /// from an earlier start, stays.
    pub(crate) fn copy(&self, who: &str, copies: &[Copy], nth: usize) -> Result<(), EngineError> {
        for copy in copies {
            let from = if copy.pool {
                pick(&copy.from, nth)?
            } else {
                copy.from.clone()
            };
            let to = self.of(who).join(&copy.to);
            if to.exists() {
                continue;
            }
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(EngineError::file("make", parent))?;
            }
            fs::copy(&from, &to).map_err(EngineError::file("copy", from.clone()))?;
        }
        Ok(())
    }

    /// Puts a file into its sender's outbox. Directories on the way, also those that the
    /// name leaves again by `..`, are made.
    pub(crate) fn put(&self, file: &PlannedFile) -> Result<Option<Digested>, EngineError> {
        let to = self.outbox(&file.client).join(&file.name);
        let mut on_the_way = self.outbox(&file.client);
        let parent = Path::new(&file.name).parent().unwrap_or(Path::new(""));
        for part in parent.components() {
            on_the_way.push(part);
            fs::create_dir_all(&on_the_way)
                .map_err(EngineError::file("make", on_the_way.clone()))?;
        }
        let content = match &file.fixture {
            None => file.content(),
            Some(fixture) if fixture.is_dir() => {
                fs::create_dir_all(&to).map_err(EngineError::file("make", to.clone()))?;
                return Ok(None);
            }
            Some(fixture) if !fixture.exists() => return Ok(None),
            Some(fixture) => read_fixture(fixture)?,
        };
        fs::write(&to, content).map_err(EngineError::file("write", to.clone()))?;
        digest(&to).map(Some)
    }

    /// Complete files in a directory and below: those whose name does not begin with a dot.
    pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut waiting = vec![directory.to_owned()];
        while let Some(directory) = waiting.pop() {
            let Ok(entries) = fs::read_dir(&directory) else {
                continue;
            };
            for entry in entries.flatten() {
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                    Ok(kind) if kind.is_file() && !hidden => found.push(entry.path()),
                    Ok(_) | Err(_) => {}
                }
            }
        }
        found.sort();
        found
    }
}

/// The content of a fixture, to be copied or searched for.
pub(crate) fn read_fixture(path: &Path) -> Result<Vec<u8>, EngineError> {
    let read = || {
        let mut content = Vec::new();
        fs::File::open(path)?
            .take(MAX_FIXTURE)
            .read_to_end(&mut content)?;
        Ok(content)
    };
    read().map_err(EngineError::file("read", path))
}

/// Digests a file without holding it in memory.
pub(crate) fn digest(path: &Path) -> Result<Digested, EngineError> {
    let read = || {
        let mut file = fs::File::open(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut size = 0;
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            size += length as u64;
            hash.update(buffer.get(..length).unwrap_or_default());
        }
        let sha256 = timeline::hex(&hash.finalize(), "");
        Ok(Digested { size, sha256 })
    };
    read().map_err(EngineError::file("read", path))
}

/// How many files a pool has; none where it cannot be read.
pub fn pool_size(pool: &Path) -> usize {
    files_of(pool).map_or(0, |files| files.len())
}

/// The nth file of a pool, by name.
fn pick(pool: &Path, nth: usize) -> Result<PathBuf, EngineError> {
    let files = files_of(pool).map_err(EngineError::file("read", pool))?;
    let size = files.len();
    files.into_values().nth(nth).ok_or_else(|| {
        let error = std::io::Error::other(format!("it has {size} files, one more is needed"));
        EngineError::file("take a file from", pool)(error)
    })
}

/// By name; a README does not count.
fn files_of(pool: &Path) -> std::io::Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(pool)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with("README") && !name.starts_with('.') {
            files.insert(name, entry.path());
        }
    }
    Ok(files)
}
