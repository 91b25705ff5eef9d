//! The programs of this workspace, built and found.
//!
//! Must be called before the process enters a user namespace: cargo needs the real one.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;

use crate::command;
use crate::command_error::CommandError;
use crate::workspace::Workspace;

/// The package whose program every play is started through.
const STARTER: &str = "stage";

/// Packages with one program each, which has their name.
const REFERENCE: [&str; 2] = ["chat-server", "chat-client"];

/// The package of all other programs that scenarios may start.
const OTHERS: &str = "zoo";

/// Builds what plays of these programs start, and what they are started through; quick when nothing
/// has changed. Who sees the first demo does not wait for the zoo.
///
/// # Errors
///
/// When cargo cannot be run or a package does not build; cargo has said why.
pub(crate) fn build(
    workspace: &Workspace,
    programs: &BTreeSet<&str>,
) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    build_packages(workspace, &packages(programs))
}

fn packages(programs: &BTreeSet<&str>) -> Vec<&'static str> {
    let reference = REFERENCE.into_iter().filter(|name| programs.contains(name));
    let others = programs.iter().any(|name| !REFERENCE.contains(name));
    iter::once(STARTER)
        .chain(reference)
        .chain(others.then_some(OTHERS))
        .collect()
}

/// Builds everything that a play may start.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn build_all(workspace: &Workspace) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    let [relay, client] = REFERENCE;
    build_packages(workspace, &[STARTER, relay, client, OTHERS])
}

/// Builds a program that few need, when it is asked for.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn build_one(workspace: &Workspace, package: &str) -> Result<PathBuf, CommandError> {
    let mut built = build_packages(workspace, &[package])?;
    let missing = || CommandError::harness(format!("{package} was not built"));
    built.remove(package).ok_or_else(missing)
}

fn build_packages(
    workspace: &Workspace,
    packages: &[&str],
) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    let mut cargo = command::cargo(workspace.root());
    cargo.args([
        "build",
        "--quiet",
        "--bins",
        "--message-format=json-render-diagnostics",
    ]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    let built = cargo.stderr(Stdio::inherit()).output();
    let built =
        built.map_err(|error| CommandError::environment(format!("cannot run cargo: {error}")))?;
    if !built.status.success() {
        let text = "our own programs do not build; the compiler's message stands above";
        return Err(CommandError::environment(text));
    }
    Ok(executables(&String::from_utf8_lossy(&built.stdout)))
}

/// Name and path of every program in cargo's messages, one JSON object a line.
fn executables(messages: &str) -> BTreeMap<String, PathBuf> {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    artifacts
        .filter_map(|artifact| Some((artifact.target.name, artifact.executable?)))
        .collect()
}

/// Of cargo's `compiler-artifact`; the other messages lack these fields.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_that_are_played_are_built() {
        let built = |programs: &[&str]| packages(&programs.iter().copied().collect());
        assert_eq!(
            built(&["chat-client", "chat-server"]),
            ["stage", "chat-server", "chat-client"]
        );
        assert_eq!(
            built(&["chat-client", "plain-relay"]),
            ["stage", "chat-client", "zoo"]
        );
        assert_eq!(built(&[]), ["stage"]);
    }

    #[test]
    fn only_programs_are_taken_from_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"zoo"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"plain-relay"},"executable":"/t/plain-relay"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
            "\nnot json\n",
        );
        let found = executables(messages);
        assert_eq!(
            found,
            BTreeMap::from([("plain-relay".to_owned(), "/t/plain-relay".into())])
        );
    }
}
