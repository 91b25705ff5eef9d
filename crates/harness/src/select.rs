//! Which scenarios are selected.

use std::path::{Path, PathBuf};

use scenario::{self, Scenario};
use toml_language::Problems;

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
        let found = file_of(name).map_or_else(|| matching(&files, root, name), |file| vec![file]);
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
                let selected = cells
                    .into_iter()
                    .filter(|scenario| is_selected(scenario, wanted));
                selection.scenarios.extend(selected);
            }
            Err(problems) => selection.problems.push(problems),
        }
    }
    let combinations = wanted.names.iter().filter(|name| name.contains(CELL));
    for name in combinations {
        let mut found = selection.scenarios.iter();
        if !found.any(|scenario| names(name, scenario)) && selection.problems.is_empty() {
            selection.unknown.push((name.clone(), None));
        }
    }
    Ok(selection)
}

/// The file that a path means, with or without the values of its matrix behind it.
fn file_of(name: &str) -> Option<PathBuf> {
    let without = name.rsplit_once(CELL).map(|(file, _)| file);
    let paths = std::iter::once(name).chain(without).map(PathBuf::from);
    let mut files = paths.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    files.find(|path| path.is_file())
}

/// Whether a name means this scenario: that of a file, of any part of it, or of one
/// combination of the values of its matrix.
fn names(name: &str, scenario: &Scenario) -> bool {
    if let Some(path) = file_of(name) {
        let last = scenario.id.rsplit('/').next().unwrap_or_default();
        let cell = last.split_once(CELL).map_or("", |(_, cell)| cell);
        let whole = path.as_os_str().len() == name.len();
        return path == scenario.path && (whole || name.ends_with(&format!("{CELL}{cell}")));
    }
    let file = scenario.id.split_once(CELL).map_or("", |(file, _)| file);
    match name.split_once(CELL) {
        Some(_) => scenario.id.ends_with(name),
        None => file.contains(name),
    }
}

/// Whether one of a file's scenarios was asked for: those of a matrix can be named with
/// their values.
fn is_selected(scenario: &Scenario, wanted: &Wanted) -> bool {
    let mut asked = wanted.names.iter();
    let named = wanted.names.is_empty()
        || !scenario.id.contains(CELL)
        || asked.any(|name| names(name, scenario));
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Wanted, select};

    const MATRIX: &str = "title = \"t\"\nclients = [\"alice\", \"bob\"]\n\
        [matrix]\nsize = [\"1KiB\", \"64KiB\"]\n\
        [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"{matrix:size}\" }\n";

    #[test]
    fn one_combination_is_meant_by_the_path_of_its_file_wherever_that_lies() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("mine.toml");
        fs::write(&file, MATRIX).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let found = |behind: &str| {
            let wanted = Wanted {
                names: vec![format!("{}{behind}", file.display())],
                tags: Vec::new(),
            };
            let found = select(&root, &wanted).unwrap();
            let ids = found.scenarios.iter().map(|one| one.id.as_str());
            let cells: Vec<String> = ids
                .filter_map(|id| id.split_once('@'))
                .map(|(_, cell)| cell.to_owned())
                .collect();
            (cells, found.unknown.len())
        };
        let both = ["1KiB".to_owned(), "64KiB".to_owned()];
        assert_eq!(found(""), (both.to_vec(), 0));
        assert_eq!(found("@64KiB"), (both[1..].to_vec(), 0));
        assert_eq!(found("@2KiB"), (Vec::new(), 1));
    }
}
