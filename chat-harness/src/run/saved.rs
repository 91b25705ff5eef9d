//! A run's own files: for programs, and for CI.

use super::RunDir;
use super::one::write;
use crate::report::{RunReport, json, junit};
use crate::stage::EngineError;

/// Writes `result.json` and `junit.xml` of a whole run.
///
/// # Errors
///
/// [`EngineError::File`] with the path.
pub(super) fn save(dir: &RunDir, report: &RunReport) -> Result<(), EngineError> {
    let json =
        json::run(report).map_err(|_| EngineError::Fault("a report cannot be written as JSON"))?;
    let junit = junit::document(&report.plays)
        .map_err(|_| EngineError::Fault("a report cannot be written as JUnit"))?;
    write(dir.path(), "result.json", &json)?;
    write(dir.path(), "junit.xml", &junit)
}
