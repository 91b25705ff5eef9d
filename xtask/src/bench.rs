//! `bench`: a program of its own, built when it is first asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;

use crate::binaries;
use crate::cli;
use crate::command;
use crate::command_error::{CommandError, CommandResult};
use crate::workspace::Workspace;

/// The package, and the program in it.
const PACKAGE: &str = "bench";

/// Areas that compare the chat with programs of others, which are released ones: so is the chat.
const RELEASED: [&str; 2] = ["chat", "relay"];

/// The package of those areas, and the program in it.
const CHAT: &str = "chat-bench";

/// What it starts.
const STARTED: &str = "chat-server";

/// Builds what is measured and what measures it, and measures.
pub(crate) fn run(arguments: &cli::Bench, workspace: &Workspace) -> CommandResult {
    let program = program(&arguments.arguments, workspace)?;
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

fn program(arguments: &[OsString], workspace: &Workspace) -> Result<PathBuf, CommandError> {
    if !is_released(arguments) {
        binaries::build_all(workspace)?;
        return binaries::build_one(workspace, PACKAGE);
    }
    let mut built = binaries::build_released(workspace, &[CHAT, STARTED])?;
    let missing = || CommandError::harness(format!("{CHAT} was not built"));
    built.remove(CHAT).ok_or_else(missing)
}

fn is_released(arguments: &[OsString]) -> bool {
    let is_area = |argument: &OsString| RELEASED.iter().any(|area| argument == area);
    arguments.iter().any(is_area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_of_the_chat_measure_released_programs_wherever_their_options_stand() {
        let arguments = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(is_released(&arguments(&["--quick", "relay"])));
        assert!(is_released(&arguments(&["chat", "--json"])));
        assert!(!is_released(&arguments(&["stage", "--json"])));
        assert!(!is_released(&[]));
    }
}
