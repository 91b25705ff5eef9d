//! `check`: every mistake in scenarios and adapters, without playing them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use grading::Rubric;
use harness::{self, Wanted};
use scenario::adapter::{self, Adapter, Program};
use stage::programs::{self, Warning};
use toml_language::Problems;
use toml_language::suggest::{nearest, one_of};

use crate::binaries;
use crate::cli;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FINE, USAGE};
use crate::output;
use crate::workspace::Workspace;

/// What was read.
#[derive(Default)]
pub(crate) struct Checked {
    /// Scenarios without a problem.
    scenarios: usize,
    /// Adapters without a problem.
    adapters: usize,
    /// Rubrics without a problem.
    rubrics: usize,
    /// Files with problems.
    pub(crate) problems: Vec<Problems>,
    /// What keeps an adapter without a problem from being played here and now, as it is shown.
    warnings: Vec<String>,
}

/// Prints all problems, or how much is fine.
pub(crate) fn run(arguments: &cli::Check) -> CommandResult {
    let workspace = Workspace::here();
    let checked = if arguments.files.is_empty() {
        everything(&workspace)?
    } else {
        named(&workspace, &arguments.files)?
    };
    show(&checked.problems);
    for warning in &checked.warnings {
        output::narrate(warning);
    }
    if let Some(sum) = sum(&checked.problems) {
        output::narrate(&sum);
        return Ok(USAGE);
    }
    let kinds = [
        (checked.scenarios, "scenario"),
        (checked.adapters, "adapter"),
        (checked.rubrics, "rubric"),
    ];
    let read = kinds.into_iter().filter(|(number, _)| *number > 0);
    let read: Vec<String> = read.map(|(number, what)| count(number, what)).collect();
    let found = match checked.warnings.len() {
        0 => "no problems".to_owned(),
        number => count(number, "warning"),
    };
    output::result(&format!("{} checked, {found}", read.join(", ")));
    if let Some(next) = next(&checked, &arguments.files) {
        output::next(&next);
    }
    Ok(FINE)
}

/// What plays the files that were checked; nothing where one command does not play them all.
fn next(checked: &Checked, files: &[String]) -> Option<String> {
    let names = files.join(" ");
    match (checked.scenarios, checked.adapters, checked.rubrics) {
        _ if files.is_empty() => Some("cargo xtask test".to_owned()),
        (1.., 0, 0) => Some(format!("cargo xtask test {names}")),
        (0, 1, 0) => Some(format!("cargo xtask check {names} --try")),
        (0, 0, 1) => Some(format!("cargo xtask grade SUBMISSIONS --rubric {names}")),
        _ => None,
    }
}

/// How many errors there are, and where the first one is explained.
fn sum(problems: &[Problems]) -> Option<String> {
    let first = problems.first()?.list.first()?.code.id;
    let errors = count(problems.iter().map(|file| file.list.len()).sum(), "error");
    let files = count(problems.len(), "file");
    Some(format!(
        "{errors} in {files}; `cargo xtask explain {first}` explains the first"
    ))
}

/// Prints problems with their carets, an empty line between files.
pub(crate) fn show(problems: &[Problems]) {
    for problems in problems {
        output::narrate(&problems.render(output::errors_have_colour()));
    }
}

/// Checks every scenario and adapter of the workspace, those of the zoo as well.
///
/// # Errors
///
/// When a directory cannot be read.
pub(crate) fn everything(workspace: &Workspace) -> Result<Checked, CommandError> {
    let mut checked = Checked::default();
    for root in [workspace.scenarios(), workspace.zoo_scenarios()] {
        for file in scenario::find(&root).map_err(|error| CommandError::file(&root, &error))? {
            checked.scenario(&file, &root);
        }
    }
    let binaries = binaries::names(workspace)?;
    for file in adapters(workspace)? {
        checked.adapter(&file, &binaries);
    }
    Ok(checked)
}

