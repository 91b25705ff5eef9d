//! The keys of a client's messages, in a file that its passphrase unlocks.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zoo_faults::How;

use crate::how::written;
use crate::seal::{Key, SEALED_KEY, from_hex};

/// Seals each message with a key of its own, and keeps that key.
pub(super) struct Store {
    /// `None` where nothing is kept.
    path: Option<PathBuf>,
    seal: Key,
}

impl Store {
    pub(super) fn new(path: Option<&Path>, phrase: &str) -> Self {
        Self {
            path: path.map(Path::to_owned),
            seal: Key::new(Sha256::digest(phrase).into()),
        }
    }

    /// A new key, sealed for the room, followed by what is sealed with it.
    ///
    /// # Errors
    ///
    /// When it cannot be sealed or kept.
    pub(super) fn seal(&self, room: &Key, padded: &[u8]) -> io::Result<(Key, Vec<u8>)> {
        let key = Key::new(rand::random());
        self.keep(&key)?;
        let sealed = [room.seal(key.bytes())?, key.seal(padded)?].concat();
        Ok((key, sealed))
    }

    /// What was sealed so; its key is kept as well.
    pub(super) fn open(&self, room: &Key, sealed: &[u8]) -> Option<Vec<u8>> {
        let (key, sealed) = sealed.split_at_checked(SEALED_KEY)?;
        let key = Key::new(room.open(key)?.try_into().ok()?);
        self.keep(&key).ok()?;
        key.open(sealed)
    }

    fn keep(&self, key: &Key) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let mut line = written(How::Hex, &self.seal.seal(key.bytes())?);
        line.push(b'\n');
        let mut file = File::options().create(true).append(true).open(path)?;
        file.write_all(&line)
    }

    /// Prints each stored key in the format of an adapter's `open_keys`.
    ///
    /// # Errors
    ///
    /// When there is a key that the passphrase does not open.
    pub(super) fn print(&self, mut out: impl io::Write) -> io::Result<()> {
        let path = self.path.as_deref().unwrap_or(Path::new(""));
        let kept = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            kept => kept?,
        };
        let wrong = || io::Error::other("the passphrase does not open this store");
        for line in kept.lines() {
            let opened = from_hex(line).and_then(|line| self.seal.open(&line));
            let opened = opened.ok_or_else(wrong)?;
            out.write_all(&[b"message ", &written(How::Hex, &opened)[..], b"\n"].concat())?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use zoo_faults::How;

    use super::Store;
    use crate::how::written;
    use crate::seal::{Key, SEALED_KEY};

    #[test]
    fn each_message_has_a_key_of_its_own_which_both_sides_keep() {
        let dir = tempfile::tempdir().unwrap();
        let path = |who: &str| dir.path().join(who);
        let [alice, bob] = ["alice", "bob"].map(|who| Store::new(Some(&path(who)), who));
        let room = Key::new([7; 32]);
        let (one, sealed) = alice.seal(&room, b"hello").unwrap();
        let (other, _) = alice.seal(&room, b"hello").unwrap();
        assert_ne!(one.bytes(), other.bytes());
        assert_eq!(bob.open(&room, &sealed).as_deref(), Some(&b"hello"[..]));
        assert_eq!(bob.open(&Key::new([8; 32]), &sealed), None);
        assert_eq!(one.open(&sealed[SEALED_KEY..]).unwrap(), b"hello");
        let lines = |who: &str| std::fs::read_to_string(path(who)).unwrap().lines().count();
        assert_eq!([lines("alice"), lines("bob")], [2, 1]);
        let mut printed = Vec::new();
        alice.print(&mut printed).unwrap();
        let one = [b"message ", &written(How::Hex, one.bytes())[..], b"\n"].concat();
        assert!(printed.starts_with(&one));
        assert_eq!(printed.len(), 2 * one.len());
        let thief = Store::new(Some(&path("alice")), "guessed");
        assert!(thief.print(io::sink()).is_err());
    }
}
