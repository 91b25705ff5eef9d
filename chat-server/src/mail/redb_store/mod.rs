//! Letters in one file of redb: a commit is durable when it returns.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chat_protocol::{Name, ReturnReason};
use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, StorageBackend, TableDefinition};
use tracing::warn;

use super::{Key, Kind, Label, Letter, Store};

/// Sender, day, kind, envelope.
type Stored<'a> = (&'a str, u32, u8, &'a [u8]);

/// By recipient and number.
const LETTERS: TableDefinition<'_, (&str, u64), Stored<'_>> = TableDefinition::new("letters-2");

/// The file. Closed only after an error, until something is to be done again.
#[derive(Debug)]
pub(crate) struct RedbStore {
    path: PathBuf,
    database: Option<Database>,
}

impl RedbStore {
    /// Opens the file, or makes it, for its owner alone.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            database: Some(open(path)?),
        })
    }

    /// After one failure to read or write, redb refuses everything: so the file is opened again, and the work done
    /// again, once. If that fails too, the next work starts with opening the file.
    fn with<T>(&mut self, work: impl Fn(&Database) -> io::Result<T>) -> io::Result<T> {
        if let Some(database) = &self.database {
            match work(database) {
                Ok(done) => return Ok(done),
                Err(error) => {
                    warn!(%error, path = %self.path.display(), "the mail file is opened again");
                }
            }
        }
        // First: it has a lock on the file.
        self.database = None;
        let database = self.database.insert(open(&self.path)?);
        work(database)
    }
}

fn open(path: &Path) -> io::Result<Database> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    prepare(FileBackend::new(file).map_err(fault)?)
}

fn prepare(backend: impl StorageBackend) -> io::Result<Database> {
    let database = redb::Builder::new().create_with_backend(backend);
    let database = database.map_err(fault)?;
    let transaction = database.begin_write().map_err(fault)?;
    transaction.open_table(LETTERS).map_err(fault)?;
    transaction.commit().map_err(fault)?;
    Ok(database)
}

fn fault(error: impl Into<redb::Error>) -> io::Error {
    match error.into() {
        redb::Error::Io(error) => error,
        error => io::Error::other(error),
    }
}

fn name(text: &str) -> io::Result<Name> {
    text.parse()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

impl Store for RedbStore {
    fn labels(&mut self) -> io::Result<Vec<Label>> {
        self.with(labels)
    }

    fn write(&mut self, put: &[Letter], remove: &[Key]) -> io::Result<()> {
        self.with(|database| write(database, put, remove))
    }

    fn read(&mut self, after: &Key, bytes: usize) -> io::Result<Vec<Letter>> {
        self.with(|database| read(database, after, bytes))
    }
}

fn labels(database: &Database) -> io::Result<Vec<Label>> {
    let transaction = database.begin_read().map_err(fault)?;
    let table = transaction.open_table(LETTERS).map_err(fault)?;
    let mut labels = Vec::new();
    for entry in table.iter().map_err(fault)? {
        let (key, value) = entry.map_err(fault)?;
        labels.push(label(key.value(), value.value())?);
    }
    Ok(labels)
}

fn write(database: &Database, put: &[Letter], remove: &[Key]) -> io::Result<()> {
    let transaction = database.begin_write().map_err(fault)?;
    {
        let mut table = transaction.open_table(LETTERS).map_err(fault)?;
        for Letter { label, envelope } in put {
            let key = (label.key.to.as_str(), label.key.number);
            let value = (
                label.from.as_str(),
                label.day,
                number_of(label.kind),
                &**envelope,
            );
            table.insert(key, value).map_err(fault)?;
        }
        // Last: a letter may be removed before it was written.
        for Key { to, number } in remove {
            table.remove((to.as_str(), *number)).map_err(fault)?;
        }
    }
    transaction.commit().map_err(fault)
}

fn read(database: &Database, after: &Key, bytes: usize) -> io::Result<Vec<Letter>> {
    let transaction = database.begin_read().map_err(fault)?;
    let table = transaction.open_table(LETTERS).map_err(fault)?;
    let to = after.to.as_str();
    let range = (to, after.number.saturating_add(1))..=(to, u64::MAX);
    let (mut letters, mut length) = (Vec::new(), 0);
    for entry in table.range(range).map_err(fault)? {
        let (key, value) = entry.map_err(fault)?;
        let envelope = Bytes::copy_from_slice(value.value().3);
        length += envelope.len();
        if length > bytes && !letters.is_empty() {
            break;
        }
        let label = label(key.value(), value.value())?;
        letters.push(Letter { label, envelope });
    }
    Ok(letters)
}

fn number_of(kind: Kind) -> u8 {
    match kind {
        Kind::Envelope => 0,
        Kind::Returned(ReturnReason::Expired) => 1,
        Kind::Returned(ReturnReason::Refused) => 2,
    }
}

fn kind_of(number: u8) -> io::Result<Kind> {
    match number {
        0 => Ok(Kind::Envelope),
        1 => Ok(Kind::Returned(ReturnReason::Expired)),
        2 => Ok(Kind::Returned(ReturnReason::Refused)),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("there is no letter of kind {number}"),
        )),
    }
}

