//! Which scenarios are selected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use scenario::{self, CELL, Location, Scenario};
use toml_language::Problems;
use toml_language::suggest::nearest;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Ids, last parts of ids, parts of ids, or paths of files and directories; any of them. None means all.
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
    /// Tags that no scenario has, each with the nearest one.
    pub unknown_tags: Vec<(String, Option<String>)>,
}

/// Which scenarios of a file were asked for: those with these values of its matrix, or all.
type Cells = BTreeSet<Option<String>>;

/// Loads the scenarios that were asked for.
///
/// # Errors
///
/// What the system says when the directory cannot be read.
pub fn select(root: &Path, wanted: &Wanted) -> std::io::Result<Selection> {
    let known = Known::in_root(root)?;
    let mut selection = Selection::default();
    let mut asked = Vec::new();
    let mut files: BTreeMap<PathBuf, Cells> = BTreeMap::new();
    for name in &wanted.names {
        let (found, cell) = known.means(root, name);
        if found.is_empty() {
            let near = known.nearest(name);
            selection.unknown.push((name.clone(), near));
        }
        for file in &found {
            files.entry(file.clone()).or_default().insert(cell.clone());
        }
        asked.push((name, found, cell));
    }
    if wanted.names.is_empty() {
        let all = known.files.iter();
        files = all.map(|(file, _)| (file.clone(), [None].into())).collect();
    }
    let mut tags = BTreeSet::new();
    for (file, cells) in &files {
        match scenario::load(file, root) {
            Ok(scenarios) => {
                tags.extend(scenarios.iter().flat_map(|one| one.tags.clone()));
                let selected = scenarios.into_iter().filter(|one| is_asked(one, cells));
                selection.scenarios.extend(selected);
            }
            Err(problems) => selection.problems.push(problems),
        }
    }
    if selection.problems.is_empty() {
        let has = |file: &PathBuf, cell: &Option<String>| {
            let mut all = selection.scenarios.iter();
            all.any(|one| one.path == *file && (cell.is_none() || cell_of(one) == cell.as_deref()))
        };
        let none = asked.iter().filter(|(_, found, cell)| {
            !found.is_empty() && !found.iter().any(|file| has(file, cell))
        });
        let none: Vec<_> = none.map(|(name, ..)| ((*name).clone(), None)).collect();
        selection.unknown.extend(none);
    }
    selection.scenarios.retain(|one| has_tag(one, &wanted.tags));
    selection.unknown_tags = unknown_tags(&known, root, tags, &wanted.tags);
    Ok(selection)
}

/// The files under the root, each with its id.
struct Known {
    files: Vec<(PathBuf, String)>,
}

impl Known {
    fn in_root(root: &Path) -> std::io::Result<Self> {
        let found = scenario::find(root)?.into_iter();
        let files = found.map(|file| {
            let id = id_of(&file, root);
            (file, id)
        });
        Ok(Self {
            files: files.collect(),
        })
    }

    /// The files that a name means, and which of their scenarios.
    fn means(&self, root: &Path, name: &str) -> (Vec<PathBuf>, Option<String>) {
        if let Some((file, cell)) = file_of(name) {
            let file = Location::of(&file, root).map_or(file, |place| place.path);
            return (vec![file], cell);
        }
        let (name, cell) = match name.split_once(CELL) {
            Some((name, cell)) => (name, Some(cell.to_owned())),
            None => (name, None),
        };
        // What says that it is a path is one; another word may be a path as well.
        let is_path = [".", ".."].contains(&name)
            || ["./", "../", "/"].iter().any(|way| name.starts_with(way));
        let mut found = if is_path {
            Vec::new()
        } else {
            self.matching(name)
        };
        if found.is_empty() && !name.is_empty() {
            let there = scenario::find(Path::new(name))
                .unwrap_or_default()
                .into_iter();
            let place = |file: PathBuf| Location::of(&file, root).map_or(file, |place| place.path);
            found = there.map(place).collect();
        }
        (found, cell)
    }

