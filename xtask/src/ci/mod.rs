//! `ci`: everything that a change must pass, the same here and there.
//!
//! `cli` lists its steps as values of an argument, and it is started with that argument: the two
//! modules are one thing.

mod not_shown;
mod step;

use std::path::PathBuf;
use std::time::Instant;

pub(crate) use step::Step;

use clap::ValueEnum as _;

use crate::cli;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{ENVIRONMENT, FAILED, FINE};
use crate::output::{self, BAD, FAINT, GOOD, STRONG};
use crate::workspace::Workspace;
use not_shown::NotShown;

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// A tool is not there; how to get it.
    Missing(String),
    /// Could not be done here, and need not be.
    Undone(String),
}

/// Runs every step, whatever the ones before it said, and sums up.
pub(crate) fn run(arguments: &cli::Ci) -> CommandResult {
    let workspace = Workspace::here();
    // Asked now: a step may build this very program again, and then its file is another.
    let myself: PathBuf = std::env::current_exe()
        .map_err(|error| CommandError::environment(format!("cannot find this program: {error}")))?;
    let steps = chosen(&arguments.only, &arguments.skip);
    let not_shown = NotShown::new()?;
    let mut ended = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let name = step.name();
        output::narrate(&format!(
            "{STRONG}[{}/{}] {name}{STRONG:#}",
            number + 1,
            steps.len()
        ));
        let began = Instant::now();
        let outcome = step.run(&workspace, &myself, not_shown.path())?;
        let took = began.elapsed().as_secs_f32();
        output::narrate(&format!(
            "{} {FAINT}{took:.1} s{FAINT:#}",
            outcome_line(&name, &outcome)
        ));
        ended.push((name, outcome));
    }
    for (name, outcome) in &ended {
        if *outcome != Outcome::Passed {
            output::result(&outcome_line(name, outcome));
        }
    }
    if let Some(line) = not_shown.line()? {
        output::result(&line);
    }
    let passed = ended
        .iter()
        .filter(|(_, outcome)| *outcome == Outcome::Passed)
        .count();
    output::result(&format!("{passed} of {} steps passed", ended.len()));
    Ok(code(ended.iter().map(|(_, outcome)| outcome)))
}

fn chosen(only: &[Step], skip: &[Step]) -> Vec<Step> {
    let all = Step::value_variants().iter().copied();
    all.filter(|step| (only.is_empty() || only.contains(step)) && !skip.contains(step))
        .collect()
}

fn outcome_line(name: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => format!("{GOOD}passed{GOOD:#} {name}"),
        Outcome::Failed => {
            format!("{BAD}FAILED{BAD:#} {name}; alone: cargo xtask ci --only {name}")
        }
        Outcome::Missing(fix) => format!("{BAD}MISSING{BAD:#} {name}: {fix}"),
        Outcome::Undone(why) => format!("{BAD}NOT DONE{BAD:#} {name}: {why}"),
    }
}

/// A failure counts more than a missing tool; what could not be done here counts nothing.
fn code<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> u8 {
    let mut code = FINE;
    for outcome in outcomes {
        match outcome {
            Outcome::Failed => return FAILED,
            Outcome::Missing(_) => code = ENVIRONMENT,
            Outcome::Passed | Outcome::Undone(_) => {}
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_counts_more_than_a_missing_tool() {
        let missing = Outcome::Missing("get it".to_owned());
        assert_eq!(code([&Outcome::Passed].into_iter()), FINE);
        assert_eq!(code([&missing, &Outcome::Passed].into_iter()), ENVIRONMENT);
        assert_eq!(code([&missing, &Outcome::Failed].into_iter()), FAILED);
    }

    #[test]
    fn steps_can_be_chosen_and_left_out() {
        assert_eq!(chosen(&[Step::Fmt], &[]), [Step::Fmt]);
        assert!(!chosen(&[], &[Step::Typos]).contains(&Step::Typos));
        assert_eq!(chosen(&[Step::Fmt], &[Step::Fmt]), []);
    }
}
