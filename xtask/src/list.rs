//! `list`: what there is to play.

use harness::{self, Wanted};
use scenario::Scenario;

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FINE, USAGE};
use crate::output::{self, FAINT, STRONG};
use crate::workspace::Workspace;
use crate::{check, cli};

/// Prints one line for each scenario.
pub(crate) fn run(arguments: &cli::List) -> CommandResult {
    let root = Workspace::here().scenarios();
    let wanted = Wanted {
        names: arguments.filters.clone(),
        tags: arguments.tags.clone(),
    };
    let found =
        harness::select(&root, &wanted).map_err(|error| CommandError::file(&root, &error))?;
    check::unknown(&found.unknown, &found.unknown_tags)?;
    for line in table(&found.scenarios) {
        output::result(&line);
    }
    check::show(&found.problems);
    output::next("cargo xtask explain NAME, then cargo xtask demo NAME");
    Ok(if found.problems.is_empty() {
        FINE
    } else {
        USAGE
    })
}

fn table(scenarios: &[Scenario]) -> Vec<String> {
    let widest = |width: fn(&Scenario) -> usize| scenarios.iter().map(width).max().unwrap_or(0);
    let ids = widest(|scenario| scenario.id.len());
    let titles = widest(|scenario| scenario.title.chars().count());
    let line = |scenario: &Scenario| {
        let (id, title) = (&scenario.id, &scenario.title);
        let tags = scenario.tags.join(" ");
        format!("{STRONG}{id:<ids$}{STRONG:#}  {title:<titles$}  {FAINT}{tags}{FAINT:#}")
    };
    scenarios.iter().map(line).collect()
}