fn named(workspace: &Workspace, names: &[String]) -> Result<Checked, CommandError> {
    let mut checked = Checked::default();
    let binaries = binaries::names(workspace)?;
    for name in names {
        let path = Path::new(name);
        let as_adapter = workspace.adapters().join(name).with_extension("toml");
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            checked.file(workspace, path, &binaries)?;
        } else if as_adapter.is_file() {
            checked.adapter(&as_adapter, &binaries);
            if is_scenario(workspace, name)? {
                checked.ids(workspace, name)?;
            }
        } else {
            checked.ids(workspace, name)?;
        }
    }
    Ok(checked)
}

/// Whether a scenario is called exactly so, and an adapter perhaps as well.
fn is_scenario(workspace: &Workspace, name: &str) -> Result<bool, CommandError> {
    let root = workspace.scenarios();
    let files = scenario::find(&root).map_err(|error| CommandError::file(&root, &error))?;
    let mut ids = files.iter().map(|file| file.with_extension(""));
    Ok(ids.any(|id| id.ends_with(name)))
}

impl Checked {
    fn scenario(&mut self, file: &Path, root: &Path) {
        match scenario::load(file, root) {
            Ok(cells) => self.scenarios += cells.len(),
            Err(problems) => self.problems.push(problems),
        }
    }

    fn adapter(&mut self, file: &Path, binaries: &[String]) {
        match adapter::load(file) {
            Ok(adapter) => {
                self.adapters += 1;
                let mut warnings = programs::lint(&adapter);
                warnings.extend(not_of_cargo(&adapter, binaries));
                self.warnings.extend(shown(file, &warnings));
            }
            Err(problems) => self.problems.push(problems),
        }
    }

    fn rubric(&mut self, file: &Path) {
        match Rubric::load(file) {
            Ok(_) => self.rubrics += 1,
            Err(problems) => self.problems.push(problems),
        }
    }

    /// A path says by its directories what it is; elsewhere, the keys of the file do.
    fn file(
        &mut self,
        workspace: &Workspace,
        path: &Path,
        binaries: &[String],
    ) -> Result<(), CommandError> {
        if path.is_dir() {
            return Err(CommandError::usage(format!(
                "{} is a directory; name the files in it, or scenarios by parts of their ids",
                path.display()
            )));
        }
        if !path.is_file() {
            return Err(CommandError::usage(format!(
                "there is no file {}",
                path.display()
            )));
        }
        let above = |name: &str| path.ancestors().skip(1).find(|dir| dir.ends_with(name));
        match (above("adapters"), above("scenarios")) {
            _ if has_table(path, "items") => self.rubric(path),
            (Some(_), _) => self.adapter(path, binaries),
            (None, None) if has_table(path, "programs") => self.adapter(path, binaries),
            (None, None) if is_something_else(path) => {
                return Err(CommandError::usage(format!(
                    "{} is not a scenario (`title`, `clients`, `steps`), an adapter (`[programs]`) \
                     or a rubric (`[[items]]`); `cargo xtask new scenario NAME` writes a scenario \
                     to start from",
                    path.display()
                )));
            }
            // Fixtures are looked for where `test` looks for them.
            (None, Some(root)) if is_same(root, &workspace.zoo_scenarios()) => {
                self.scenario(path, root);
            }
            (None, _) => self.scenario(path, &workspace.scenarios()),
        }
        Ok(())
    }

    fn ids(&mut self, workspace: &Workspace, name: &str) -> Result<(), CommandError> {
        let root = workspace.scenarios();
        let wanted = Wanted {
            names: vec![name.to_owned()],
            tags: Vec::new(),
        };
        let found =
            harness::select(&root, &wanted).map_err(|error| CommandError::file(&root, &error))?;
        unknown(&found.unknown, &found.unknown_tags)?;
        self.scenarios += found.scenarios.len();
        self.problems.extend(found.problems);
        Ok(())
    }
}

