//! Letters in one file of redb: a commit is durable when it returns.

use std::io;
use std::path::Path;

use bytes::Bytes;
use chat_protocol::Name;
use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};

use super::{Key, Label, Letter, Store};

/// By recipient and number: sender, day, envelope.
const LETTERS: TableDefinition<'_, (&str, u64), (&str, u32, &[u8])> =
    TableDefinition::new("letters-1");

/// The file, open.
#[derive(Debug)]
pub(crate) struct RedbStore(Database);

impl RedbStore {
    /// Opens the file, or makes it, for its owner alone.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let backend = FileBackend::new(file).map_err(fault)?;
        let database = redb::Builder::new().create_with_backend(backend);
        let database = database.map_err(fault)?;
        let transaction = database.begin_write().map_err(fault)?;
        transaction.open_table(LETTERS).map_err(fault)?;
        transaction.commit().map_err(fault)?;
        Ok(Self(database))
    }
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
    fn labels(&self) -> io::Result<Vec<Label>> {
        let transaction = self.0.begin_read().map_err(fault)?;
        let table = transaction.open_table(LETTERS).map_err(fault)?;
        let mut labels = Vec::new();
        for entry in table.iter().map_err(fault)? {
            let (key, value) = entry.map_err(fault)?;
            labels.push(label(key.value(), value.value())?);
        }
        Ok(labels)
    }

    fn write(&mut self, put: &[Letter], remove: &[Key]) -> io::Result<()> {
        let transaction = self.0.begin_write().map_err(fault)?;
        {
            let mut table = transaction.open_table(LETTERS).map_err(fault)?;
            for Key { to, number } in remove {
                table.remove((to.as_str(), *number)).map_err(fault)?;
            }
            for Letter { label, envelope } in put {
                let key = (label.key.to.as_str(), label.key.number);
                let value = (label.from.as_str(), label.day, &**envelope);
                table.insert(key, value).map_err(fault)?;
            }
        }
        transaction.commit().map_err(fault)
    }

    fn read(&self, after: &Key, bytes: usize) -> io::Result<Vec<Letter>> {
        let transaction = self.0.begin_read().map_err(fault)?;
        let table = transaction.open_table(LETTERS).map_err(fault)?;
        let to = after.to.as_str();
        let range = (to, after.number.saturating_add(1))..=(to, u64::MAX);
        let (mut letters, mut length) = (Vec::new(), 0);
        for entry in table.range(range).map_err(fault)? {
            let (key, value) = entry.map_err(fault)?;
            let envelope = Bytes::copy_from_slice(value.value().2);
            length += envelope.len();
            if length > bytes && !letters.is_empty() {
                break;
            }
            let label = label(key.value(), value.value())?;
            letters.push(Letter { label, envelope });
        }
        Ok(letters)
    }
}

fn label(
    (to, number): (&str, u64),
    (from, day, envelope): (&str, u32, &[u8]),
) -> io::Result<Label> {
    Ok(Label {
        key: Key {
            to: name(to)?,
            number,
        },
        from: name(from)?,
        day,
        bytes: envelope.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(to: &str, number: u64, bytes: usize) -> Letter {
        Letter {
            label: Label {
                key: Key {
                    to: to.parse().unwrap(),
                    number,
                },
                from: "alice".parse().unwrap(),
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
        let store = RedbStore::open(&path).unwrap();
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
