//! Where submissions lie, and the files of what they earned.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use grading::{Audience, Graded, Marks, Rubric};
use sha2::{Digest as _, Sha256};
use stage::EngineError;

use super::files::{as_json, write};
use super::unpack::Archive;

/// Files of one submission that are looked at to see whether it has changed.
const FILES: usize = 100_000;

/// What is no submission: archives made on other systems bring these.
const NO_SUBMISSIONS: [&str; 1] = ["__MACOSX"];

/// A submission, as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The name of its directory, or of its archive without the ending.
    pub name: String,
    /// Its directory or archive, without links.
    pub path: PathBuf,
}

/// Two submissions that would be one in a grade sheet.
#[derive(Debug, thiserror::Error)]
#[error("{} and {} are both called {name:?}: put one of them elsewhere", first.display(), second.display())]
pub struct SameName {
    name: String,
    first: PathBuf,
    second: PathBuf,
}

/// What lies in a directory, by name: directories, archives, and what is neither.
///
/// # Errors
///
/// What the system says.
pub fn find_submissions(dir: &Path) -> io::Result<Vec<Found>> {
    let dir = fs::canonicalize(dir)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&dir)? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let archive = Archive::of(&file).filter(|_| kind.is_file());
        let name = match archive {
            Some((_, name)) => name.to_owned(),
            // Whatever it is, it was handed in: its row says what is wrong with it.
            None => file,
        };
        if !name.is_empty() && !name.starts_with('.') && !NO_SUBMISSIONS.contains(&name.as_str()) {
            let path = entry.path();
            found.push(Found { name, path });
        }
    }
    found.sort();
    Ok(found)
}

/// Each has a name of its own.
///
/// # Errors
///
/// For the first two that have not.
pub fn all_differ(found: &[Found]) -> Result<(), SameName> {
    let mut pairs = found.iter().zip(found.iter().skip(1));
    match pairs.find(|(one, other)| one.name == other.name) {
        None => Ok(()),
        Some((one, other)) => Err(SameName {
            name: one.name.clone(),
            first: one.path.clone(),
            second: other.path.clone(),
        }),
    }
}

/// What a submission is and how it is graded, in short: another one when a file of it has changed, or
/// one of these texts.
///
/// # Errors
///
/// What the system says.
pub fn stamp(submission: &Path, texts: &[&str]) -> io::Result<String> {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    let it = fs::symlink_metadata(submission)?;
    digest.update(identity(&it));
    if it.is_dir() {
        let mut left = FILES;
        of_directory(submission, &mut digest, &mut left)?;
    }
    let digest = digest.finalize();
    Ok(digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Names, sizes and times of all that lies there; links are not followed.
fn of_directory(dir: &Path, digest: &mut Sha256, left: &mut usize) -> io::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)?
        .take(*left)
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    *left -= entries.len();
    entries.sort();
    for path in entries {
        let it = fs::symlink_metadata(&path)?;
        digest.update(path.as_os_str().as_encoded_bytes());
        digest.update(identity(&it));
        if it.is_dir() {
            of_directory(&path, digest, left)?;
        }
    }
    Ok(())
}

/// What changes when a file does.
fn identity(it: &Metadata) -> [u8; 32] {
    let mut bytes = [0; 32];
    let parts = [
        u64::from(it.mode()),
        if it.is_dir() { 0 } else { it.size() },
        it.mtime().cast_unsigned(),
        it.mtime_nsec().cast_unsigned(),
    ];
    for (place, part) in bytes.chunks_exact_mut(8).zip(parts) {
        place.copy_from_slice(&part.to_be_bytes());
    }
    bytes
}

/// Where the files of a submission are: beside no file that belongs to all.
fn place(dir: &Path, submission: &str) -> PathBuf {
    dir.join("submissions").join(submission)
}

/// What a submission has earned already; `None` where that is not known.
pub fn read_graded(dir: &Path, submission: &str) -> Option<Graded> {
    let text = fs::read_to_string(place(dir, submission).join("marks.json")).ok()?;
    serde_json::from_str(&text).ok()
}

/// Keeps what a submission has earned, for whoever goes on.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_graded(dir: &Path, graded: &Graded) -> Result<(), EngineError> {
    let its = place(dir, &graded.submission);
    write(&its, "marks.json", &as_json(graded)?)
}

/// What people read of one submission.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write_feedback(
    dir: &Path,
    rubric: &Rubric,
    marks: &Marks,
    students: Audience,
) -> Result<(), EngineError> {
    let its = place(dir, &marks.submission);
    for (name, text) in grading::files(rubric, marks, students).map_err(no_page)? {
        write(&its, name, &text)?;
    }
    Ok(())
}

/// The sheet, with a row for each.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_sheet(dir: &Path, rubric: &Rubric, all: &[&Marks]) -> Result<(), EngineError> {
    write(dir, "grades.csv", &grading::sheet(rubric, all))
}

/// The page of all.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_overview(dir: &Path, rubric: &Rubric, all: &[&Marks]) -> Result<(), EngineError> {
    let page = grading::overview(rubric, all).map_err(no_page)?;
    write(dir, "index.html", &page)
}

fn no_page<E>(_: E) -> EngineError {
    EngineError::Fault("a page of grades cannot be written")
}
