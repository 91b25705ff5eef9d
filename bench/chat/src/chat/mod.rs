//! What the client's own work costs.

mod sealing;

use std::path::Path;

use comparison::Row;

use crate::error::MeasureError;

/// Measures sealing and opening.
///
/// # Errors
///
/// When something does not open, so that its time says nothing.
pub(crate) fn measure(root: &Path, rounds: u32, quick: bool) -> Result<Vec<Row>, MeasureError> {
    Ok(vec![sealing::measure(root, rounds, quick)?])
}
