//! Which files are scenarios, and what they are called.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Stands between the id of a file and the values of its matrix.
pub const CELL: char = '@';

/// Directories that hold what scenarios need.
const ASIDE: [&str; 2] = ["fixtures", "snapshots"];

/// Every scenario under `root`, sorted. Fixtures and snapshots are none, nor is what begins with a
/// dot: other systems leave such files beside their own. A file or directory that several ways lead
/// to counts once; the way without a link is the first.
///
/// # Errors
///
/// What the system says when a directory cannot be read.
pub fn find(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    let mut links = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop().or_else(|| links.pop()) {
        if !known.insert(directory.canonicalize()?) {
            continue;
        }
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let is_aside = ASIDE.iter().any(|aside| name == **aside);
            if name.as_encoded_bytes().starts_with(b".") || (is_aside && path.is_dir()) {
                continue;
            }
            let is_scenario = path.extension().is_some_and(|end| end == "toml");
            match (entry.file_type()?.is_symlink(), path.is_dir()) {
                (true, true) => links.push(path),
                (false, true) => waiting.push(path),
                (is_link, false) if is_scenario && path.is_file() => found.push((is_link, path)),
                (_, false) => {}
            }
        }
    }
    Ok(without_second_ways(found))
}

/// Files, each once; the links to them come last.
fn without_second_ways(mut found: Vec<(bool, PathBuf)>) -> Vec<PathBuf> {
    found.sort();
    let mut known = BTreeSet::new();
    found.retain(|(_, path)| {
        let file = path.canonicalize().unwrap_or_else(|_| path.clone());
        known.insert(file)
    });
    let mut files: Vec<PathBuf> = found.into_iter().map(|(_, path)| path).collect();
    files.sort();
    files
}

/// Why a file cannot be a scenario, whatever it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Reports could not write it down.
    #[error("its path is not UTF-8; rename it")]
    NotUtf8,
    /// It would be taken for one of several scenarios of a file.
    #[error("its name has an `{CELL}`, which separates the values of a matrix; rename it")]
    Cell,
}

/// Where a scenario lies and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Below the root: the way to it without the extension, for example `basics/public`. Beside the
    /// root: the way from there, for example `zoo/scenarios/tour`. Elsewhere: the whole way.
    pub id: String,
    /// The file: relative to the root if it is inside, whichever way led to it.
    pub path: PathBuf,
}

impl Location {
    /// Of a file. The same file has the same place, whichever path leads to it.
    ///
    /// # Errors
    ///
    /// [`BadName`] when it cannot be called anything.
    pub fn of(path: &Path, root: &Path) -> Result<Self, BadName> {
        if let Some(relative) = within(path, root) {
            let id = id(&relative)?;
            if id.contains(CELL) {
                return Err(BadName::Cell);
            }
            let path = root.join(relative);
            return Ok(Self { id, path });
        }
        if let Some(beside) = Self::beside(path, root)? {
            return Ok(beside);
        }
        let whole = path.canonicalize().or_else(|_| std::path::absolute(path));
        let path = whole.unwrap_or_else(|_| path.to_owned());
        // A directory that is not ours to name.
        let id = id(&path)?.replace(CELL, "%40");
        Ok(Self { id, path })
    }
}

impl Location {
    /// Of a file in the directory of the root, unless one under the root would be called the same.
    fn beside(path: &Path, root: &Path) -> Result<Option<Self>, BadName> {
        let parent = root.parent().filter(|parent| *parent != Path::new(""));
        let way = parent.and_then(|parent| Some((parent, within(path, parent)?)));
        let Some((parent, relative)) = way.filter(|(_, way)| !root.join(way).exists()) else {
            return Ok(None);
        };
        let id = id(&relative)?.replace(CELL, "%40");
        let path = parent.join(relative);
        Ok(Some(Self { id, path }))
    }
}

/// The way to a file from the root, if it is inside.
fn within(path: &Path, root: &Path) -> Option<PathBuf> {
    let real = path.canonicalize().ok().zip(root.canonicalize().ok());
    let real = real.and_then(|(path, root)| Some(path.strip_prefix(root).ok()?.to_owned()));
    let as_written = || {
        let relative = path.strip_prefix(root).ok()?;
        let mut parts = relative.components();
        let is_plain = parts.all(|part| matches!(part, Component::Normal(_)));
        is_plain.then(|| relative.to_owned())
    };
    real.or_else(as_written)
}

fn id(path: &Path) -> Result<String, BadName> {
    let path = path.with_extension("");
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_str().ok_or(BadName::NotUtf8)),
        _ => None,
    });
    Ok(names.collect::<Result<Vec<_>, _>>()?.join("/"))
}