fn label((to, number): (&str, u64), (from, day, kind, envelope): Stored<'_>) -> io::Result<Label> {
    Ok(Label {
        key: Key {
            to: name(to)?,
            number,
        },
        from: name(from)?,
        kind: kind_of(kind)?,
        day,
        bytes: envelope.len(),
    })
}

#[cfg(test)]
mod forgetful;

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;

    /// A disk that is full at 16 MiB.
    #[derive(Debug)]
    struct FullDisk(InMemoryBackend);

    impl StorageBackend for FullDisk {
        fn len(&self) -> io::Result<u64> {
            self.0.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.0.read(offset, out)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            if len > 16 * 1024 * 1024 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.set_len(len)
        }

        fn sync_data(&self) -> io::Result<()> {
            self.0.sync_data()
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.0.write(offset, data)
        }
    }

    fn letter(to: &str, number: u64, bytes: usize) -> Letter {
        Letter {
            label: Label {
                key: Key {
                    to: to.parse().unwrap(),
                    number,
                },
                from: "alice".parse().unwrap(),
                kind: Kind::Envelope,
                day: 3,
                bytes,
            },
            envelope: Bytes::from(vec![7; bytes]),
        }
    }

    #[test]
    fn letters_are_there_again_in_their_order_and_those_of_others_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail.redb");
        let letters = [
            letter("bob", 1, 5),
            letter("bob", 3, 6),
            letter("bob", 4, 9),
        ];
        let mut store = RedbStore::open(&path).unwrap();
        store.write(&letters, &[]).unwrap();
        store
            .write(&[letter("bo", 2, 1), letter("bobby", 5, 1)], &[])
            .unwrap();
        store.write(&[], &[letters[1].label.key.clone()]).unwrap();
        drop(store);
        let mut store = RedbStore::open(&path).unwrap();
        assert_eq!(store.labels().unwrap().len(), 4);
        let after = |number| Key {
            to: "bob".parse().unwrap(),
            number,
        };
        let rest = [letters[0].clone(), letters[2].clone()];
        assert_eq!(store.read(&after(0), 100).unwrap(), rest);
        assert_eq!(
            store.read(&after(0), 1).unwrap(),
            rest[..1],
            "one at the least"
        );
        assert_eq!(store.read(&after(1), 100).unwrap(), rest[1..]);
        assert_eq!(store.read(&after(4), 100).unwrap(), []);
    }

    #[test]
    fn a_letter_that_is_put_and_removed_at_once_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = RedbStore::open(&folder.path().join("mail.redb")).unwrap();
        let letter = letter("bob", 1, 5);
        let key = letter.label.key.clone();
        store.write(&[letter], &[key]).unwrap();
        assert_eq!(store.labels().unwrap(), []);
    }

    #[test]
    fn an_error_of_the_disk_does_not_outlive_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail.redb");
        let backend = FullDisk(InMemoryBackend::new());
        let full = redb::Builder::new().create_with_backend(backend).unwrap();
        let large = letter("bob", 1, 32 * 1024 * 1024);
        write(&full, std::slice::from_ref(&large), &[]).unwrap_err();
        write(&full, &[letter("bob", 2, 1)], &[]).unwrap_err();
        let mut store = RedbStore {
            path,
            database: Some(full),
        };
        store.write(&[letter("bob", 2, 1)], &[]).unwrap();
        assert_eq!(store.labels().unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_opened_again_is_tried_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail.redb");
        let mut store = RedbStore {
            path: path.clone(),
            database: None,
        };
        std::fs::create_dir(&path).unwrap();
        store.write(&[letter("bob", 1, 1)], &[]).unwrap_err();
        std::fs::remove_dir(&path).unwrap();
        store.write(&[letter("bob", 1, 1)], &[]).unwrap();
        assert_eq!(store.labels().unwrap().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn mail_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail.redb");
        RedbStore::open(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
