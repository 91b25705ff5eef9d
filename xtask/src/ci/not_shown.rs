//! Claims that tests could not show on this machine: collected while steps run, reported at the end.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command_error::CommandError;

/// The file that tests append to, and what is in it.
pub(super) struct NotShown {
    path: PathBuf,
    _dir: TempDir,
}

impl NotShown {
    /// An empty one.
    ///
    /// # Errors
    ///
    /// When no directory can be made for it.
    pub(super) fn new() -> Result<Self, CommandError> {
        let dir = tempfile::tempdir();
        let dir = dir.map_err(|error| CommandError::file(&std::env::temp_dir(), &error))?;
        let path = dir.path().join("not-shown");
        Ok(Self { path, _dir: dir })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many claims, and which; `None` where everything was shown.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub(super) fn line(&self) -> Result<Option<String>, CommandError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&self.path);
        let text = text.map_err(|error| CommandError::file(&self.path, &error))?;
        Ok(summary(&text))
    }
}

fn summary(text: &str) -> Option<String> {
    let mut claims: Vec<&str> = text.lines().collect();
    claims.sort_unstable();
    claims.dedup();
    let count = claims.len();
    (count > 0).then(|| format!("not shown here: {count} ({})", claims.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::{NotShown, summary};

    #[test]
    fn each_claim_is_counted_and_named_once() {
        let text = "b: no x\na: no x\nb: no x\n";
        let line = summary(text);
        assert_eq!(line.unwrap(), "not shown here: 2 (a: no x; b: no x)");
        assert_eq!(summary(""), None);
    }

    #[test]
    fn where_no_test_has_written_everything_was_shown() {
        let not_shown = NotShown::new().unwrap();
        assert_eq!(not_shown.line().unwrap(), None);
        std::fs::write(not_shown.path(), "a: no x\n").unwrap();
        let line = not_shown.line().unwrap();
        assert_eq!(line.unwrap(), "not shown here: 1 (a: no x)");
    }
}
