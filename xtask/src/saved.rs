//! `report` and `replay`: runs that were saved, reported again.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::{self, SavedError, SavedRun};
use report::terminal::{self, Detail};
use report::{PlayReport, load};

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{self, FINE};
use crate::github::{self, NoCommands};
use crate::workspace::Workspace;
use crate::{cli, demo, output, recording, staging};

/// Tells a saved run, or several as one. Ends with the exit code that the run had.
pub(crate) fn report(arguments: &cli::Report, workspace: &Workspace) -> CommandResult {
    if arguments.merge.is_empty() {
        return tell(
            &read(workspace, arguments.run.as_deref())?,
            arguments.verbosity.detail(),
        );
    }
    let parts = arguments
        .merge
        .iter()
        .map(|name| read(workspace, Some(name)));
    let parts: Vec<SavedRun> = parts.collect::<Result<_, _>>()?;
    let whole = harness::merge(&parts, workspace.reports()).map_err(command_error)?;
    output::narrate(&format!("merged as {}", whole.dir.display()));
    tell(&whole, arguments.verbosity.detail())
}

/// Judges a saved run again, and reports it. Ends with the exit code of that report.
pub(crate) fn replay(arguments: &cli::Replay, workspace: &Workspace) -> CommandResult {
    let dir = place(workspace, Some(&arguments.run));
    if arguments.ui {
        demo::needs_terminal()?;
    }
    let mended = arguments.adapter.as_deref().map(|name| {
        // A path is taken from here, as everywhere on the command line.
        staging::adapter(workspace, name, Path::new(""))
    });
    let mended = mended.transpose()?;
    let run = harness::replay(&dir, arguments.scenario.as_deref(), mended.as_ref());
    let run = run.map_err(command_error)?;
    if let Some(step) = arguments.still {
        output::result(recording::still(step, &run.dir, only(&run)?)?.trim_end());
        return Ok(FINE);
    }
    if let Some(file) = &arguments.recording.record {
        recording::record((file, arguments.recording.cast), &run.dir, only(&run)?)?;
    }
    if arguments.ui {
        on_stage(&run, arguments.auto)?;
    }
    tell(&run, arguments.verbosity.detail())
}

/// The one play of a run that is to be shown.
fn only(run: &SavedRun) -> Result<&PlayReport, CommandError> {
    let [play] = run.report.plays.as_slice() else {
        let plays = run.report.plays.iter();
        let names: Vec<&str> = plays.map(|play| play.scenario.as_str()).collect();
        let why = format!("several plays: name one of {}", names.join(", "));
        return Err(CommandError::usage(why));
    };
    Ok(play)
}

/// Shows the one play of a run as it was.
fn on_stage(run: &SavedRun, pause: Option<Duration>) -> Result<(), CommandError> {
    let shown = terminal_stage::recorded(recording::played(&run.dir, only(run)?)?, pause);
    shown.map_err(|error| {
        CommandError::environment(format!("the terminal cannot be used: {}", error.0))
    })
}

/// The run with this name or path; the latest when none is named.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn read(workspace: &Workspace, name: Option<&str>) -> Result<SavedRun, CommandError> {
    SavedRun::read(&place(workspace, name)).map_err(command_error)
}

fn place(workspace: &Workspace, name: Option<&str>) -> PathBuf {
    let named = workspace.reports().join(name.unwrap_or("latest"));
    let place = match name {
        Some(path) if !named.join("run.json").is_file() => Path::new(path).to_owned(),
        _ => named,
    };
    // `latest` means another run soon.
    place.canonicalize().unwrap_or(place)
}

/// Tells a run, and ends with its exit code.
pub(crate) fn tell(run: &SavedRun, detail: Detail) -> CommandResult {
    let (report, dir, asked) = (&run.report, &run.dir, &run.manifest.asked);
    let screen = output::screen(&io::stdout(), detail);
    if let Some(load) = &run.load {
        narrate(run, detail);
        output::result(&load::table(load));
        return Ok(report.exit_code());
    }
    let no_commands = NoCommands::begin();
    let text = terminal::report(report, &output::from_here(dir), asked, screen);
    output::result(text.trim_end());
    drop(no_commands);
    github::tell(report, dir, asked);
    output::result(&terminal::closing(report, screen));
    Ok(report.exit_code())
}

/// Of a load what stands before its figures: what was not played, what did not hold, and
/// where everything is.
pub(crate) fn narrate(run: &SavedRun, detail: Detail) {
    let no_commands = NoCommands::begin();
    for line in run.load.iter().flat_map(load::left_out) {
        output::narrate(&line);
    }
    let screen = output::screen(&io::stderr(), detail);
    let dir = output::from_here(&run.dir);
    let red = terminal::red(&run.report, &dir, &run.manifest.asked, screen);
    if !red.is_empty() {
        output::narrate(red.trim_end());
    }
    drop(no_commands);
    narrate_places(&run.dir, detail);
}

/// Where the files of a run lie, also of one that did not come to its end.
pub(crate) fn narrate_files(dir: &Path) {
    output::narrate(&format!("files: {}", output::from_here(dir).display()));
}

/// Where the files of a run lie, and its page.
pub(crate) fn narrate_places(dir: &Path, detail: Detail) {
    narrate_files(dir);
    if detail != Detail::Quiet {
        let page = output::from_here(dir).join("report.html");
        output::narrate(&format!("page:  {}", page.display()));
    }
}

fn command_error(error: SavedError) -> CommandError {
    CommandError {
        code: exit_code::of(error.blame()),
        text: error.to_string(),
    }
}
