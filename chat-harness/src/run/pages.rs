//! Report pages and recordings: written beside what they tell of.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::one::write;
use super::{Asked, LoadReport};
use crate::plan::Plan;
use crate::report::{PlayReport, RunReport, page, recording};
use crate::stage::EngineError;
use crate::timeline::Event;

/// Of each play, and of a run.
const NAME: &str = "report.html";

/// Writes the page of a play, and the recordings that it links to.
pub(super) fn of_play(
    dir: &Path,
    plan: &Plan,
    events: &[Event],
    report: &PlayReport,
    asked: &Asked,
) -> Result<(), EngineError> {
    let bytes = |file: &str, at, len| part(&dir.join(file), at, len);
    for recording in recording::of_participants(plan, events, &bytes) {
        write(&dir.join(recording::DIR), &recording.name, &recording.text)?;
    }
    let text = page::play(plan, events, report, asked, &bytes);
    write(dir, NAME, &text.map_err(fault)?)
}

/// Writes the page of a load.
pub(super) fn of_load(
    dir: &Path,
    plan: &Plan,
    events: &[Event],
    report: &LoadReport,
    asked: &Asked,
) -> Result<(), EngineError> {
    write(
        dir,
        NAME,
        &page::load(plan, events, report, asked).map_err(fault)?,
    )
}

/// Writes the page of a run.
pub(super) fn of_run(dir: &Path, report: &RunReport) -> Result<(), EngineError> {
    write(dir, NAME, &page::run(report).map_err(fault)?)
}

fn fault(_: askama::Error) -> EngineError {
    EngineError::Fault("a report cannot be written as a page")
}

/// A part of a file of a play; what cannot be read is left out of the picture.
pub fn part(path: &Path, at: u64, len: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    let read = File::open(path).and_then(|file| file.read_exact_at(&mut bytes, at));
    read.map(|()| bytes).unwrap_or_default()
}
