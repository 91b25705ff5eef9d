//! `check --try`: what an adapter can do, seen in small plays.

use std::path::Path;

use harness::{Outcome, Probed, Update};

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{cli, output, staging};

/// Prints a table, and below it what does not work with what was printed instead.
pub(crate) fn run(arguments: &cli::Check, workspace: &Workspace) -> CommandResult {
    let [adapter] = arguments.files.as_slice() else {
        let text = "--try takes one adapter at a time";
        return Err(CommandError::usage(text.to_owned()));
    };
    let asked = cli::Staging {
        adapter: adapter.clone(),
        settings: arguments.settings.clone(),
        seed: None,
        level: None,
    };
    let who = staging::implementations(workspace, &asked, &[])?;
    let context = staging::context(workspace, &asked, who, Update::Check)?;
    let dir = staging::run_dir(workspace.reports())?;
    let probed = staging::block_on(async {
        let interrupt = Interrupt::listen(context.cancel.clone())?;
        let probed = harness::probe(&context, &dir, &staging::asked(&asked)).await;
        probed.map_err(|error| interrupt.command_error(error))
    })?;
    Ok(tell(&probed, dir.path()))
}

/// The table of what was tried, and below it what does not work; the exit code.
pub(crate) fn tell(probed: &[Probed], dir: &Path) -> u8 {
    let width = probed.iter().map(|one| one.what.len()).max().unwrap_or(0);
    for one in probed {
        output::result(&format!("{:width$}  {}", one.what, in_words(&one.outcome)));
    }
    let failed: Vec<&Probed> = probed.iter().filter(|one| is_failure(one)).collect();
    for one in &failed {
        let Outcome::Fails(mismatch) = &one.outcome else {
            continue;
        };
        output::narrate(&format!("\n{}: no", one.what));
        for sentence in mismatch.sentences() {
            output::narrate(&format!("  {sentence}"));
        }
    }
    output::narrate(&format!("files: {}", output::from_here(dir).display()));
    if failed.is_empty() { FINE } else { FAILED }
}

fn is_failure(one: &Probed) -> bool {
    matches!(one.outcome, Outcome::Fails(_))
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Works => "yes".to_owned(),
        Outcome::Lacks(what) => format!("not declared: {what}"),
        Outcome::NotTried => "not tried".to_owned(),
        Outcome::Fails(_) => "NO".to_owned(),
    }
}
