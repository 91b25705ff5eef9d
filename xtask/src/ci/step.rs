//! The steps of `ci`, in their order.

use std::io::{BufRead as _, BufReader, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

use clap::ValueEnum;

use super::Outcome;
use crate::command;
use crate::command_error::CommandError;
use crate::doctor::TOOLS;
use crate::workspace::Workspace;

/// One thing that a change must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Formatting
    Fmt,
    /// Clippy, for tests as well; no warnings
    Clippy,
    /// All tests
    Test,
    /// All code examples in the documentation
    Doctest,
    /// Documentation and its links
    Doc,
    /// Rules of the repository
    Tidy,
    /// Schemas and generated pages are up to date
    Schema,
    /// Licences, sources and banned crates
    Deny,
    /// Known advisories about dependencies; needs a network
    Advisories,
    /// Spelling
    Typos,
    /// All scenarios
    Scenarios,
    /// Relay and clients are killed, and nothing is lost
    Crash,
    /// All faults of the zoo are detected, without false alarms
    Zoo,
}

impl Step {
    /// As it is typed.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// Runs it; its output goes where ours goes. Tests append what they could not show to the
    /// file.
    ///
    /// # Errors
    ///
    /// When a program that is there cannot be started.
    pub(crate) fn run(
        self,
        workspace: &Workspace,
        myself: &Path,
        not_shown: &Path,
    ) -> Result<Outcome, CommandError> {
        if let Some(tool) = self.tool()
            && command::find(tool).is_none()
        {
            let known = TOOLS.iter().find(|known| known.name == tool);
            let install = known.map_or("install it", |known| known.install);
            return Ok(Outcome::Missing(format!(
                "{tool} is not installed: {install}"
            )));
        }
        let mut child = match self.of_cargo() {
            Some(arguments) => {
                let mut cargo = command::cargo(workspace.root());
                cargo.args(arguments);
                cargo
            }
            None => self.of_ours(workspace, myself),
        };
        child.env("CI", "true").env("INSTA_UPDATE", "no");
        child.env(testing::FILE, not_shown);
        // What is red here is red again. `cargo test` tries other cases each time.
        child.env("PROPTEST_RNG_SEED", "1");
        if self == Self::Test {
            // For most of its time a test of whole processes waits for them.
            let threads = 2 * available_parallelism().map_or(1, NonZeroUsize::get);
            child.env("RUST_TEST_THREADS", threads.to_string());
        }
        if self == Self::Doc {
            child.env("RUSTDOCFLAGS", "-D warnings");
        }
        if self == Self::Advisories {
            advisories(child)
        } else {
            plain(child)
        }
    }

    fn tool(self) -> Option<&'static str> {
        match self {
            Self::Deny | Self::Advisories => Some("cargo-deny"),
            Self::Typos => Some("typos"),
            Self::Fmt | Self::Clippy | Self::Test | Self::Doctest | Self::Doc => None,
            Self::Tidy | Self::Schema | Self::Scenarios | Self::Crash | Self::Zoo => None,
        }
    }

    fn of_cargo(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Fmt => &["fmt", "--all", "--check"],
            Self::Clippy => &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
            Self::Test => &[
                "test",
                "--workspace",
                "--all-targets",
                "--locked",
                "--no-fail-fast",
            ],
            Self::Doctest => &["test", "--workspace", "--doc", "--locked"],
            Self::Doc => &[
                "doc",
                "--workspace",
                "--no-deps",
                "--document-private-items",
                "--locked",
            ],
            Self::Deny => &[
                "deny",
                "--all-features",
                "check",
                "bans",
                "licenses",
                "sources",
            ],
            Self::Advisories => &["deny", "--all-features", "check", "advisories"],
            Self::Tidy | Self::Schema | Self::Typos => return None,
            Self::Scenarios | Self::Crash | Self::Zoo => return None,
        })
    }

    /// Typos; and our own commands, each a process of its own, as they are typed.
    fn of_ours(self, workspace: &Workspace, myself: &Path) -> Command {
        let root = workspace.root();
        match self {
            Self::Typos => command::program("typos", root),
            _ => {
                let arguments: &[&str] = match self {
                    Self::Schema => &["schema", "--check"],
                    Self::Scenarios => &["test"],
                    Self::Crash => &["crash"],
                    Self::Zoo => &["zoo", "--quick"],
                    _ => &["tidy"],
                };
                let mut child = command::program(myself, root);
                child.args(arguments);
                child
            }
        }
    }
}

fn plain(mut child: Command) -> Result<Outcome, CommandError> {
    let status = child
        .status()
        .map_err(|error| cannot_start(&child, &error))?;
    Ok(if status.success() {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// A machine without the database is no reason to fail, and no reason to be silent.
fn advisories(mut child: Command) -> Result<Outcome, CommandError> {
    child.stderr(Stdio::piped());
    let mut running = child
        .spawn()
        .map_err(|error| cannot_start(&child, &error))?;
    let mut said = String::new();
    if let Some(stderr) = running.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            drop(writeln!(anstream::stderr(), "{line}"));
            said.push_str(&line);
            said.push('\n');
        }
    }
    let status = running
        .wait()
        .map_err(|error| cannot_start(&child, &error))?;
    Ok(judge_advisories(status.success(), &said))
}

fn judge_advisories(success: bool, said: &str) -> Outcome {
    let fetching = [
        "failed to fetch advisory database",
        "failed to load advisory database",
    ];
    if success {
        Outcome::Passed
    } else if fetching.iter().any(|words| said.contains(words)) {
        let why =
            "the advisory database is not available here; run this step where there is a network";
        Outcome::Undone(why.to_owned())
    } else {
        Outcome::Failed
    }
}

fn cannot_start(child: &Command, error: &std::io::Error) -> CommandError {
    CommandError::environment(format!(
        "cannot run {}: {error}",
        child.get_program().display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_database_that_cannot_be_had_is_excused() {
        let offline = "2026-01-01 [ERROR] failed to fetch advisory database x";
        assert!(matches!(
            judge_advisories(false, offline),
            Outcome::Undone(_)
        ));
        assert_eq!(
            judge_advisories(false, "error[vulnerability]: bad"),
            Outcome::Failed
        );
        assert_eq!(judge_advisories(true, ""), Outcome::Passed);
    }

    #[test]
    fn every_step_runs_cargo_or_something_of_ours() {
        let ours = [
            Step::Tidy,
            Step::Schema,
            Step::Typos,
            Step::Scenarios,
            Step::Crash,
            Step::Zoo,
        ];
        for step in Step::value_variants() {
            assert_eq!(step.of_cargo().is_none(), ours.contains(step), "{step:?}");
        }
    }
}
