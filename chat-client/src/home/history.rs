//! What was said, sealed for its owner alone.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use chat_crypto::HistoryKey;
use chat_protocol::Blob;

use super::{Home, broken};
use crate::exit_code::Failure;
use crate::session::{Past, Sought};

/// When the file is longer than this, in bytes, its older half is dropped.
const LONGEST: u64 = 64 * 1024 * 1024;

/// One sealed entry a line, append-only while a client runs.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    file: File,
    key: HistoryKey,
}

impl History {
    /// Opens the history of this home.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn open(home: &Home, key: HistoryKey) -> Result<Self, Failure> {
        let path = home.folder.join("history.log");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(broken(&path, &error)),
        };
        let kept = newest(&bytes, LONGEST);
        if kept.len() < bytes.len() {
            home.replace(&path, kept)
                .map_err(|error| broken(&path, &error))?;
        }
        let file = append_to(&path)?;
        Ok(Self { path, file, key })
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
            .map_err(|error| broken(&self.path, &error))
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
        for line in BufReader::new(file).lines() {
            let entry = self.read(&line.map_err(fault)?);
            let Some(entry) = entry.filter(|entry| sought.fits(entry)) else {
                continue;
            };
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
    use super::newest;

    #[test]
    fn a_history_that_is_too_long_keeps_its_newer_half_and_whole_lines() {
        assert_eq!(newest(b"one\ntwo\nthr", 100), b"one\ntwo\n");
        assert_eq!(newest(b"one\ntwo\nthree\nfour\n", 10), b"four\n");
        assert_eq!(newest(b"cut", 100), b"");
    }
}
