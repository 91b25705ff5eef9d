//! The steps, one after another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use strum::VariantArray as _;
use toml_language::{Node, Problem};

use super::described::Site;
use super::{Verb, VerbWord};
use crate::check::Checker;
use crate::codes::scenario as code;
use crate::model::Outcome;
use crate::world::Effect;

/// The most steps of a scenario, with its repeats written out.
const MAX_STEPS: usize = 20_000;

/// One step: one verb, with what is common to all.
#[derive(Clone, Debug)]
pub struct Step {
    /// Line of the file, from 1.
    pub line: usize,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// For the audience.
    pub note: Option<String>,
    /// The deadline of the step's own expectations, where it is not the default.
    pub within: Option<Duration>,
    /// What to do.
    pub verb: Verb,
}

/// Clients whose first step is a `join`.
pub(crate) fn first_named_by_join(steps: &[Node<'_, '_>]) -> BTreeSet<String> {
    let mut first = BTreeMap::new();
    name_first(steps, &mut first);
    first
        .into_iter()
        .filter_map(|(name, joins)| joins.then_some(name))
        .collect()
}

fn name_first(steps: &[Node<'_, '_>], first: &mut BTreeMap<String, bool>) {
    for step in steps {
        for verb in VerbWord::VARIANTS {
            let Some(node) = step.node(verb.into_str()) else {
                continue;
            };
            name_first(&node.nodes("steps"), first);
            let described = verb.described();
            let outcome = node.word::<Outcome>("outcome").unwrap_or_default();
            let recipients = if outcome.arrives() {
                described.recipients
            } else {
                &[]
            };
            let keys = described.clients.iter().chain(recipients);
            for name in keys.filter_map(|key| node.owned(key)) {
                first.entry(name).or_insert(*verb == VerbWord::Join);
            }
        }
    }
}

/// Reads the steps, each in the situation that those before it have made.
pub(crate) fn read(nodes: &[Node<'_, '_>], checker: &mut Checker<'_>) -> Vec<Step> {
    let steps: Vec<Step> = nodes
        .iter()
        .filter_map(|node| step(node, checker))
        .collect();
    let count = count(&steps);
    if checker.turns == 0 && checker.group.is_none() && count > MAX_STEPS {
        let span = nodes.first().map_or(0..0, Node::span);
        let title = format!("{count} steps with all repeats written out");
        checker.report(
            Problem::new(code::TOO_MANY_STEPS, &span, title).help(format!("at most {MAX_STEPS}")),
        );
    }
    steps
}

fn count(steps: &[Step]) -> usize {
    let each = steps.iter().map(|step| match &step.verb {
        Verb::Repeat { times, steps } => count(steps).saturating_mul(*times as usize),
        verb => 1 + count(verb.inner()),
    });
    each.fold(0, usize::saturating_add)
}

fn step(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Step> {
    let has = |verb: &&VerbWord| node.has(verb.into_str());
    let word = VerbWord::VARIANTS.iter().find(has)?;
    let line = checker.line_of(node.span().start);
    let site = Site {
        step: *node,
        word: word.into_str(),
        line,
    };
    let within = within(&site, checker);
    let verb = (word.described().read)(&site, checker)?;
    // The steps in it have done so already, one after another.
    if verb.inner().is_empty() {
        let effect = verb.effect();
        let here = node.key_span(word.into_str());
        match effect {
            Effect::Goes(client) => drop(checker.left_at.insert(client.to_owned(), here)),
            Effect::Relay(_) => checker.relay_at = Some(here),
            _ => {}
        }
        checker.world.apply(effect);
    }
    Some(Step {
        line,
        span: node.span(),
        note: node.owned("note"),
        within,
        verb,
    })
}

/// The deadline of the step, which `expect` may give as well.
fn within(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Duration> {
    let outer = site.step.duration("within");
    let Some(inner) = site.node().filter(|node| node.has("within")) else {
        return outer;
    };
    if site.step.has("within") {
        let span = inner.key_span("within");
        let problem = Problem::new(code::TWO_DEADLINES, &span, "the deadline is given twice");
        checker.report(
            problem
                .context(&site.step.key_span("within"), "the other one")
                .help("keep one"),
        );
    }
    inner.duration("within").or(outer)
}
