//! Report pages and recordings: written beside what they tell of.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::files::write;
use report::{Asked, LoadReport, PlayReport, Provenance, RunReport, page, recording};
use scenario::plan::Plan;
use stage::EngineError;
use timeline::Event;

/// Of each play, and of a run.
const NAME: &str = "report.html";

/// Writes the page of a play, and the recordings that it links to.
pub(super) fn of_play(
    dir: &Path,
    plan: &Plan,
    events: &[Event],
    report: &PlayReport,
    of_run: (&Asked, Option<&Provenance>),
) -> Result<(), EngineError> {
    let parts = Parts::of(dir);
    let bytes = |file: &str, at, len| parts.read(file, at, len);
    for recording in recording::of_participants(plan, events, &bytes) {
        write(&dir.join(recording::DIR), &recording.name, &recording.text)?;
    }
    let text = page::play(plan, events, report, of_run, &bytes);
    write(dir, NAME, &text.map_err(fault)?)
}

/// Writes the page of a load.
pub(super) fn of_load(
    dir: &Path,
    plan: &Plan,
    events: &[Event],
    report: &LoadReport,
    of_run: (&Asked, &Provenance),
) -> Result<(), EngineError> {
    write(
        dir,
        NAME,
        &page::load(plan, events, report, of_run).map_err(fault)?,
    )
}

/// Writes the page of a run.
pub(super) fn of_run(dir: &Path, report: &RunReport) -> Result<(), EngineError> {
    write(dir, NAME, &page::run(report).map_err(fault)?)
}

fn fault(_: askama::Error) -> EngineError {
    EngineError::Fault("a report cannot be written as a page")
}

/// Opens a file that is one: a pipe would keep a reader for good, and a link leads elsewhere.
fn regular(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::ErrorKind::InvalidInput.into())
}

/// Reads parts of a play's files, and opens each once: a page asks for hundreds.
#[derive(Debug)]
pub struct Parts {
    dir: PathBuf,
    open: RefCell<BTreeMap<String, File>>,
}

impl Parts {
    /// Of the play that is there.
    pub fn of(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            open: RefCell::default(),
        }
    }

    /// So many bytes of a file; what cannot be read is left out of the picture.
    pub fn read(&self, file: &str, at: u64, len: u64) -> Vec<u8> {
        let mut open = self.open.borrow_mut();
        let opened = match open.entry(file.to_owned()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => regular(&self.dir.join(file)).map(|new| place.insert(new)),
        };
        let read = opened.and_then(|file| {
            let there = file.metadata()?.len().saturating_sub(at);
            // A length that a timeline makes up takes no memory.
            let Some(len) = usize::try_from(len).ok().filter(|_| len <= there) else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            let mut bytes = vec![0; len];
            file.read_exact_at(&mut bytes, at)?;
            Ok(bytes)
        });
        read.unwrap_or_default()
    }
}
