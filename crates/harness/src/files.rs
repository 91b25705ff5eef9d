//! Files of a run, written.

use std::fs;
use std::path::Path;

use report::PlayReport;
use serde::Serialize;
use stage::EngineError;

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
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(&path, text))
        .map_err(|error| EngineError::File {
            what: "write",
            path,
            error,
        })
}
