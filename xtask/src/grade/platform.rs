//! Platforms that grade one submission at a time, each in a container of its own.

use std::fs;
use std::path::{Path, PathBuf};

use grading::{Audience, Classroom50, Marks, Overrides, Rubric, gradescope};
use harness::Found;
use serde_json::Value;

use crate::cli;
use crate::command_error::CommandError;

/// The one submission, in grade sheets that nobody reads.
const NAME: &str = "submission";

/// Who asks for one submission, and reads a file of its own.
pub(super) enum Platform {
    /// Its directory, and what it says of the submission.
    Gradescope { dir: PathBuf, handed_in: Overrides },
    /// A checkout, and what the platform calls it.
    Classroom50 { dir: PathBuf, names: Classroom50 },
}

impl Platform {
    /// The one that was asked for.
    pub(super) fn of(arguments: &cli::Grade) -> Result<Option<Self>, CommandError> {
        if let Some(dir) = &arguments.gradescope {
            let path = dir.join("submission_metadata.json");
            let text = fs::read_to_string(&path);
            let text = text.map_err(|error| CommandError::file(&path, &error))?;
            let handed_in = harness::handed_in(&text, NAME);
            let handed_in = handed_in.map_err(|error| CommandError::usage(error.to_string()))?;
            let dir = dir.clone();
            return Ok(Some(Self::Gradescope { dir, handed_in }));
        }
        let Some(dir) = arguments.classroom50.clone() else {
            return Ok(None);
        };
        let names = Classroom50::read(|name| std::env::var(name).ok());
        let names = names.map_err(|error| CommandError::usage(error.to_string()))?;
        Ok(Some(Self::Classroom50 { dir, names }))
    }

    /// Where it keeps everything.
    pub(super) fn dir(&self) -> &Path {
        match self {
            Self::Gradescope { dir, .. } | Self::Classroom50 { dir, .. } => dir,
        }
    }

    /// The one submission.
    pub(super) fn found(&self) -> Result<Vec<Found>, CommandError> {
        let path = match self {
            Self::Gradescope { dir, .. } => dir.join("submission"),
            Self::Classroom50 { dir, .. } => dir.clone(),
        };
        let path = fs::canonicalize(&path).map_err(|error| CommandError::file(&path, &error))?;
        let name = NAME.to_owned();
        Ok(vec![Found { name, path }])
    }

    /// What a submission is graded by lies where its author cannot change it.
    pub(super) fn keeps_apart<'a>(
        &self,
        found: &[Found],
        mut files: impl Iterator<Item = &'a Path>,
    ) -> Result<(), CommandError> {
        let is_handed_in = |file: &&Path| {
            let file = fs::canonicalize(file);
            file.is_ok_and(|file| found.iter().any(|one| file.starts_with(&one.path)))
        };
        match files.find(is_handed_in) {
            None => Ok(()),
            Some(file) => Err(CommandError::usage(format!(
                "{} lies in the submission, where its author can change it; keep what it is graded \
                 by elsewhere",
                file.display()
            ))),
        }
    }

    /// What the platform says of it: as an instructor would.
    pub(super) fn overrides(&self) -> Overrides {
        match self {
            Self::Gradescope { handed_in, .. } => handed_in.clone(),
            Self::Classroom50 { .. } => Overrides::default(),
        }
    }

    /// The file that it reads.
    pub(super) fn file(&self) -> PathBuf {
        match self {
            Self::Gradescope { dir, .. } => dir.join("results/results.json"),
            Self::Classroom50 { dir, .. } => dir.join("result.json"),
        }
    }

    /// What it reads there.
    pub(super) fn value(
        &self,
        rubric: &Rubric,
        (marks, warning): (&Marks, Option<&str>),
        students: Audience,
    ) -> Value {
        match self {
            Self::Gradescope { .. } => gradescope(rubric, marks, warning),
            Self::Classroom50 { names, .. } => names.result(rubric, marks, students),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use grading::Overrides;

    use super::Platform;

    #[test]
    fn nothing_that_decides_a_grade_is_taken_from_the_submission() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().to_owned();
        fs::create_dir(dir.join("submission")).unwrap();
        for file in ["rubric.toml", "submission/rubric.toml"] {
            fs::write(dir.join(file), "").unwrap();
        }
        symlink("submission/rubric.toml", dir.join("linked.toml")).unwrap();
        let platform = Platform::Gradescope {
            dir: dir.clone(),
            handed_in: Overrides::default(),
        };
        let found = platform.found().unwrap();
        let refused = |name: &str| {
            let files = [dir.join("rubric.toml"), dir.join(name)];
            let files = files.iter().map(|file| -> &Path { file });
            platform.keeps_apart(&found, files).is_err()
        };
        assert!(!refused("rubric.toml"));
        assert!(refused("submission/rubric.toml"));
        assert!(refused("linked.toml"));
        assert!(refused("submission/../submission/rubric.toml"));
    }
}
