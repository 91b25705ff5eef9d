//! `completions`: what a shell needs to complete the command line.
//!
//! Cargo's own completions know nothing of an alias, and belong to cargo. So the script defines a
//! function `xtask` that calls `cargo xtask`, and completes that.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::cli::{self, Cli, CompletedShell};
use crate::command_error::CommandResult;
use crate::exit_code::FINE;
use crate::output;

/// The name of the function.
const NAME: &str = "xtask";

/// Prints the script of a shell.
pub(crate) fn run(arguments: &cli::Completions) -> CommandResult {
    output::result(script(arguments.shell).trim_end());
    Ok(FINE)
}

fn script(shell: CompletedShell) -> String {
    let (shell, function) = match shell {
        CompletedShell::Bash => (Shell::Bash, "xtask() { cargo xtask \"$@\"; }"),
        CompletedShell::Fish => (Shell::Fish, "function xtask; cargo xtask $argv; end"),
        CompletedShell::Zsh => (Shell::Zsh, "xtask() { cargo xtask \"$@\"; }"),
    };
    let mut text = Vec::new();
    let mut command = Cli::command().bin_name(NAME);
    generate(shell, &mut command, NAME, &mut text);
    let text = String::from_utf8_lossy(&text);
    match text.strip_prefix("#compdef xtask\n") {
        // It must stay the first line.
        Some(rest) => format!("#compdef xtask\n{function}\n{rest}"),
        None => format!("{function}\n{text}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::script;
    use crate::cli::CompletedShell;

    #[test]
    fn every_script_defines_what_it_completes_and_knows_commands_and_options() {
        for shell in CompletedShell::value_variants() {
            let script = script(*shell);
            for part in ["cargo xtask", "doctor", "rerun", "namespaces"] {
                assert!(script.contains(part), "{shell:?}: {part}");
            }
        }
        assert!(script(CompletedShell::Zsh).starts_with("#compdef xtask\n"));
    }
}