    /// A whole id, then a last part, then any part: the first kind that matches anything. Nothing at
    /// all is a part of every id, and means none.
    fn matching(&self, name: &str) -> Vec<PathBuf> {
        if name.is_empty() {
            return Vec::new();
        }
        let with = |fits: &dyn Fn(&str) -> bool| -> Vec<PathBuf> {
            let fitting = self.files.iter().filter(|(_, id)| fits(id));
            fitting.map(|(file, _)| file.clone()).collect()
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

    fn nearest(&self, name: &str) -> Option<String> {
        let ids = || self.files.iter().map(|(_, id)| id.as_str());
        let last = |id: &'_ str| id.rsplit('/').next().unwrap_or_default().to_owned();
        // Its path, without the end of a file.
        if let Some(id) = ids().find(|id| name.ends_with(&format!("/{id}"))) {
            return Some(id.to_owned());
        }
        let lasts: Vec<String> = ids().map(last).collect();
        let near = nearest(name, ids().chain(lasts.iter().map(String::as_str)))?;
        let mut named = ids().filter(|id| *id == near || last(id) == near);
        named.next().map(str::to_owned)
    }
}

/// The file that a path means, and the values of its matrix behind it.
fn file_of(name: &str) -> Option<(PathBuf, Option<String>)> {
    let whole = (name, None);
    let with_cell = name
        .rsplit_once(CELL)
        .map(|(file, cell)| (file, Some(cell.to_owned())));
    let mut ways = [Some(whole), with_cell].into_iter().flatten();
    let (file, cell) = ways.find(|(file, _)| {
        let path = Path::new(file);
        path.extension().is_some_and(|end| end == "toml") && path.is_file()
    })?;
    Some((PathBuf::from(file), cell))
}

/// The values of the matrix that a scenario was made with.
fn cell_of(scenario: &Scenario) -> Option<&str> {
    scenario.id.split_once(CELL).map(|(_, cell)| cell)
}

fn is_asked(scenario: &Scenario, cells: &Cells) -> bool {
    cells.contains(&None)
        || cell_of(scenario).is_some_and(|cell| cells.contains(&Some(cell.to_owned())))
}

fn has_tag(scenario: &Scenario, tags: &[String]) -> bool {
    tags.is_empty() || tags.iter().any(|tag| scenario.tags.contains(tag))
}

/// Tags that nothing has; `tags` are those of the files that were read already.
fn unknown_tags(
    known: &Known,
    root: &Path,
    mut tags: BTreeSet<String>,
    wanted: &[String],
) -> Vec<(String, Option<String>)> {
    if wanted.iter().any(|tag| !tags.contains(tag)) {
        let all = known.files.iter();
        let all = all.filter_map(|(file, _)| scenario::load(file, root).ok());
        tags.extend(all.flatten().flat_map(|one| one.tags));
    }
    let unknown = wanted.iter().filter(|tag| !tags.contains(*tag));
    let unknown = unknown.map(|tag| {
        let near = nearest(tag, tags.iter().map(String::as_str));
        (tag.clone(), near.map(str::to_owned))
    });
    unknown.collect()
}

/// Path in `scenarios/` without the extension.
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
    fn one_combination_is_selected_by_the_path_of_its_file_wherever_that_lies() {
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

    fn selected(names: &[&str], tags: &[&str]) -> super::Selection {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let wanted = Wanted {
            names: owned(names),
            tags: owned(tags),
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        select(&root, &wanted).unwrap()
    }

    #[test]
    fn a_path_among_the_scenarios_means_the_one_that_its_id_means() {
        let by_id = selected(&["basics/public"], &[]).scenarios;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/basics/public.toml");
        let by_path = selected(&[file.to_str().unwrap()], &[]).scenarios;
        assert_eq!(by_id.len(), 1);
        assert_eq!(by_path.len(), 1);
        assert_eq!(by_id[0].id, by_path[0].id);
        assert_eq!(by_id[0].path, by_path[0].path);
    }

    #[test]
    fn a_directory_means_all_that_lies_in_it_wherever_it_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("inner")).unwrap();
        fs::write(dir.path().join("inner/mine.toml"), MATRIX).unwrap();
        let elsewhere = selected(&[dir.path().to_str().unwrap()], &[]);
        assert_eq!(elsewhere.scenarios.len(), 2, "a matrix of two");
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/basics");
        let by_path = selected(&[here.to_str().unwrap()], &[]).scenarios;
        let by_id = selected(&["basics/"], &[]).scenarios;
        let ids =
            |all: &[scenario::Scenario]| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        assert!(by_id.len() > 5);
        assert_eq!(ids(&by_path), ids(&by_id));
    }

    #[test]
    fn what_is_suggested_is_near_or_nothing_is() {
        let near = |name: &str| selected(&[name], &[]).unknown[0].1.clone();
        assert_eq!(
            near("three-client-s").as_deref(),
            Some("basics/three-clients")
        );
        assert_eq!(
            near("scenarios/basics/public").as_deref(),
            Some("basics/public")
        );
        assert_eq!(near("nope"), None);
    }

    #[test]
    fn a_name_or_tag_that_means_nothing_is_named_and_an_empty_name_means_nothing() {
        let found = selected(&["", "basics/public"], &["basics", "bascis"]);
        assert_eq!(found.unknown[0].0, "");
        let near = Some("basics".to_owned());
        assert_eq!(found.unknown_tags, [("bascis".to_owned(), near)]);
        // There are such, but this one has it not.
        let found = selected(&["basics/public"], &["files"]);
        assert!(found.unknown.is_empty() && found.unknown_tags.is_empty());
        assert!(found.scenarios.is_empty());
    }
}
