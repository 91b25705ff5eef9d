//! GitHub Actions: what its pages show of a run, and what its log must not take for a command.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use report::{Asked, RunReport, github};

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

/// Annotates the scenarios that did not pass, and adds to the summary of the step. A summary that
/// cannot be written costs nothing else.
pub(crate) fn tell(run: &RunReport, dir: &Path, asked: &Asked) {
    if is_here() {
        for command in github::annotations(run) {
            output::narrate(&command);
        }
    }
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return;
    };
    let path = PathBuf::from(path);
    if let Err(error) = summarise(&path, run, dir, asked) {
        let path = path.display();
        output::warn(&format!(
            "GITHUB_STEP_SUMMARY, {path}, has no summary: {error}"
        ));
    }
}

fn summarise(path: &Path, run: &RunReport, dir: &Path, asked: &Asked) -> io::Result<()> {
    // A pipe would be waited for until somebody reads it.
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a file",
        ));
    }
    let there = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let room = github::SUMMARY_LIMIT.saturating_sub(there);
    file.write_all(github::summary(run, dir, asked, room).as_bytes())
}

fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}
