//! `all`, `repeat`: steps within steps.

use toml_language::Problem;
use toml_language::shape::{Table, ValueKind, must};

use super::Verb;
use super::described::{Described, STEP, Site};
use super::steps::read;
use crate::check::Checker;
use crate::codes::scenario as code;

pub(super) static ALL: Described = Described::new(
    "run several steps at once",
    ValueKind::Table(&ALL_TABLE),
    all,
);

static ALL_TABLE: Table = Table::new(
    "all",
    "The actions run back to back; their results are compared as a set.",
    &[must(
        "steps",
        STEPS,
        "the steps; `all` and `beat` are not allowed here",
    )],
);

pub(super) static REPEAT: Described = Described::new(
    "run the same steps several times",
    ValueKind::Table(&REPEAT_TABLE),
    repeat,
);

static REPEAT_TABLE: Table = Table::new(
    "repeat",
    "Each iteration has its own expectations; `{n}` in texts is its number, starting at 1.",
    &[
        must("times", ValueKind::Integer(1, 10_000), "how many times"),
        must("steps", STEPS, "the steps of one iteration"),
    ],
);

static STEPS: ValueKind = ValueKind::Array(&ValueKind::Table(&STEP), 1);

fn all(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let nodes = site.node()?.nodes("steps");
    if checker.group.is_some() {
        no_nesting(site, checker);
        return None;
    }
    let joins = nodes
        .iter()
        .filter_map(|node| node.node("join")?.owned("client"));
    let here: Vec<String> = checker.world.connected().map(str::to_owned).collect();
    checker.group = Some(joins.chain(here).collect());
    let steps = read(&nodes, checker);
    checker.group = None;
    Some(Verb::All(steps))
}

/// Reports what is in an `all` and must not.
pub(super) fn no_nesting(site: &Site<'_, '_>, checker: &mut Checker<'_>) {
    if checker.group.is_some() {
        let title = format!("`{}` is not allowed inside `all`", site.word);
        let problem = Problem::new(code::NESTED, &site.step.key_span(site.word), title);
        checker.report(problem.help("make it a step of its own"));
    }
}

fn repeat(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let nodes = node.nodes("steps");
    checker.turns += 1;
    let steps = read(&nodes, checker);
    let times = node.integer("times");
    if times.is_some_and(|times| times > 1) {
        // The second turn begins where the first has ended, and so does every further one.
        read(&nodes, checker);
    }
    checker.turns -= 1;
    Some(Verb::Repeat {
        times: times?,
        steps,
    })
}
