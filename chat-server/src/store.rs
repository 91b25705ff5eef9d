//! What a relay has in its folder: the directory, one JSON file that is always whole, and its own key. One relay uses
//! a folder at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chat_protocol::{Name, RelayKey};
use crash_test::{Point, reach};
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::directory::{Directory, Owner};
use crate::key::RelaySecret;
use crate::mail::RedbStore;

/// The version of the file. Another one is refused, not guessed at.
const VERSION: u32 = 1;

/// The directory of names and the relay's own key, in memory alone or kept in a folder.
#[derive(Debug)]
pub struct Registry {
    pub(crate) secret: RelaySecret,
    pub(crate) directory: Directory,
    pub(crate) store: Option<Store>,
    pub(crate) mail: Option<RedbStore>,
}

impl Registry {
    /// An empty directory and a new key, both forgotten when the relay ends.
    pub fn in_memory() -> Self {
        Self {
            secret: RelaySecret::generate(),
            directory: Directory::default(),
            store: None,
            mail: None,
        }
    }

    /// What clients will know the relay by.
    pub fn relay_key(&self) -> RelayKey {
        self.secret.public()
    }

    /// The directory and the key that `folder` keeps; folder and key are made where they are missing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the folder cannot be written, belongs to a running relay, or
    /// holds a file that this version cannot read.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let store = Store::open(folder)?;
        Ok(Self {
            // First: no key is made in a folder that cannot be used.
            directory: store.load()?,
            secret: store.secret()?,
            store: Some(store),
            mail: None,
        })
    }

    /// The same, with letters for those who are away; without a folder there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Mail`] when the file of letters cannot be used.
    pub fn with_mail(mut self) -> Result<Self, StoreError> {
        if let Some(store) = &self.store {
            let path = store.folder.join("mail.redb");
            let mail = RedbStore::open(&path);
            let mail = mail.and_then(|mail| store.sync_folder().map(|()| mail));
            self.mail = Some(mail.map_err(|source| StoreError::Mail { path, source })?);
        }
        Ok(self)
    }
}

/// The key of the relay that uses, or has used, this folder. Nothing is made or changed.
///
/// # Errors
///
/// [`StoreError`]: there is none, or it cannot be read.
pub fn relay_key(folder: &Path) -> Result<RelayKey, StoreError> {
    let path = folder.join("relay.key");
    read_secret(&path)
        .map_err(|source| StoreError::Unreadable {
            path: path.clone(),
            source,
        })?
        .map(|secret| secret.public())
        .ok_or(StoreError::NoKey(path))
}

/// `None` where the file holds none.
fn read_secret(path: &Path) -> io::Result<Option<RelaySecret>> {
    let seed = std::fs::read(path)?.try_into().ok();
    Ok(seed.map(|seed: [u8; 32]| RelaySecret::from_seed(&seed)))
}

/// Lets go of a name in a folder that no relay uses: whoever logs in with it first has it then. Whether
/// somebody had it.
///
/// # Errors
///
/// [`StoreError`], as for [`Registry::open`].
pub fn forget(folder: &Path, name: &Name) -> Result<bool, StoreError> {
    let store = Store::open(folder)?;
    let mut directory = store.load()?;
    let had = directory.unbind(name);
    if had {
        store
            .save(&directory)
            .map_err(|source| StoreError::Unwritable {
                path: folder.to_owned(),
                source,
            })?;
    }
    Ok(had)
}

/// Makes a folder that only its owner can look into, with those above it.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made or written.
    #[error("cannot write to the data folder {}: {source}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another relay uses the folder.
    #[error("another relay uses the data folder {}", .0.display())]
    InUse(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no directory.
    #[error("{} is damaged: {source}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The file of the relay's key holds none.
    #[error("{} does not hold the relay's key, which has 32 bytes", .0.display())]
    NoKey(PathBuf),
    /// The file of letters cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    Mail {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file was written by another version.
    #[error("{} has version {found}, this relay reads version {VERSION}", path.display())]
    Version {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

/// A folder that this relay has for itself.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// Held as long as the store is; the system lets go of it however the relay ends.
    _lock: File,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    people: Vec<&'a Owner>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct People {
    people: Vec<Owner>,
}

impl Store {
    fn open(folder: &Path) -> Result<Self, StoreError> {
        let unwritable = |source| StoreError::Unwritable {
            path: folder.to_owned(),
            source,
        };
        create_private(folder).map_err(unwritable)?;
        let lock = folder.join("relay.lock");
        let options = OpenOptions::new().create(true).append(true).open(lock);
        let lock = options.map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(folder.to_owned())),
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        // Saving makes a new file, which an existing lock file does not prove possible.
        tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    fn load(&self) -> Result<Directory, StoreError> {
        let path = self.path();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Directory::default());
            }
            Err(source) => return Err(StoreError::Unreadable { path, source }),
        };
        let damaged = |source| StoreError::Damaged {
            path: self.path(),
            source,
        };
        let Version { version: found } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if found != VERSION {
            return Err(StoreError::Version { path, found });
        }
        let People { people } = serde_json::from_slice(&bytes).map_err(damaged)?;
        Ok(people.into_iter().collect())
    }

    /// The relay's own key, made where there is none: clients know the relay by it.
    fn secret(&self) -> Result<RelaySecret, StoreError> {
        let path = self.folder.join("relay.key");
        match read_secret(&path) {
            Ok(secret) => secret.ok_or(StoreError::NoKey(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.path().exists() {
                    warn!(
                        "the data folder has names and no relay.key: a new key is made, and clients that know an \
                         older one refuse it"
                    );
                }
                let secret = RelaySecret::generate();
                let written = self.replace(&path, secret.seed());
                written.map_err(|source| StoreError::Unwritable {
                    path: self.folder.clone(),
                    source,
                })?;
                Ok(secret)
            }
            Err(source) => Err(StoreError::Unreadable { path, source }),
        }
    }

    /// Replaces the file as a whole: after a crash it is the old one or the new one.
    pub(crate) fn save(&self, directory: &Directory) -> io::Result<()> {
        let written = Written {
            version: VERSION,
            people: directory.owners().collect(),
        };
        self.replace(&self.path(), &serde_json::to_vec(&written)?)
    }

    /// Durable when this returns, and readable for its owner alone.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        reach(Point::RelayStateWritten);
        file.persist(path).map_err(|error| error.error)?;
        reach(Point::RelayStateRenamed);
        self.sync_folder()
    }

    /// Makes the new name of the file durable.
    fn sync_folder(&self) -> io::Result<()> {
        if cfg!(unix) {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("directory.json")
    }
}
