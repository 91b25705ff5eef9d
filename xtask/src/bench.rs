//! `bench`: a program of its own, built when it is first asked for.

use std::process::Stdio;

use crate::binaries;
use crate::cli;
use crate::command;
use crate::command_error::{CommandError, CommandResult};
use crate::workspace::Workspace;

/// The package, and the program in it.
const PACKAGE: &str = "bench";

/// Builds what is measured and what measures it, and measures.
pub(crate) fn run(arguments: &cli::Bench, workspace: &Workspace) -> CommandResult {
    binaries::build_all(workspace)?;
    let program = binaries::build_one(workspace, PACKAGE)?;
    let status = command::program(program, workspace.root())
        .args(&arguments.arguments)
        .arg("--workspace")
        .arg(workspace.root())
        .stderr(Stdio::inherit())
        .status()
        .map_err(|error| CommandError::environment(format!("cannot start {PACKAGE}: {error}")))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.ok_or_else(|| CommandError::harness(format!("{PACKAGE} ended with {status}")))
}
