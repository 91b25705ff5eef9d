//! GitHub Actions: what its pages show of a run, and what its log must not take for a command.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use report::{Asked, RunReport, github};

use crate::command_error::CommandError;
use crate::output;

/// As long as this lives, nothing that is printed is a command: participants have a say in
/// it. Does nothing elsewhere.
pub(crate) struct NoCommands {
    token: Option<String>,
}

impl NoCommands {
    /// From now on.
    pub(crate) fn begin() -> Self {
        let token = is_here().then(harness::fresh_token);
        if let Some(token) = &token {
            output::narrate(&github::stop(token));
        }
        Self { token }
    }
}

impl Drop for NoCommands {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            output::narrate(&github::resume(token));
        }
    }
}

/// Annotates the scenarios that did not pass, and adds to the summary of the step.
///
/// # Errors
///
/// When the summary cannot be written.
pub(crate) fn tell(run: &RunReport, dir: &Path, asked: &Asked) -> Result<(), CommandError> {
    if is_here() {
        for command in github::annotations(run) {
            output::narrate(&command);
        }
    }
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let failed = |error| CommandError::file(&path, &error);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(failed)?;
    let there = file.metadata().map_err(failed)?.len();
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    let room = github::SUMMARY_LIMIT.saturating_sub(there);
    let text = github::summary(run, dir, asked, room);
    file.write_all(text.as_bytes()).map_err(failed)
}

fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}
