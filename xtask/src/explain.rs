//! `explain`: what a scenario will do, or what an error code means.

use chat_harness::plan;
use chat_harness::scenario;

use crate::cli;
use crate::exit_code::FINE;
use crate::output;
use crate::staging;
use crate::trouble::{Ran, Trouble};
use crate::workspace::Workspace;

/// Prints the plan of a scenario in sentences, or the page of an error code.
pub(crate) fn run(arguments: &cli::Explain) -> Ran {
    if is_code(&arguments.what) {
        let page = scenario::explain_code(&arguments.what)
            .ok_or_else(|| Trouble::usage(format!("no error has the code {}", arguments.what)))?;
        output::result(page.trim_end());
        return Ok(FINE);
    }
    let workspace = Workspace::here();
    let scenario = staging::one(&workspace, &arguments.what)?;
    let who = staging::implementations(
        &workspace,
        &arguments.staging,
        std::slice::from_ref(&scenario),
    )?;
    let root = workspace.scenarios();
    let plan = plan::build(&scenario, who.cast(), arguments.staging.seed(), &root)
        .map_err(|missing| Trouble::usage(format!("{} cannot play it: {missing}", who.name())))?;
    output::result(plan::explain(&plan).trim_end());
    Ok(FINE)
}

/// A letter and four digits.
fn is_code(text: &str) -> bool {
    let mut characters = text.chars();
    let letter = characters.next().is_some_and(|c| c.is_ascii_uppercase());
    letter && characters.clone().count() == 4 && characters.all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_code;

    #[test]
    fn a_code_is_no_scenario() {
        assert!(is_code("S0104"));
        for text in ["s0104", "S104", "basics/three-clients", "S01045", ""] {
            assert!(!is_code(text), "{text}");
        }
    }
}
