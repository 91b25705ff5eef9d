//! The folder where a client keeps what it must not forget.
//!
//! ```text
//! identity.keys    the key store, 0600
//! contacts.json    which relays were met; on each, who was seen, and how far each is trusted
//! history.log      what was said, sealed
//! journal.log      what was opened, written and not yet answered for
//! downloads/       files from others
//! outgoing/        files that were chosen in a browser, until they are sent
//! lock             held while a client runs
//! ```

mod history;
mod journal;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crash_test::{Point, reach};
use tempfile::NamedTempFile;

use crate::exit_code::Failure;
use crate::locale::{Sentence, sentences as say};
use crate::relays::Relays;

pub use history::History;
pub use journal::Journal;

/// More than any key store has.
const MAX_KEY_STORE: u64 = 1024 * 1024;

/// A home that this process alone uses, as long as this value lives.
#[derive(Debug)]
pub struct Home {
    folder: PathBuf,
    _lock: File,
}

/// The home's folder: the option, `$CHAT_HOME`, `$XDG_DATA_HOME/e2e-chat`, or
/// `~/.local/share/e2e-chat`.
///
/// # Errors
///
/// No home folder is known at all.
pub fn locate(option: Option<&Path>) -> Result<PathBuf, Failure> {
    let variable = |name| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    let user = || variable("HOME").or_else(|| variable("USERPROFILE"));
    option
        .map(Path::to_owned)
        .or_else(|| variable("CHAT_HOME"))
        .or_else(|| variable("XDG_DATA_HOME").map(|data| data.join("e2e-chat")))
        .or_else(|| user().map(|user| user.join(".local/share/e2e-chat")))
        .ok_or_else(|| Failure::environment(say::home_unknown()).hint(say::hint_home()))
}

/// The text of the key store in this folder.
///
/// # Errors
///
/// There is none, or it cannot be read; the hint says how to make one.
pub fn read_key_store(folder: &Path) -> Result<String, Failure> {
    let path = key_store(folder);
    let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
    if size > MAX_KEY_STORE {
        return Err(Failure::environment(say::not_a_key_store(shown(&path))));
    }
    fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let keygen = say::hint_keygen(shown(folder));
            Failure::environment(say::no_key_store(shown(&path))).hint(keygen)
        }
        _ => broken(&path, &error),
    })
}

/// Replaces the key store in this folder, all or nothing. Only whoever has the [`Home`] may do that.
///
/// # Errors
///
/// It cannot be written.
pub fn replace_key_store(folder: &Path, text: &str) -> Result<(), Failure> {
    let path = key_store(folder);
    replace(&path, text.as_bytes()).map_err(|error| broken(&path, &error))
}

fn key_store(folder: &Path) -> PathBuf {
    folder.join("identity.keys")
}

impl Home {
    /// Takes the folder into use; makes it, readable for its owner alone, when it is missing.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to, or another client uses it.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        create_private(folder).map_err(|error| broken(folder, &error))?;
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = options.open(&path).map_err(|error| broken(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {
                let home = Self {
                    folder: folder.to_owned(),
                    _lock: lock,
                };
                let keys = home.key_store();
                keep_private(&keys).map_err(|error| broken(&keys, &error))?;
                Ok(home)
            }
            Err(TryLockError::WouldBlock) => {
                let error = say::home_in_use(shown(folder));
                Err(Failure::environment(error).hint(say::hint_home_in_use()))
            }
            Err(TryLockError::Error(error)) => Err(broken(&path, &error)),
        }
    }

    /// Where the key store is.
    pub fn key_store(&self) -> PathBuf {
        key_store(&self.folder)
    }

    /// Where files from others go, unless the user names another place.
    pub fn downloads(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    /// Where files lie that were chosen in a browser, until they are sent.
    #[cfg(feature = "window")]
    pub(crate) fn outgoing(&self) -> PathBuf {
        self.folder.join("outgoing")
    }

    /// Writes the key store. Without `replace`, one that is there stays.
    ///
    /// # Errors
    ///
    /// It exists, or cannot be written.
    pub fn write_key_store(&self, text: &str, replace: bool) -> Result<(), Failure> {
        if replace {
            return replace_key_store(&self.folder, text);
        }
        let path = self.key_store();
        let staged = stage(&self.folder, text.as_bytes()).map_err(|error| broken(&path, &error))?;
        let stored = staged.persist_noclobber(&path).map_err(|error| error.error);
        match stored.and_then(|_| sync_folder(&self.folder)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let error = say::key_store_exists(shown(&path));
                Err(Failure::environment(error).hint(say::hint_key_store_exists()))
            }
            Err(error) => Err(broken(&path, &error)),
        }
    }

    /// Reads relays and contacts; none when there is no file yet.
    ///
    /// # Errors
    ///
    /// The file is damaged: nothing is guessed where trust is concerned.
    pub fn read_contacts(&self) -> Result<Relays, Failure> {
        let path = self.folder.join("contacts.json");
        match fs::read_to_string(&path) {
            Ok(text) => Relays::from_json(&text).map_err(|error| {
                let error = say::about(shown(&path), error.what());
                Failure::environment(error).hint(say::hint_contacts())
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Relays::default()),
            Err(error) => Err(broken(&path, &error)),
        }
    }

    /// Replaces the contacts, all or nothing.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write_contacts(&self, json: &str) -> Result<(), Failure> {
        let path = self.folder.join("contacts.json");
        replace(&path, json.as_bytes()).map_err(|error| broken(&path, &error))
    }
}

/// Writes a file beside its place, durably, and moves it there.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let staged = stage(folder, bytes)?;
    reach(Point::ClientStateWritten);
    staged.persist(path).map_err(|error| error.error)?;
    reach(Point::ClientStateRenamed);
    sync_folder(folder)
}

fn stage(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut staged = NamedTempFile::new_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_data()?;
    Ok(staged)
}

/// A file or folder of the home that cannot be used.
pub(crate) fn broken(path: &Path, error: &io::Error) -> Failure {
    let error = say::cannot_use(shown(path), Sentence::from(error));
    Failure::environment(error).hint(say::hint_path())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Takes a file away from everyone but its owner, where there is one.
#[cfg(unix)]
fn keep_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a folder that only its owner can read, with those above it.
pub(crate) fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