/// Programs that the adapter expects of the workspace, and that it does not build.
fn not_of_cargo(adapter: &Adapter, binaries: &[String]) -> Vec<Warning> {
    let missing = adapter.programs.iter().filter_map(|(name, program)| {
        let Program::Cargo(binary) = program else {
            return None;
        };
        if binaries.contains(binary) {
            return None;
        }
        let names = || binaries.iter().map(String::as_str);
        let hint = match nearest(binary, names()) {
            Some(suggestion) => format!("did you mean `{suggestion}`?"),
            None => format!("it has {}", one_of(names())),
        };
        let why = format!("this workspace has no program called `{binary}`; {hint}");
        Some(Warning::new(&["programs", name], why))
    });
    missing.collect()
}

/// Each warning at its place in the file.
fn shown(file: &Path, warnings: &[Warning]) -> Vec<String> {
    let source = std::fs::read_to_string(file).unwrap_or_default();
    let one = |warning: &Warning| {
        let span = toml_language::find(&source, &warning.at).map(|(key, _)| key);
        let colour = output::errors_have_colour();
        toml_language::warning((file, &source), span, &warning.why, colour)
    };
    warnings.iter().map(one).collect()
}

/// Two ways to the same directory.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether a file can be read and has no key of a scenario.
fn is_something_else(path: &Path) -> bool {
    let keys = ["title", "clients", "steps"];
    std::fs::read_to_string(path).is_ok() && !keys.iter().any(|key| has_table(path, key))
}

/// Whether a file has this table, or key, at its top.
fn has_table(path: &Path, name: &str) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines().map(|line| line.trim_start_matches('['));
    lines.any(|line| line.starts_with(name))
}

/// Nothing was asked for that is not there.
///
/// # Errors
///
/// For the first name that means no scenario, or tag that none has, each with the nearest.
pub(crate) fn unknown(
    names: &[(String, Option<String>)],
    tags: &[(String, Option<String>)],
) -> Result<(), CommandError> {
    let text = match (names, tags) {
        ([(name, _), ..], _) if name.is_empty() => {
            "an empty name selects nothing; without a name, all scenarios are selected".to_owned()
        }
        ([(name, near), ..], _) => {
            format!("no scenario is called `{name}`; {}", hint(near.as_deref()))
        }
        ([], [(tag, near), ..]) => {
            format!("no scenario has the tag `{tag}`; {}", hint(near.as_deref()))
        }
        ([], []) => return Ok(()),
    };
    Err(CommandError::usage(text))
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(
        || "`cargo xtask list` shows them all".to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}

/// Every adapter of the workspace, sorted.
///
/// # Errors
///
/// When a directory cannot be read.
pub(crate) fn adapters(workspace: &Workspace) -> Result<BTreeSet<PathBuf>, CommandError> {
    let mut files = BTreeSet::new();
    for dir in [workspace.adapters(), workspace.zoo_adapters()] {
        let entries = std::fs::read_dir(&dir).map_err(|error| CommandError::file(&dir, &error))?;
        let paths = entries.flatten().map(|entry| entry.path());
        files.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "toml")));
    }
    Ok(files)
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::{Checked, next};

    #[test]
    fn what_was_checked_is_played_next_where_one_command_does() {
        let next = |scenarios, adapters, rubrics, files: &[&str]| {
            let checked = Checked {
                scenarios,
                adapters,
                rubrics,
                ..Checked::default()
            };
            next(
                &checked,
                &files.iter().map(ToString::to_string).collect::<Vec<_>>(),
            )
        };
        assert_eq!(next(9, 9, 9, &[]).unwrap(), "cargo xtask test");
        assert_eq!(
            next(2, 0, 0, &["a", "b.toml"]).unwrap(),
            "cargo xtask test a b.toml"
        );
        assert_eq!(
            next(0, 1, 0, &["mine"]).unwrap(),
            "cargo xtask check mine --try"
        );
        assert_eq!(
            next(0, 0, 1, &["r.toml"]).unwrap(),
            "cargo xtask grade SUBMISSIONS --rubric r.toml"
        );
        assert_eq!(next(1, 1, 0, &["mine"]), None);
    }
}
