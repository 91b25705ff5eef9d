//! What the play says first.

use std::io;
use std::path::PathBuf;

use serde::Deserialize;

/// The first line of standard input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// Where chosen files are put; made when there is one.
    pub(crate) uploads: PathBuf,
    /// Where the report page of the play will be.
    pub(crate) report: PathBuf,
}

impl Setup {
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`], with what to do, when somebody else has started us.
    pub(crate) fn parse(line: &str) -> io::Result<Self> {
        serde_json::from_str(line).map_err(|_| {
            let text = "is started by `cargo xtask demo NAME --web`, which tells it what to show";
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })
    }
}
