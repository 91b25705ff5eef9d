//! `explain`: what the scenarios of a file will do, or what an error code means.

use scenario::plan;

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::workspace::Workspace;
use crate::{cli, output, staging};

/// Prints the plan of each scenario of a file in sentences, or the page of an error code.
pub(crate) fn run(arguments: &cli::Explain) -> CommandResult {
    if is_code(&arguments.what) {
        let what = arguments.what.to_uppercase();
        let mut codes = scenario::codes().chain(grading::codes());
        let code = codes.find(|code| code.id == what);
        let page = code
            .map(|code| code.paragraph)
            .ok_or_else(|| CommandError::usage(format!("no error has the code {what}")))?;
        output::result(page.trim_end());
        if let Some(example) = scenario::example(&what) {
            let shown = example.render(output::results_have_colour());
            output::result(&format!("\nFor example:\n\n{}", shown.trim_end()));
        }
        return Ok(FINE);
    }
    let workspace = Workspace::here();
    let scenarios = staging::of_one_file(&workspace, &arguments.what)?;
    let who = staging::implementations(&workspace, &arguments.staging, &scenarios)?;
    let root = workspace.scenarios();
    let mut pages = Vec::new();
    for scenario in &scenarios {
        let plan = plan::build(
            scenario,
            who.implementations(),
            arguments.staging.seed(),
            &root,
        );
        let plan = plan.map_err(|missing| {
            CommandError::usage(format!("{} cannot play it: {missing}", who.name()))
        })?;
        pages.push(plan::explain(&plan).trim_end().to_owned());
    }
    output::result(&pages.join("\n\n"));
    let what = &arguments.what;
    output::next(&format!(
        "cargo xtask demo {what}, then cargo xtask test {what}"
    ));
    Ok(FINE)
}

/// A letter, of whatever case, and four digits.
fn is_code(text: &str) -> bool {
    let mut characters = text.chars();
    let letter = characters.next().is_some_and(|c| c.is_ascii_alphabetic());
    letter && characters.clone().count() == 4 && characters.all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_code;

    #[test]
    fn a_code_is_no_scenario() {
        for text in ["S0104", "s0104"] {
            assert!(is_code(text), "{text}");
        }
        for text in ["S104", "basics/three-clients", "S01045", ""] {
            assert!(!is_code(text), "{text}");
        }
    }
}
