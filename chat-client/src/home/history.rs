//! What was said, sealed for its owner alone.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use chat_crypto::HistoryKey;
use chat_protocol::Blob;

use super::{Home, broken, replace};
use crate::account::digest;
use crate::exit_code::Failure;
use crate::session::{Past, Sought};

/// When the file is longer than this, in bytes, its older half is dropped.
const LONGEST: u64 = 64 * 1024 * 1024;

/// One sealed entry a line, append-only while a client runs.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    file: File,
    /// Bytes in the file, and how many there may be.
    length: u64,
    longest: u64,
    key: HistoryKey,
}

impl History {
    /// Opens the history of this home.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn open(home: &Home, key: HistoryKey) -> Result<Self, Failure> {
        Self::open_at(home.folder.join("history.log"), key, LONGEST)
    }

    fn open_at(path: PathBuf, key: HistoryKey, longest: u64) -> Result<Self, Failure> {
        let (file, length) = tidy(&path, longest)?;
        Ok(Self {
            path,
            file,
            length,
            longest,
            key,
        })
    }

    /// Appends entries. They are on the disk when this returns.
    ///
    /// # Errors
    ///
    /// They are not.
    pub fn append(&mut self, entries: &[Past]) -> Result<(), Failure> {
        let mut lines = String::new();
        for entry in entries {
            let plain = serde_json::to_vec(entry).expect("an entry has string keys");
            let sealed = Blob(self.key.seal(&mut rand::rng(), &plain));
            lines.push_str(&serde_json::to_string(&sealed).expect("bytes are a string"));
            lines.push('\n');
        }
        self.file
            .write_all(lines.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|error| broken(&self.path, &error))?;
        self.length += lines.len() as u64;
        if self.length > self.longest {
            (self.file, self.length) = tidy(&self.path, self.longest)?;
        }
        Ok(())
    }

    /// The entries that are sought, oldest first.
    ///
    /// # Errors
    ///
    /// It cannot be read. An entry that does not open is left out: it was made with another identity.
    pub fn find(&self, sought: &Sought) -> Result<Vec<Past>, Failure> {
        let fault = |error: std::io::Error| broken(&self.path, &error);
        let file = File::open(&self.path).map_err(fault)?;
        let mut found = VecDeque::new();
        let mut seen = BTreeSet::new();
        for line in BufReader::new(file).lines() {
            let entry = self.read(&line.map_err(fault)?);
            let Some(entry) = entry.filter(|entry| sought.fits(entry)) else {
                continue;
            };
            // Only the same text again: a sender may have given two texts the same id.
            let text = digest(entry.text.as_bytes()).0;
            let from = &entry.from;
            if entry
                .id
                .is_some_and(|id| !seen.insert((id, from.clone(), text)))
            {
                continue;
            }
            found.push_back(entry);
            if found.len() > sought.count {
                found.pop_front();
            }
        }
        Ok(found.into())
    }

    fn read(&self, line: &str) -> Option<Past> {
        let Blob(sealed) = serde_json::from_str(line).ok()?;
        let plain = self.key.open(&sealed)?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Drops what is too old and what was cut short. The file, open for more, and its length.
fn tidy(path: &Path, longest: u64) -> Result<(File, u64), Failure> {
    let fault = |error: std::io::Error| broken(path, &error);
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(fault(error)),
    };
    let kept = newest(&bytes, longest);
    if kept.len() < bytes.len() {
        replace(path, kept).map_err(fault)?;
    }
    Ok((append_to(path)?, kept.len() as u64))
}

fn append_to(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| broken(path, &error))
}

/// The whole lines of a file, and of one that is too long only its newer half.
fn newest(bytes: &[u8], longest: u64) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let whole = bytes
        .get(..end.map_or(0, |end| end + 1))
        .unwrap_or_default();
    if whole.len() as u64 <= longest {
        return whole;
    }
    let half = whole.get(whole.len() / 2..).unwrap_or_default();
    let next = half.iter().position(|byte| *byte == b'\n');
    half.get(next.map_or(0, |next| next + 1)..)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chat_crypto::Identity;
    use chat_protocol::MessageId;

    use super::{History, Path, newest};
    use crate::session::{Past, Sought};

    fn past(text: &str) -> Past {
        Past {
            at: 1,
            from: "alice".parse().unwrap(),
            to: None,
            room: None,
            text: text.to_owned(),
            id: None,
            flagged: false,
        }
    }

    #[test]
    fn a_history_is_bounded_while_a_client_runs() {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/fixtures/keys/00.keys");
        let store = std::fs::read_to_string(keys).unwrap();
        let key = Identity::from_store(&store, None).unwrap().history_key();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.log");
        let longest = 4096;
        let mut history = History::open_at(path.clone(), key, longest).unwrap();
        for number in 0..50 {
            history.append(&[past(&number.to_string())]).unwrap();
            assert!(std::fs::metadata(&path).unwrap().len() <= longest);
        }
        let last = history.find(&Sought::last(2)).unwrap();
        assert_eq!(last, [past("48"), past("49")]);
        // Killed before it had noted that it has this one, it notes it again.
        let mut once = past("once");
        once.id = Some(MessageId([1; 16]));
        history.append(&[once.clone()]).unwrap();
        let mut other = once.clone();
        other.text = "another text under the same id".to_owned();
        let rest = [once.clone(), other.clone(), past("more")];
        history.append(&rest).unwrap();
        let found = history.find(&Sought::last(3)).unwrap();
        assert_eq!(found, [once, other, past("more")]);
    }

    #[test]
    fn a_history_that_is_too_long_keeps_its_newer_half_and_whole_lines() {
        assert_eq!(newest(b"one\ntwo\nthr", 100), b"one\ntwo\n");
        assert_eq!(newest(b"one\ntwo\nthree\nfour\n", 10), b"four\n");
        assert_eq!(newest(b"cut", 100), b"");
    }
}
