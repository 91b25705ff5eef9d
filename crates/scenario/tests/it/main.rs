//! The languages of scenarios and adapters, and the plans made of them.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod adapters;
mod diagnostics;
mod expectations;
mod faults;
mod files;
mod load;
mod matrix;
mod meaning;
mod mixed;
mod needs;
mod plans;
mod robustness;
mod schemas;
mod verbs;

use std::path::{Path, PathBuf};

use scenario::adapter::{self, Adapter};
use scenario::plan::{self, Plan};
use scenario::{self, Scenario};
use toml_language::Problems;

/// The directory of the whole workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn scenarios() -> PathBuf {
    workspace().join("scenarios")
}

fn reference() -> Adapter {
    adapter::load(&workspace().join("adapters/reference.toml"))
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn parse(text: &str) -> Result<Scenario, Problems> {
    let mut cells = scenario::parse(text, "test", Path::new("test.toml"), &scenarios())?;
    Ok(cells.pop().expect("one at least"))
}

/// A scenario of alice, bob and carol with these steps.
fn with_steps(steps: &str) -> Scenario {
    let text = format!(
        "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\", {{ name = \"mallory\", as = \"alice\" }}]\n{steps}"
    );
    parse(&text).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn planned(steps: &str) -> Plan {
    plan::build(&with_steps(steps), &reference(), 7, &scenarios()).expect("the reference can do it")
}

/// The codes of all problems, in the order of the file.
fn codes(text: &str) -> Vec<&'static str> {
    let problems = parse(text).expect_err("this scenario is wrong");
    problems
        .list
        .iter()
        .map(|problem| problem.code.id)
        .collect()
}

/// The codes of a scenario of alice, bob and late carol with these steps.
fn codes_of_steps(steps: &str) -> Vec<&'static str> {
    codes(&format!(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n{steps}"
    ))
}
