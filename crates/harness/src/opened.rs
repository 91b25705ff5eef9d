//! A submission where it can be played: a directory as it is, an archive unpacked for as long.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use stage::EngineError;
use tempfile::TempDir;

use super::Archive;

/// What was handed in, to be played.
#[derive(Debug)]
pub struct Opened {
    dir: PathBuf,
    /// Removed with it.
    _unpacked: Option<TempDir>,
}

/// Why it cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// Whoever handed it in has to mend it.
    #[error("{0}")]
    Theirs(String),
    /// The machine's fault.
    #[error("{0}")]
    Ours(String),
}

impl Opened {
    /// A directory as it is; an archive is unpacked in another directory.
    ///
    /// # Errors
    ///
    /// When it is neither, or cannot be unpacked.
    pub fn open(path: &Path, room: &Path) -> Result<Self, NotOpened> {
        let ours = |error: std::io::Error| NotOpened::Ours(error.to_string());
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        // A link is neither: it would hand in what somebody else has written.
        let kind = fs::symlink_metadata(path).map_err(ours)?.file_type();
        let is_a = |wanted: fn(&FileType) -> bool| wanted(&kind);
        if is_a(FileType::is_dir) {
            // Whether it can be read at all is checked here, and not left to a program that finds nothing.
            fs::read_dir(path).map_err(ours)?;
            return Ok(Self {
                dir: path.to_owned(),
                _unpacked: None,
            });
        }
        let Some((format, _)) = Archive::of(&file).filter(|_| is_a(FileType::is_file)) else {
            let why = "is neither a directory nor an archive (.zip, .tar.gz, .tar)";
            return Err(NotOpened::Theirs(format!("{file} {why}")));
        };
        let unpacked = tempfile::Builder::new().prefix("of-").tempdir_in(room);
        let unpacked = unpacked.map_err(ours)?;
        let dir = format.unpack(path, unpacked.path());
        Ok(Self {
            dir: dir.map_err(|error| NotOpened::Theirs(format!("{file}: {error}")))?,
            _unpacked: Some(unpacked),
        })
    }

    /// The same on a thread that may wait for the disk.
    pub(super) async fn open_beside(
        path: PathBuf,
        room: PathBuf,
    ) -> Result<Result<Self, NotOpened>, EngineError> {
        let opening = tokio::task::spawn_blocking(move || Self::open(&path, &room)).await;
        opening.map_err(|error| EngineError::task("unpacking panicked", error))
    }

    /// Removes what was unpacked.
    pub(super) async fn close(self) -> Result<(), EngineError> {
        let closing = tokio::task::spawn_blocking(move || drop(self)).await;
        closing.map_err(|error| EngineError::task("removing panicked", error))
    }

    /// Where its files are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}
