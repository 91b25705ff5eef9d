//! `new`: files to begin with.

mod adapter;

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::workspace::Workspace;
use crate::{cli, output};

const RUBRIC: &str = include_str!("rubric.toml");
const SCENARIO: &str = include_str!("scenario.toml");

/// Writes a commented file, and says what to do with it.
pub(crate) fn run(arguments: &cli::New, workspace: &Workspace) -> CommandResult {
    match &arguments.file {
        cli::NewFile::Rubric { path } => rubric(path),
        cli::NewFile::Scenario { name } => scenario(name),
        cli::NewFile::Adapter(arguments) => adapter::run(arguments, workspace),
    }
}

fn rubric(path: &Path) -> CommandResult {
    write(path, RUBRIC)?;
    let path = path.display();
    output::result(&format!(
        "wrote {path}; next: cargo xtask check {path}, then cargo xtask grade SUBMISSIONS --rubric {path}"
    ));
    Ok(FINE)
}

fn scenario(name: &str) -> CommandResult {
    let id = id(name).map_err(|bad| CommandError::usage(bad.to_string()))?;
    let workspace = Workspace::here();
    let path = workspace.scenarios().join(&id).with_extension("toml");
    write(&path, &text(&id))?;
    output::result(&format!(
        "wrote {}; next: cargo xtask demo {id}, then cargo xtask test {id}",
        workspace.shown(&path)
    ));
    Ok(FINE)
}

/// A file that was not there.
fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error| CommandError::file(path, &error);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CommandError::usage(format!(
            "{} already exists and was not changed",
            Workspace::here().shown(path)
        )),
        _ => failed(error),
    })?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// What is in the file.
fn text(id: &str) -> String {
    let up = "../".repeat(1 + id.matches('/').count());
    let title = id.rsplit('/').next().unwrap_or(id).replace(['-', '_'], " ");
    SCENARIO
        .replace("{schema}", &format!("{up}schemas/scenario.json"))
        .replace("{title}", &title)
        .replace("{{", "{")
        .replace("}}", "}")
}

/// A name that cannot become a path in `scenarios/`: whoever typed it can choose another.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a valid scenario name: use a-z, 0-9, `-` and `_`, with directories as in lessons/first"
)]
struct BadName(String);

/// Directories and a name of letters, digits, `-` and `_`: it becomes a path in `scenarios/`.
fn id(name: &str) -> Result<String, BadName> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let name = name.strip_prefix("scenarios/").unwrap_or(name);
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    let fits = |part: &str| !part.is_empty() && part.chars().all(allowed);
    if name.split('/').all(fits) {
        Ok(name.to_owned())
    } else {
        Err(BadName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use grading::Rubric;

    use super::{RUBRIC, id, text};
    use crate::workspace::Workspace;

    #[test]
    fn what_is_written_is_a_good_scenario() {
        let root = Workspace::here().scenarios();
        let text = text("lessons/first-steps");
        assert!(
            text.starts_with("#:schema ../../schemas/scenario.json\n"),
            "{text}"
        );
        let read = scenario::parse(&text, "x", Path::new("x.toml"), &root)
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert_eq!(read[0].title, "first steps");
        assert_eq!(read[0].steps.len(), 5);
    }

    #[test]
    fn the_rubric_that_is_written_is_a_good_one() {
        let rubric = Rubric::parse(RUBRIC, Path::new("rubric.toml"))
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert_eq!(rubric.maximum(), 20);
    }

    #[test]
    fn names_stay_under_the_scenarios() {
        assert_eq!(id("scenarios/a/b-1.toml"), Ok("a/b-1".to_owned()));
        for bad in ["", "../a", "/a", "a//b", "A", "a b"] {
            assert!(id(bad).is_err(), "{bad}");
        }
    }
}
