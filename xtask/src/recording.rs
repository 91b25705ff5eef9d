//! A saved play, read back to be shown on the stage, recorded from it, or drawn.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use report::PlayReport;
use scenario::plan::Plan;

use harness::Parts;
use terminal_stage::{Ending, Reader, SavedPlay, Size};

use crate::cli::Cast;
use crate::command_error::CommandError;
use crate::workspace::Workspace;
use crate::{output, pictures};

/// Bytes of a frame that are read, at most.
const LONGEST: u64 = 512 * 1024;

/// Of recordings and pictures: wide enough for three clients beside the relay.
pub(crate) const SIZE: Size = (120, 34);

/// A play of the run in this directory.
///
/// # Errors
///
/// When one of its files cannot be read.
pub(crate) fn played(run: &Path, play: &PlayReport) -> Result<SavedPlay, CommandError> {
    let dir = run.join(&play.dir);
    let page = dir.join("report.html").display().to_string();
    let when = run.file_name().map(|name| name.to_string_lossy());
    let when = when.unwrap_or_default().chars().take(15).collect();
    let ending = |plan: &Plan| Ending::of(play, plan.scenario.lesson.as_deref(), &page);
    read(&dir, ending, when)
}

fn read(
    dir: &Path,
    ending: impl FnOnce(&Plan) -> Ending,
    when: String,
) -> Result<SavedPlay, CommandError> {
    let read = |name: &str| {
        let path = dir.join(name);
        fs::read_to_string(&path).map_err(|error| CommandError::file(&path, &error))
    };
    let format = |error: &dyn Display| CommandError::usage(format!("{}: {error}", dir.display()));
    let plan = serde_json::from_str(&read("plan.json")?).map_err(|error| format(&error))?;
    Ok(SavedPlay {
        ending: ending(&plan),
        plan,
        events: timeline::read(&read("timeline.jsonl")?).map_err(|error| format(&error))?,
        when,
        reader: reader(dir),
    })
}

/// The picture of the documentation, from a play that is kept for it.
///
/// # Errors
///
/// As [`played`].
pub(crate) fn picture(workspace: &Workspace) -> Result<(PathBuf, String), CommandError> {
    let kept = pictures::kept(workspace);
    let picked = read(&kept, |_| Ending::default(), "20261121-153505".to_owned())?;
    let still = terminal_stage::still(picked, 2, SIZE);
    let still =
        still.ok_or_else(|| CommandError::harness("the play that is kept has no second step"))?;
    Ok((kept.with_file_name("stage.svg"), still))
}

/// Writes the stage of a play as a recording.
///
/// # Errors
///
/// As [`played`], and when the file cannot be written.
pub(crate) fn record(
    (file, version): (&Path, Cast),
    run: &Path,
    play: &PlayReport,
) -> Result<(), CommandError> {
    let text = terminal_stage::record(played(run, play)?, SIZE);
    let (text, plays) = match version {
        Cast::V2 => (report::recording::as_v2(&text), "asciinema 2 or newer"),
        Cast::V3 => (text, "asciinema 3 or newer; with --cast v2, asciinema 2"),
    };
    fs::write(file, text).map_err(|error| CommandError::file(file, &error))?;
    output::narrate(&format!(
        "recorded; watch it with: asciinema play {} ({plays})",
        file.display()
    ));
    Ok(())
}

/// The stage as it was when a step was over, as SVG.
///
/// # Errors
///
/// As [`played`], and when there was no such step.
pub(crate) fn still(step: usize, run: &Path, play: &PlayReport) -> Result<String, CommandError> {
    let still = terminal_stage::still(played(run, play)?, step, SIZE);
    still.ok_or_else(|| CommandError::usage(format!("the play did not finish step {step}")))
}

/// Reads the files of a play.
pub(crate) fn reader(dir: &Path) -> Reader {
    let parts = Parts::of(dir);
    Reader(Box::new(move |file, at, length| {
        parts.read(file, at, length.min(LONGEST))
    }))
}
