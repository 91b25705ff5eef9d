//! Which scenarios are meant.

use std::path::{Path, PathBuf};

use crate::scenario::{self, Problems, Scenario};

/// Stands between the id of a file and the values of its matrix.
const CELL: char = '@';

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Ids, last parts of ids, parts of ids, or paths; any of them. None means all.
    pub names: Vec<String>,
    /// Tags; any of them. None means all.
    pub tags: Vec<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Selection {
    /// Those that were asked for, by id.
    pub scenarios: Vec<Scenario>,
    /// Files among them that have errors.
    pub problems: Vec<Problems>,
    /// Names that match nothing, each with the nearest id.
    pub unknown: Vec<(String, Option<String>)>,
}

/// Loads the scenarios that were asked for.
///
/// # Errors
///
/// What the system says when the directory cannot be read.
pub fn select(root: &Path, wanted: &Wanted) -> std::io::Result<Selection> {
    let mut files = scenario::find(root)?;
    let mut selection = Selection::default();
    let mut chosen = Vec::new();
    for name in &wanted.names {
        let as_path = PathBuf::from(name);
        let found = if as_path.extension().is_some_and(|end| end == "toml") && as_path.is_file() {
            vec![as_path]
        } else {
            matching(&files, root, name)
        };
        if found.is_empty() {
            selection
                .unknown
                .push((name.clone(), nearest(&files, root, name)));
        }
        chosen.extend(found);
    }
    if !wanted.names.is_empty() {
        chosen.sort();
        chosen.dedup();
        files = chosen;
    }
    for file in files {
        match scenario::load(&file, root) {
            Ok(cells) => {
                let meant = cells
                    .into_iter()
                    .filter(|scenario| is_meant(scenario, wanted));
                selection.scenarios.extend(meant);
            }
            Err(problems) => selection.problems.push(problems),
        }
    }
    let combinations = wanted.names.iter().filter(|name| name.contains(CELL));
    for name in combinations {
        let mut ids = selection.scenarios.iter().map(|scenario| &scenario.id);
        if !ids.any(|id| id.ends_with(name.as_str())) && selection.problems.is_empty() {
            selection.unknown.push((name.clone(), None));
        }
    }
    Ok(selection)
}

/// Whether one of a file's scenarios was asked for: those of a matrix can be named with
/// their values.
fn is_meant(scenario: &Scenario, wanted: &Wanted) -> bool {
    let Some((file, _)) = scenario.id.split_once(CELL) else {
        return has_tag(scenario, &wanted.tags);
    };
    let mut names = wanted.names.iter();
    let named = wanted.names.is_empty()
        || names.any(|name| match name.split_once(CELL) {
            Some(_) => scenario.id.ends_with(name.as_str()),
            None => file.contains(name.as_str()) || name.ends_with(".toml"),
        });
    named && has_tag(scenario, &wanted.tags)
}

/// A whole id, then a last part, then any part: the first kind that matches anything.
fn matching(files: &[PathBuf], root: &Path, name: &str) -> Vec<PathBuf> {
    let name = name.split_once(CELL).map_or(name, |(file, _)| file);
    let with = |fits: &dyn Fn(&str) -> bool| -> Vec<PathBuf> {
        files
            .iter()
            .filter(|file| fits(&id_of(file, root)))
            .cloned()
            .collect()
    };
    let exact = with(&|id| id == name);
    if !exact.is_empty() {
        return exact;
    }
    let last = with(&|id| id.rsplit('/').next() == Some(name));
    if !last.is_empty() {
        return last;
    }
    with(&|id| id.contains(name))
}

fn nearest(files: &[PathBuf], root: &Path, name: &str) -> Option<String> {
    let ids = files.iter().map(|file| id_of(file, root));
    let likeness = |id: &str| {
        let last = id.rsplit('/').next().unwrap_or(id);
        strsim::jaro_winkler(name, last).max(strsim::jaro_winkler(name, id))
    };
    ids.map(|id| (likeness(&id), id))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, id)| id)
}

fn has_tag(scenario: &Scenario, tags: &[String]) -> bool {
    tags.is_empty() || tags.iter().any(|tag| scenario.tags.contains(tag))
}

/// Path below `scenarios/` without the extension.
pub(super) fn id_of(file: &Path, root: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .with_extension("")
        .display()
        .to_string()
}
