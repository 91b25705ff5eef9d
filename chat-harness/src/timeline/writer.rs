//! The one writer of a timeline.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;

use super::event::{Event, Kind};
use super::kept::Kept;

/// Appends events to `timeline.jsonl`, and bytes to the files beside it.
pub struct Writer {
    dir: PathBuf,
    began: Instant,
    lines: BufWriter<File>,
    files: BTreeMap<String, Kept>,
    events: Vec<Event>,
    observer: Option<Observer>,
}

/// Is shown every event as it is appended.
pub type Observer = Box<dyn FnMut(&Event) + Send>;

/// Where appended bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
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
    pub fn create(dir: &Path, observer: Option<Observer>) -> io::Result<Self> {
        for part in ["out", "wire"] {
            fs::create_dir_all(dir.join(part))?;
        }
        let lines = BufWriter::new(File::create(dir.join("timeline.jsonl"))?);
        Ok(Self {
            dir: dir.to_owned(),
            began: Instant::now(),
            lines,
            files: BTreeMap::new(),
            events: Vec::new(),
            observer,
        })
    }

    /// Appends one event.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn append(&mut self, kind: Kind) -> io::Result<&Event> {
        let event = Event {
            n: self.events.len() as u64,
            t: u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX),
            kind,
        };
        serde_json::to_writer(&mut self.lines, &event)?;
        self.lines.write_all(b"\n")?;
        if let Some(observer) = &mut self.observer {
            observer(&event);
        }
        self.events.push(event);
        self.events
            .last()
            .ok_or_else(|| io::Error::other("no event"))
    }

    /// Appends bytes to a file below the play's directory, as long as it stays within `cap`
    /// bytes.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn keep(&mut self, file: &str, bytes: &Bytes, cap: u64) -> io::Result<Placed> {
        if !self.files.contains_key(file) {
            let opened = Kept::create(&self.dir.join(file))?;
            self.files.insert(file.to_owned(), opened);
        }
        let Some(kept) = self.files.get_mut(file) else {
            return Err(io::Error::other("no such file"));
        };
        if kept.capped {
            return Ok(Placed::Dropped);
        }
        let at = kept.length;
        if at + bytes.len() as u64 > cap {
            kept.capped = true;
            return Ok(Placed::Capped);
        }
        kept.append(bytes)?;
        if self.observer.is_some() {
            // Who watches may want to see these bytes with the next event.
            kept.flush()?;
        }
        Ok(Placed::At(at))
    }

    /// What has been appended.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Files that were kept, with whether each is complete.
    pub fn kept(&self) -> impl Iterator<Item = (&str, bool)> {
        self.files
            .iter()
            .map(|(name, kept)| (name.as_str(), !kept.capped))
    }

    /// The play's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Everything reaches the files: at the end of a step, and before a search.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.files.values_mut().try_for_each(Kept::flush)?;
        self.lines.flush()
    }

    /// The finished timeline.
    ///
    /// # Errors
    ///
    /// What the system says when the last lines are written.
    pub fn finish(mut self) -> io::Result<Vec<Event>> {
        self.flush()?;
        Ok(self.events)
    }
}
