//! `schema --pictures`: the play that the documentation shows, and the screenshots.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::workspace::Workspace;

/// The scenario in the picture of the stage.
const PLAY: &str = "basics/three-clients";

/// Keeps its words the same from picture to picture.
const SEED: &str = "7";

/// Plays the scenario as `demo` shows it, and keeps the files that the picture of the stage needs.
///
/// # Errors
///
/// When it does not pass, or a file cannot be read or written.
pub(crate) fn play(workspace: &Workspace) -> Result<(), CommandError> {
    let root = workspace.root();
    let reports = root.join("target/pictures");
    let myself = std::env::current_exe()
        .map_err(|error| CommandError::environment(format!("cannot find this program: {error}")))?;
    let mut demo = command::program(myself, root);
    demo.args(["demo", PLAY, "--ui", "stream", "--auto", "1ms"]);
    demo.args(["--seed", SEED, "--reports"]).arg(&reports);
    if !succeeds(demo.stdout(Stdio::null()))? {
        return Err(CommandError::environment(format!("{PLAY} did not pass")));
    }
    let (played, kept) = (reports.join("latest").join(PLAY), kept(workspace));
    copy(&played.join("wire"), &kept.join("wire"))?;
    for name in ["plan.json", "timeline.jsonl"] {
        let file = played.join(name);
        let text = fs::read_to_string(&file).map_err(|error| CommandError::file(&file, &error))?;
        // Where the checkout is does not belong in the repository.
        let text = text.replace(&format!("{}/", root.display()), "");
        let file = kept.join(name);
        fs::write(&file, text).map_err(|error| CommandError::file(&file, &error))?;
    }
    Ok(())
}

/// Where the play in the picture is kept.
pub(crate) fn kept(workspace: &Workspace) -> PathBuf {
    workspace.root().join("docs/pictures/three-clients")
}

/// Has the tests in a browser take their screenshots. They fail if there is no browser, as in CI.
pub(crate) fn screenshots(workspace: &Workspace) -> CommandResult {
    let mut cargo = command::cargo(workspace.root());
    cargo.args(["test", "--package", "xtask", "--package", "chat-client"]);
    cargo.args(["--test", "it", "in_a_browser"]);
    cargo.env("PICTURES", workspace.root().join("docs/pictures"));
    cargo.env("CI", "true");
    let code = if succeeds(&mut cargo)? { FINE } else { FAILED };
    Ok(code)
}

fn succeeds(command: &mut Command) -> Result<bool, CommandError> {
    let status = command.status().map_err(|error| {
        let program = command.get_program().display();
        CommandError::environment(format!("cannot run {program}: {error}"))
    })?;
    Ok(status.success())
}

/// Makes a directory hold the same files as another one.
fn copy(from: &Path, to: &Path) -> Result<(), CommandError> {
    let failed = |error| CommandError::file(to, &error);
    if to.is_dir() {
        fs::remove_dir_all(to).map_err(failed)?;
    }
    fs::create_dir_all(to).map_err(failed)?;
    let files = fs::read_dir(from).map_err(|error| CommandError::file(from, &error))?;
    for file in files.flatten() {
        fs::copy(file.path(), to.join(file.file_name())).map_err(failed)?;
    }
    Ok(())
}
