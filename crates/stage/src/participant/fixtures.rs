//! Files that the user owns and participants are given: fixtures of scenarios and adapters.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::EngineError;
use scenario::adapter::Copy;
use scenario::plan::PlannedFile;

/// Refuses to copy a fixture over this size.
const MAX_FIXTURE: u64 = 64 * 1024 * 1024;

/// Says which setting names a file that is missing: its path alone does not show that.
const OPEN_SOURCE: &str = "open the source of a `copy` in the adapter,";

/// What a planned file is to be.
pub(crate) enum Content {
    Bytes(Vec<u8>),
    /// A directory stands where a file is to be sent from, as the scenario wants it.
    Directory,
    /// Nothing is to be there.
    Nothing,
}

/// What was planned, whatever has become of the file since it was put into an outbox.
pub(crate) fn content(file: &PlannedFile) -> Result<Content, EngineError> {
    Ok(match &file.fixture {
        None => Content::Bytes(file.content()),
        Some(fixture) if fixture.is_dir() => Content::Directory,
        Some(fixture) if !fixture.exists() => Content::Nothing,
        Some(fixture) => Content::Bytes(read(fixture)?),
    })
}

/// How large a file is that somebody in front of the stage has named; `None` for what is none.
pub(crate) fn size(path: &Path) -> Option<u64> {
    let metadata = path.metadata().ok().filter(fs::Metadata::is_file)?;
    Some(metadata.len())
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    let read = || {
        let mut content = Vec::new();
        File::open(path)?
            .take(MAX_FIXTURE)
            .read_to_end(&mut content)?;
        Ok(content)
    };
    read().map_err(EngineError::file("read", path))
}

/// Opens what an adapter wants copied, `nth` chooses from pools; with its permissions.
pub(crate) fn open(copy: &Copy, nth: usize) -> Result<(File, fs::Permissions), EngineError> {
    let path = if copy.pool {
        pick(&copy.from, nth)?
    } else {
        copy.from.clone()
    };
    let open = || {
        let file = File::open(&path)?;
        let permissions = file.metadata()?.permissions();
        Ok((file, permissions))
    };
    open().map_err(EngineError::file(OPEN_SOURCE, path.clone()))
}

/// How many files a pool has; none where it cannot be read.
pub fn pool_size(pool: &Path) -> usize {
    files_of(pool).map_or(0, |files| files.len())
}

/// The nth file of a pool, by name.
fn pick(pool: &Path, nth: usize) -> Result<PathBuf, EngineError> {
    let files = files_of(pool).map_err(EngineError::file(OPEN_SOURCE, pool))?;
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
