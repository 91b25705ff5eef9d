//! The one writer of a timeline.

mod append_only;
mod budget;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::EngineError;
use crate::record::append_only::AppendOnlyFile;
use crate::record::budget::{Budgets, Spent};
use timeline::{Event, Kind, Limit};

/// So many events wait to be written at most: making lines of them takes longer than all else
/// that is done for an event, and somebody may wait for what comes next.
const WAITING: usize = 1024;

/// Appends events to `timeline.jsonl`, and bytes to the files beside it.
pub(crate) struct Writer {
    dir: PathBuf,
    began: Instant,
    /// Time in which the harness did not run.
    skipped: Duration,
    lines: BufWriter<File>,
    files: BTreeMap<String, AppendOnlyFile>,
    events: Vec<Event>,
    /// How many of them are in the file.
    written: usize,
    budgets: Budgets,
    /// Who has gone over a limit with what was recorded, and nobody has ended for it yet.
    over: Vec<(String, Limit)>,
    observer: Option<Observer>,
}

/// Is shown every event as it is appended.
pub type Observer = Box<dyn FnMut(&Event) + Send>;

/// Where appended bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Kept, at this offset.
    At(u64),
    /// The first that are not kept: the file is at its cap.
    Capped,
    /// Not kept, as others before them.
    Dropped,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// Makes the directory of a play and its empty timeline.
    ///
    /// # Errors
    ///
    /// What the system says; nothing is written then.
    pub(crate) fn create(dir: &Path, observer: Option<Observer>) -> Result<Self, EngineError> {
        Self::make(dir, observer).map_err(EngineError::file("write", dir))
    }

    fn make(dir: &Path, observer: Option<Observer>) -> io::Result<Self> {
        for part in ["out", "wire"] {
            fs::create_dir_all(dir.join(part))?;
        }
        let lines = BufWriter::new(File::create(dir.join("timeline.jsonl"))?);
        Ok(Self {
            dir: dir.to_owned(),
            began: Instant::now(),
            skipped: Duration::ZERO,
            lines,
            files: BTreeMap::new(),
            events: Vec::new(),
            written: 0,
            budgets: Budgets::default(),
            over: Vec::new(),
            observer,
        })
    }

    /// What the clock of the timeline says, in nanoseconds since it began.
    pub(crate) fn now(&self) -> u64 {
        let runs = self.began.elapsed().saturating_sub(self.skipped);
        u64::try_from(runs.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Takes a time in which the harness did not run out of the clock. Nothing of it was recorded yet.
    pub(crate) fn skip(&mut self, lost: Duration) {
        self.skipped += lost;
    }

    /// So many bytes of events may be recorded of a participant, for each client of which it hears.
    pub(crate) fn allow(&mut self, who: &str, bytes: u64, clients: u64) {
        self.budgets.allow(who, bytes, clients);
    }

    /// Somebody has gone over a limit of what is recorded.
    pub(crate) fn exceeds(&mut self, who: &str, limit: Limit) {
        self.over.push((who.to_owned(), limit));
    }

    /// Who has gone over a limit since this was last asked.
    pub(crate) fn take_over(&mut self) -> Option<(String, Limit)> {
        let (who, limit) = self.over.pop()?;
        let who = match limit {
            Limit::Record => budget::who_spent(&who, &self.events).to_owned(),
            _ => who,
        };
        Some((who, limit))
    }

    /// Appends what happens now, unless its participant has spent its budget. It is in the file after the next [`Self::flush`].
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn append(&mut self, kind: Kind) -> Result<(), EngineError> {
        let t = self.now();
        self.append_at(t, kind)
    }

    /// Appends what happened at a time after that of the last event.
    ///
    /// # Errors
    ///
    /// As [`Self::append`].
    pub(crate) fn append_at(&mut self, t: u64, kind: Kind) -> Result<(), EngineError> {
        match self.budgets.pay(&kind) {
            Spent::Within => {}
            Spent::Over => return Ok(()),
            Spent::First(who) => {
                self.over.push((who.to_owned(), Limit::Record));
                return Ok(());
            }
        }
        let n = self.events.len() as u64;
        let event = Event { n, t, kind };
        if let Some(observer) = &mut self.observer {
            observer(&event);
        }
        self.events.push(event);
        if self.events.len() - self.written >= WAITING {
            let written = self.write_lines();
            return self.or_failed(written);
        }
        Ok(())
    }

    /// Appends bytes to a file in the play's directory, as long as it stays within `cap`
    /// bytes.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn keep(
        &mut self,
        file: &str,
        bytes: &Bytes,
        cap: u64,
    ) -> Result<Placed, EngineError> {
        let placed = self.place(file, bytes, cap);
        self.or_failed(placed)
    }

    fn place(&mut self, file: &str, bytes: &Bytes, cap: u64) -> io::Result<Placed> {
        if !self.files.contains_key(file) {
            let opened = AppendOnlyFile::create(&self.dir.join(file))?;
            self.files.insert(file.to_owned(), opened);
        }
        let Some(stored) = self.files.get_mut(file) else {
            return Err(io::Error::other("no such file"));
        };
        if stored.capped {
            return Ok(Placed::Dropped);
        }
        let at = stored.length;
        if at + bytes.len() as u64 > cap {
            stored.capped = true;
            return Ok(Placed::Capped);
        }
        stored.append(bytes)?;
        if self.observer.is_some() {
            // Who watches may want to see these bytes with the next event.
            stored.flush()?;
        }
        Ok(Placed::At(at))
    }

    fn or_failed<T>(&self, written: io::Result<T>) -> Result<T, EngineError> {
        written.map_err(|error| EngineError::file("write in", self.dir())(error))
    }

    /// What has been appended.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Files that were kept, with whether each is complete.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, bool)> {
        self.files
            .iter()
            .map(|(name, stored)| (name.as_str(), !stored.capped))
    }

    /// The play's directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Everything reaches the files: at the end of a step, and before a search.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn flush(&mut self) -> Result<(), EngineError> {
        let flushed = self.flush_all();
        self.or_failed(flushed)
    }

    fn flush_all(&mut self) -> io::Result<()> {
        self.files
            .values_mut()
            .try_for_each(AppendOnlyFile::flush)?;
        self.write_all_lines()
    }

    /// The events so far reach their file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn flush_lines(&mut self) -> Result<(), EngineError> {
        let flushed = self.write_all_lines();
        self.or_failed(flushed)
    }

    fn write_all_lines(&mut self) -> io::Result<()> {
        self.write_lines()?;
        self.lines.flush()
    }

    fn write_lines(&mut self) -> io::Result<()> {
        while let Some(event) = self.events.get(self.written) {
            serde_json::to_writer(&mut self.lines, event)?;
            self.lines.write_all(b"\n")?;
            self.written += 1;
        }
        Ok(())
    }

    /// The finished timeline.
    ///
    /// # Errors
    ///
    /// What the system says when the last lines are written.
    pub(crate) fn finish(mut self) -> Result<Vec<Event>, EngineError> {
        let path = self.dir.join("timeline.jsonl");
        self.flush_all().map_err(EngineError::file("write", path))?;
        Ok(std::mem::take(&mut self.events))
    }
}

impl Drop for Writer {
    /// A play that was given up keeps what it saw.
    fn drop(&mut self) {
        drop(self.write_lines());
    }
}

#[cfg(test)]
mod tests {
    use super::{WAITING, Writer};
    use timeline::Kind;

    fn note(n: usize) -> Kind {
        let text = n.to_string();
        Kind::Note { text }
    }

    #[test]
    fn few_events_wait_to_be_written_and_none_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let lines = || {
            let text = std::fs::read_to_string(dir.path().join("timeline.jsonl")).unwrap();
            text.lines().count()
        };
        let mut writer = Writer::create(dir.path(), None).unwrap();
        for n in 0..3 * WAITING {
            writer.append(note(n)).unwrap();
        }
        assert!(lines() > 2 * WAITING - 200, "{}", lines());
        writer.append(note(0)).unwrap();
        writer.flush().unwrap();
        assert_eq!(lines(), 3 * WAITING + 1);
        writer.append(note(1)).unwrap();
        // As when a play is given up.
        drop(writer);
        assert_eq!(lines(), 3 * WAITING + 2);
    }
}
