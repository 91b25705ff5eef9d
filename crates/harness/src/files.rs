//! Files of a run, written.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use report::PlayReport;
use serde::Serialize;
use stage::EngineError;
use tempfile::NamedTempFile;

/// As it is kept in a file.
pub(super) fn as_json(value: &impl Serialize) -> Result<String, EngineError> {
    serde_json::to_string_pretty(value)
        .map_err(|_| EngineError::Fault("a plan or report cannot be written as JSON"))
}

/// `result.json` of one play, or of all attempts at a scenario.
pub(super) fn write_result(dir: &Path, report: &PlayReport) -> Result<(), EngineError> {
    let text = report::json::play(report)
        .map_err(|_| EngineError::Fault("a report cannot be written as JSON"))?;
    write(dir, "result.json", &text)
}

pub(super) fn write(dir: &Path, name: &str, text: &str) -> Result<(), EngineError> {
    let path = dir.join(name);
    // Beside it first: on a full disk there is no half of a file that others read.
    let whole = || {
        fs::create_dir_all(dir)?;
        let mut beside = NamedTempFile::new_in(dir)?;
        beside.write_all(text.as_bytes())?;
        // As others make it.
        let mode = fs::metadata(dir)?.permissions().mode() & 0o666;
        fs::set_permissions(beside.path(), Permissions::from_mode(mode))?;
        beside.persist(&path).map_err(|error| error.error)
    };
    whole().map(drop).map_err(|error| EngineError::File {
        what: "write",
        path: path.clone(),
        error,
    })
}
