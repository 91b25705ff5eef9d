//! The programs of this workspace, built and found.
//!
//! Must be called before the process enters a user namespace: cargo needs the real one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use serde::Deserialize;

use crate::command;
use crate::command_error::CommandError;
use crate::output;
use crate::workspace::Workspace;

/// The package whose program every play is started through.
const STARTER: &str = "stage";

/// Its program.
const STARTED_THROUGH: &str = "stage-init";

/// Packages with one program each, which has their name.
const ALONE: [&str; 3] = ["chat-server", "chat-client", "hostile-relay"];

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
    let alone = ALONE.into_iter().filter(|name| programs.contains(name));
    let others = programs.iter().any(|name| !ALONE.contains(name));
    iter::once(STARTER)
        .chain(alone)
        .chain(others.then_some(OTHERS))
        .collect()
}

/// The names of all programs that an adapter may ask this workspace for.
///
/// # Errors
///
/// When the programs of the zoo cannot be listed.
pub(crate) fn names(workspace: &Workspace) -> Result<Vec<String>, CommandError> {
    let dir = workspace.root().join(OTHERS).join("src/bin");
    let files = match fs::read_dir(&dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(CommandError::file(&dir, &error));
        }
        files => files.into_iter().flatten().flatten(),
    };
    let others = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = others.chain(ALONE.map(str::to_owned)).collect();
    names.sort();
    Ok(names)
}

/// Builds everything that a play may start.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn build_all(workspace: &Workspace) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    let all: Vec<&str> = ALONE.into_iter().chain([STARTER, OTHERS]).collect();
    build_packages(workspace, &all)
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

/// Builds programs as they are released, for those who measure them.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn build_released(
    workspace: &Workspace,
    packages: &[&str],
) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    build_with(workspace, packages, &["--release"])
}

fn build_packages(
    workspace: &Workspace,
    packages: &[&str],
) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    build_with(workspace, packages, &[])
}

fn build_with(
    workspace: &Workspace,
    packages: &[&str],
    options: &[&str],
) -> Result<BTreeMap<String, PathBuf>, CommandError> {
    if let Some(built) = shipped() {
        return Ok(built);
    }
    let mut cargo = command::cargo(workspace.root());
    // Plays stay on loopback: the first demo does not wait for TLS.
    cargo.args([
        "build",
        "--bins",
        "--no-default-features",
        "--message-format=json-render-diagnostics",
    ]);
    cargo.args(options);
    if output::errors_have_colour() {
        cargo.args(["--color", "always"]);
    }
    for package in packages {
        cargo.args(["--package", package]);
    }
    let failed = |error| CommandError::environment(format!("cannot run cargo: {error}"));
    let (status, messages) = run(cargo).map_err(failed)?;
    if !status.success() {
        let text = "our own programs do not build; see the compiler's message above";
        return Err(CommandError::environment(text));
    }
    Ok(executables(&messages))
}

/// In a container, programs were built with the image: they are beside this one.
fn shipped() -> Option<BTreeMap<String, PathBuf>> {
    let this = std::env::current_exe().ok()?;
    shipped_in(this.parent()?)
}

/// Programs by name, unless cargo builds into this directory: there, they may be out of date.
fn shipped_in(dir: &Path) -> Option<BTreeMap<String, PathBuf>> {
    if !dir.join(STARTED_THROUGH).is_file() || dir.join("deps").is_dir() {
        return None;
    }
    let entries = fs::read_dir(dir).ok()?;
    let paths = entries.flatten().map(|entry| entry.path());
    let programs = paths.filter(|path| path.is_file() && path.extension().is_none());
    let named = programs.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path)));
    Some(named.collect())
}

/// Runs cargo, and passes on what it says while it says it: mistakes, and what it waits for.
fn run(mut cargo: Command) -> io::Result<(ExitStatus, String)> {
    let mut cargo = cargo
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (cargo.stdout.take(), cargo.stderr.take());
    let messages = thread::Builder::new().spawn(move || {
        let mut messages = Vec::new();
        let read = stdout.map(|mut stdout| stdout.read_to_end(&mut messages));
        read.transpose().map(|_| messages)
    })?;
    for line in stderr
        .into_iter()
        .flat_map(|stderr| BufReader::new(stderr).split(b'\n'))
    {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if !is_progress(&line) {
            output::narrate(&line);
        }
    }
    let messages = messages
        .join()
        .map_err(|_| io::Error::other("its messages could not be read"))??;
    let status = cargo.wait()?;
    Ok((status, String::from_utf8_lossy(&messages).into_owned()))
}

/// What cargo does, as long as nothing keeps it from it.
fn is_progress(line: &str) -> bool {
    const WORDS: [&str; 10] = [
        "Adding",
        "Checking",
        "Compiling",
        "Dirty",
        "Downloaded",
        "Downloading",
        "Finished",
        "Fresh",
        "Locking",
        "Updating",
    ];
    let bare = anstream::adapter::strip_str(line).to_string();
    let word = bare.split_whitespace().next();
    bare.starts_with(' ') && word.is_some_and(|word| WORDS.contains(&word))
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
    fn programs_that_were_shipped_are_taken_and_those_that_cargo_builds_are_not() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("xtask"), "").unwrap();
        assert_eq!(shipped_in(dir.path()), None);
        fs::write(dir.path().join(STARTED_THROUGH), "").unwrap();
        let shipped = shipped_in(dir.path()).unwrap();
        assert_eq!(
            shipped.into_keys().collect::<Vec<_>>(),
            [STARTED_THROUGH, "xtask"]
        );
        fs::create_dir(dir.path().join("deps")).unwrap();
        assert_eq!(shipped_in(dir.path()), None);
    }

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
    fn what_cargo_waits_for_is_passed_on_and_what_it_does_is_not() {
        for line in [
            "    Blocking waiting for file lock on build directory",
            "warning: unused variable: `x`",
            "  --> src/main.rs:1:2",
            "error[E0425]: cannot find value `x` in this scope",
        ] {
            assert!(!is_progress(line), "{line}");
        }
        for line in [
            "   Compiling stage v0.1.0 (/here)",
            "\u{1b}[1m\u{1b}[92m    Finished\u{1b}[0m `dev` profile in 0.10s",
        ] {
            assert!(is_progress(line), "{line}");
        }
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
