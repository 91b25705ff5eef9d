//! What a client remembers, durable across restarts.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::{Home, broken, replace};
use crate::account::{Account, Entry};
use crate::exit_code::Failure;
use crate::locale::sentences as say;

/// One JSON object a line, append-only while a client runs.
#[derive(Debug)]
pub struct Journal {
    home: Home,
    path: PathBuf,
    file: File,
    /// Bytes in the file, and how many there may be before what does not count is dropped.
    length: u64,
    limit: u64,
}

/// A journal is not worth to be written anew below this size.
const SMALL: u64 = 4 * 1024 * 1024;

impl Journal {
    /// Opens the journal of this home and drops what does not count any more at the time `now` (Unix,
    /// seconds). The result has what the rest adds up to.
    ///
    /// # Errors
    ///
    /// It cannot be read or written, or is damaged in its middle. A last line that was cut
    /// short is no damage: nothing that it promised was ever done.
    pub fn open(home: Home, now: u64) -> Result<(Self, Account), Failure> {
        let path = home.folder.join("journal.log");
        let account = tidy(&path, now)?;
        let file = append_to(&path)?;
        let mut journal = Self {
            home,
            path,
            file,
            length: 0,
            limit: 0,
        };
        journal.measure()?;
        Ok((journal, account))
    }

    /// The home that it lies in.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Appends entries at the time `now`. They are on the disk when this returns.
    ///
    /// # Errors
    ///
    /// They are not: nothing that they are for may be done.
    pub fn append(&mut self, entries: &[Entry], now: u64) -> Result<(), Failure> {
        let lines = encode(entries);
        self.file
            .write_all(lines.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|error| broken(&self.path, &error))?;
        self.length += lines.len() as u64;
        if self.length > self.limit {
            tidy(&self.path, now)?;
            self.file = append_to(&self.path)?;
            self.measure()?;
        }
        Ok(())
    }

    fn measure(&mut self) -> Result<(), Failure> {
        let metadata = self.file.metadata();
        self.length = metadata.map_err(|error| broken(&self.path, &error))?.len();
        self.limit = SMALL.max(self.length.saturating_mul(2));
        Ok(())
    }
}

fn append_to(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).open(path);
    file.map_err(|error| broken(path, &error))
}

/// What the file adds up to; what does not count any more is dropped from it.
fn tidy(path: &Path, now: u64) -> Result<Account, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(broken(path, &error)),
    };
    let whole = text
        .rfind('\n')
        .map_or("", |end| text.get(..end).unwrap_or_default());
    let mut entries = Vec::new();
    for (index, line) in whole.lines().enumerate() {
        let entry: Entry = serde_json::from_str(line).map_err(|error| {
            let path = path.display().to_string();
            let place = say::journal_line(path, index + 1, error.to_string());
            Failure::environment(place).hint(say::hint_journal())
        })?;
        entries.push(entry);
    }
    let before = entries.len();
    let account = Account::read(entries, now);
    let rest = account.entries();
    if rest.len() < before || text.len() > whole.len() + 1 {
        replace(path, encode(&rest).as_bytes()).map_err(|error| broken(path, &error))?;
    }
    Ok(account)
}

fn encode(entries: &[Entry]) -> String {
    let mut lines = String::new();
    for entry in entries {
        lines.push_str(&serde_json::to_string(entry).expect("an entry has string keys"));
        lines.push('\n');
    }
    lines
}
