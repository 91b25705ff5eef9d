//! Where submissions lie, and the files of what they earned.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use grading::{Audience, Graded, Marks, Matrix, Rubric};
use sha2::{Digest as _, Sha256};
use stage::EngineError;

use super::files::{as_json, write};
use super::unpack::Archive;

/// Entries of one submission that are compared to see whether it has changed.
const ENTRIES: usize = 100_000;

/// Bytes of them, all together.
const BYTES: u64 = 1024 * 1024 * 1024;

/// Directories within directories.
const DEPTH: usize = 100;

/// Opening does not wait.
const O_NONBLOCK: i32 = 0o4000;

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

/// What is in a directory, by name: directories, archives, and what is neither.
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
/// What the system says, and when it is larger than anybody's submission: then nobody can say whether it has changed.
pub fn stamp(submission: &Path, texts: &[&str]) -> io::Result<String> {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    let mut left = Left {
        entries: ENTRIES,
        bytes: BYTES,
    };
    of_path((submission, DEPTH), Path::new(""), &mut digest, &mut left)?;
    let start: Vec<u8> = digest.finalize().into_iter().take(16).collect();
    Ok(timeline::hex(&start, ""))
}

/// What may still be read.
struct Left {
    entries: usize,
    bytes: u64,
}

/// Names and contents of all that is there, and nothing that another machine or copy has otherwise. Links are not
/// followed, and what is neither file nor directory has a name alone.
fn of_path(
    (path, depth): (&Path, usize),
    name: &Path,
    digest: &mut Sha256,
    left: &mut Left,
) -> io::Result<()> {
    let it = fs::symlink_metadata(path)?;
    let name_bytes = name.as_os_str().as_encoded_bytes();
    digest.update(name_bytes.len().to_be_bytes());
    digest.update(name_bytes);
    digest.update((it.mode() & 0o170_111).to_be_bytes());
    if it.is_symlink() {
        digest.update(fs::read_link(path)?.as_os_str().as_encoded_bytes());
    } else if it.is_file() {
        of_file(path, digest, left)?;
    } else if it.is_dir() {
        let depth = depth.checked_sub(1).ok_or_else(too_large)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            left.entries = left.entries.checked_sub(1).ok_or_else(too_large)?;
            names.push(entry?.file_name());
        }
        names.sort();
        for one in names {
            of_path((&path.join(&one), depth), &name.join(&one), digest, left)?;
        }
    }
    Ok(())
}

fn too_large() -> io::Error {
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        "it is larger than what is compared",
    )
}

/// Somebody may put a pipe there meanwhile: nobody waits for it.
fn of_file(path: &Path, digest: &mut Sha256, left: &mut Left) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open(path)?;
    let length = file.metadata()?.len();
    if length > left.bytes {
        return Err(too_large());
    }
    digest.update(length.to_be_bytes());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        let read = u64::try_from(length).unwrap_or(u64::MAX);
        left.bytes = left.bytes.checked_sub(read).ok_or_else(too_large)?;
        digest.update(buffer.get(..length).unwrap_or_default());
    }
}

/// Where the files of a submission are: beside no file that belongs to all.
fn place(dir: &Path, submission: &str) -> PathBuf {
    dir.join("submissions").join(submission)
}

/// What a submission has earned already; `None` where that is not known.
pub fn read_graded(dir: &Path, submission: &str) -> Option<Graded> {
    let text = fs::read_to_string(place(dir, submission).join("marks.json")).ok()?;
    let graded: Graded = serde_json::from_str(&text).ok()?;
    // It may come from elsewhere, and its name leads to where it is written.
    (graded.submission == submission).then_some(graded)
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

/// What a CI server reads.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_junit(dir: &Path, rubric: &Rubric, all: &[&Marks]) -> Result<(), EngineError> {
    write(dir, "junit.xml", &grading::junit(rubric, all))
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

/// Who works with whom: a page, and the same for programs.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write_matrix(dir: &Path, matrix: &Matrix) -> Result<(), EngineError> {
    let page = matrix.page().map_err(no_page)?;
    write(dir, "matrix.html", &page)?;
    write(dir, "matrix.json", &format!("{:#}\n", matrix.json()))
}

/// What a platform reads of one submission, in place of what was there.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_for_platform(path: &Path, value: &serde_json::Value) -> Result<(), EngineError> {
    let (dir, name) = (path.parent(), path.file_name());
    let name = name.and_then(|name| name.to_str()).unwrap_or_default();
    write(dir.unwrap_or(Path::new("")), name, &format!("{value:#}\n"))
}

fn no_page<E>(_: E) -> EngineError {
    EngineError::Fault("a page of grades cannot be written")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::stamp;

    fn submission(at: &Path, text: &str) -> String {
        fs::create_dir_all(at.join("lib")).unwrap();
        fs::write(at.join("lib/chat.py"), text).unwrap();
        stamp(at, &["rubric"]).unwrap()
    }

    #[test]
    fn a_copy_elsewhere_is_the_same_and_what_has_changed_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let one = submission(&dir.path().join("here/ada"), "print()");
        assert_eq!(submission(&dir.path().join("there/ada"), "print()"), one);
        // As long as before.
        assert_ne!(submission(&dir.path().join("there/ada"), "write()"), one);
        let here = dir.path().join("here/ada");
        assert_ne!(stamp(&here, &["another rubric"]).unwrap(), one);
        // A file without blocks on the disk is as large as it says.
        let sparse = fs::File::create(here.join("sparse")).unwrap();
        sparse.set_len(super::BYTES + 1).unwrap();
        let error = stamp(&here, &["rubric"]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
        fs::remove_file(here.join("sparse")).unwrap();
        let deep = here.join("a/".repeat(super::DEPTH + 1));
        fs::create_dir_all(&deep).unwrap();
        assert!(stamp(&here, &["rubric"]).is_err());
        fs::remove_dir_all(here.join("a")).unwrap();
        std::os::unix::fs::symlink("lib/chat.py", here.join("link")).unwrap();
        assert_ne!(stamp(&here, &["rubric"]).unwrap(), one);
    }
}
