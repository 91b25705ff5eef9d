//! What was opened before, durable across restarts.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use chat_crypto::{CLOCK_SKEW_SECONDS, ReplayRecord};

use super::{Home, broken};
use crate::exit_code::Failure;

/// One JSON object a line, append-only while a client runs.
#[derive(Debug)]
pub struct ReplayLog {
    path: PathBuf,
    file: File,
}

impl ReplayLog {
    /// Opens the log of this home and drops what is over at the time `now` (Unix, seconds).
    /// The result has the records that still count.
    ///
    /// # Errors
    ///
    /// It cannot be read or written, or is damaged in its middle. A last line that was cut
    /// short is no damage: its envelope was never acknowledged.
    pub fn open(home: &Home, now: u64) -> Result<(Self, Vec<ReplayRecord>), Failure> {
        let path = home.folder.join("replay.log");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(broken(&path, &error)),
        };
        let whole = text
            .rfind('\n')
            .map_or("", |end| text.get(..end).unwrap_or_default());
        let mut records = Vec::new();
        for (index, line) in whole.lines().enumerate() {
            let record: ReplayRecord = serde_json::from_str(line).map_err(|error| {
                let place = format!("{}, line {}: {error}", path.display(), index + 1);
                Failure::environment(place)
                    .hint("move the file away; messages of the last hour could then come twice")
            })?;
            records.push(record);
        }
        let before = records.len();
        records.retain(|record| record.expires.saturating_add(CLOCK_SKEW_SECONDS) >= now);
        if records.len() < before || text.len() > whole.len() + 1 {
            home.replace(&path, encode(&records).as_bytes())
                .map_err(|error| broken(&path, &error))?;
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|error| broken(&path, &error))?;
        Ok((Self { path, file }, records))
    }

    /// Appends records. They are on the disk when this returns.
    ///
    /// # Errors
    ///
    /// They are not: their envelopes must not be acknowledged.
    pub fn append(&mut self, records: &[ReplayRecord]) -> Result<(), Failure> {
        let lines = encode(records);
        self.file
            .write_all(lines.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|error| broken(&self.path, &error))
    }
}

fn encode(records: &[ReplayRecord]) -> String {
    let mut lines = String::new();
    for record in records {
        lines.push_str(&serde_json::to_string(record).expect("a record has string keys"));
        lines.push('\n');
    }
    lines
}
