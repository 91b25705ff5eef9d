//! What bare `cargo xtask` says: examples first.

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::output::{self, FAINT, STRONG};
use crate::workspace::Workspace;

/// Prints at most fifteen lines.
pub(crate) fn run() -> CommandResult {
    let root = Workspace::here().scenarios();
    let files = scenario::find(&root).map_err(|error| CommandError::file(&root, &error))?;
    for line in page(files.len()) {
        output::result(&line);
    }
    Ok(FINE)
}

fn page(scenarios: usize) -> Vec<String> {
    let example =
        |command: &str, what: &str| format!("  {STRONG}cargo xtask {command:<22}{STRONG:#} {what}");
    vec![
        "End-to-end tests and live demos for encrypted chat.".to_owned(),
        String::new(),
        example(
            "demo three-clients",
            "watch three people chat through a relay that cannot read it",
        ),
        example(
            "test",
            &format!("play all {scenarios} scenarios and judge them"),
        ),
        example("list", "list all scenarios"),
        example(
            "explain three-clients",
            "explain what a scenario will do, step by step",
        ),
        example(
            "new scenario mine",
            "write a commented scenario to start from",
        ),
        example("check", "find mistakes in scenarios and adapters"),
        example(
            "doctor",
            "report what this machine can do, and how to make it do more",
        ),
        example("ci", "run every check that a change must pass"),
        String::new(),
        format!("{FAINT}Start with the first. More: cargo xtask help, docs/tour.md{FAINT:#}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn the_page_is_short_and_leads_with_an_example() {
        let page = page(27);
        assert!(page.len() <= 15, "{} lines", page.len());
        assert!(page.iter().any(|line| line.contains("all 27 scenarios")));
    }
}
