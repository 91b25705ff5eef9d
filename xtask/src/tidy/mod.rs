//! `tidy`: rules of the repository that no compiler knows. Each is a pure function with a
//! test that shows it red.

mod docs;
mod edges;
mod files;
mod foreign;
mod lexer;
mod names;
mod purity;
mod tree;
mod unused;
mod waiting;
mod words;

use std::fmt;

use clap::CommandFactory as _;

use crate::check;
use crate::cli::Cli;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::output::{self, BAD};
use crate::workspace::Workspace;
use tree::Source;

/// One breach of one rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    /// File, or package.
    place: String,
    /// From 1.
    line: Option<usize>,
    /// What is wrong, why there is such a rule, what to do.
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", self.place, self.what)
    }
}

impl Breach {
    fn of(place: &str, what: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            line: None,
            what: what.into(),
        }
    }

    fn at(place: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::of(place, what)
        }
    }
}

/// Prints every breach, or how much was checked.
pub(crate) fn run() -> CommandResult {
    let workspace = Workspace::here();
    let sources = tree::read(workspace.root())
        .map_err(|error| CommandError::file(workspace.root(), &error))?;
    let mut breaches = of_files(&sources);
    breaches.extend(docs::unmentioned(&command_names(), &sources));
    breaches.extend(docs::stale(&sources));
    breaches.extend(docs::without_test(&sources));
    breaches.extend(edges::check(&workspace)?);
    breaches.extend(edges::without_rule(&sources));
    breaches.extend(foreign::opened(&sources));
    breaches.extend(unused::unused(&sources));
    breaches.extend(waiting::unlisted(&sources));
    breaches.extend(words::banned(&sources));
    breaches.extend(names::shared(&sources));
    let checked = check::everything(&workspace)?;
    check::show(&checked.problems);
    if !checked.problems.is_empty() {
        let what = format!(
            "{} scenarios or adapters have mistakes",
            checked.problems.len()
        );
        breaches.push(Breach::of("cargo xtask check", what));
    }
    for breach in &breaches {
        output::narrate(&format!("{BAD}untidy{BAD:#}: {breach}"));
    }
    if breaches.is_empty() {
        output::result(&format!("{} files are tidy", sources.len()));
        return Ok(FINE);
    }
    Ok(FAILED)
}

/// What the files alone tell.
fn of_files(sources: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for Source { path, text } in sources {
        breaches.extend(files::vague_name(path));
        breaches.extend(files::pending_snapshot(path));
        breaches.extend(files::trailing_whitespace(path, text));
        breaches.extend(files::module_docs(path, text));
        breaches.extend(files::quiet_tests(path, text));
        breaches.extend(files::unsafe_rsa(path, text));
        breaches.extend(files::budget(path, text));
        breaches.extend(purity::impure(path, text));
        breaches.extend(purity::protocol(path, text));
    }
    breaches
}

fn command_names() -> Vec<String> {
    Cli::command()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect()
}
