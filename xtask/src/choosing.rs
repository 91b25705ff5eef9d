//! Bare `demo`: which scenario, and what there is to learn from it.

use std::io::{self, IsTerminal as _};

use harness::{self, Wanted};
use scenario::Scenario;
use timeline::visible;

use crate::command_error::CommandError;
use crate::output::{self, FAINT, STRONG};
use crate::workspace::Workspace;

/// Offers the scenarios that teach something. On a terminal somebody chooses one, by its number
/// or its name; `None` where nobody does.
///
/// # Errors
///
/// When the scenarios or the answer cannot be read.
pub(crate) fn choose(workspace: &Workspace) -> Result<Option<String>, CommandError> {
    let root = workspace.scenarios();
    let wanted = Wanted {
        names: Vec::new(),
        tags: Vec::new(),
    };
    let found = harness::select(&root, &wanted);
    let found = found.map_err(|error| CommandError::file(&root, &error))?;
    let scenarios = found.scenarios.into_iter();
    let teaching: Vec<Scenario> = scenarios.filter(|one| one.lesson.is_some()).collect();
    for line in offer(&teaching) {
        output::result(&line);
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(None);
    }
    output::result("Which one? Type its number or name, or press Enter for none.");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.map_err(|error| CommandError::environment(format!("no answer: {error}")))?;
    Ok(chosen(&teaching, answer.trim()))
}

/// Two lines each, and what to type.
fn offer(scenarios: &[Scenario]) -> Vec<String> {
    let mut lines = vec!["Scenarios for a demo, and what each one teaches:".to_owned()];
    for (place, scenario) in scenarios.iter().enumerate() {
        let (number, id) = (place + 1, visible(&scenario.id));
        let title = visible(&scenario.title);
        lines.push(format!("{number:>3}  {STRONG}{id}{STRONG:#}  {title}"));
        let lesson = scenario.lesson.as_deref().map(visible).unwrap_or_default();
        lines.push(format!("     {FAINT}{lesson}{FAINT:#}"));
    }
    lines.push(
        "Show one with `cargo xtask demo NAME`; add `--relay nosy` for the contrast.".to_owned(),
    );
    lines
}

/// What an answer means: a number of the list, or a name.
fn chosen(scenarios: &[Scenario], answer: &str) -> Option<String> {
    let number = answer.parse::<usize>().ok();
    let by_number = number.and_then(|number| scenarios.get(number.checked_sub(1)?));
    match (by_number, answer) {
        (Some(scenario), _) => Some(scenario.id.clone()),
        (None, "") => None,
        (None, name) => Some(name.to_owned()),
    }
}
