//! What to type for each verb: `[client.type]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{VariantArray, VariantNames};
use toml_language::shape::{Key, Table, alike};
use toml_language::{Node, Problem};

use super::check::Checker;
use super::template::Template;
use super::typed_lines::{self, TYPED_LINES, TypedLines, Written};
use crate::codes::adapter as code;
use crate::verbs::{Line, Typed};

/// What to type for each verb; what the implementation cannot do is not there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Typed, Option<TypedLines<Template>>>")]
pub struct TypeSpec(pub BTreeMap<Typed, TypedLines<Template>>);

// Plans of earlier versions write `null` for what cannot be done.
impl From<BTreeMap<Typed, Option<TypedLines<Template>>>> for TypeSpec {
    fn from(lines: BTreeMap<Typed, Option<TypedLines<Template>>>) -> Self {
        let known = lines.into_iter();
        Self(
            known
                .filter_map(|(verb, line)| Some((verb, line?)))
                .collect(),
        )
    }
}

const ALL: &[Typed] = <Typed as VariantArray>::VARIANTS;

static KEYS: [Key; ALL.len()] = {
    let mut keys = alike(<Typed as VariantNames>::VARIANTS, TYPED_LINES, "");
    let (mut left, mut verbs) = (keys.as_mut_slice(), ALL);
    while let ([key, others @ ..], [verb, more @ ..]) = (left, verbs) {
        key.doc = verb.line().doc;
        (left, verbs) = (others, more);
    }
    keys
};

/// The table, described.
pub(super) static TYPE: Table = Table::new(
    "type",
    "What to type for each verb; a verb without a line is not supported.",
    &KEYS,
);

impl TypeSpec {
    /// What is typed for a verb, where the implementation can do it.
    pub fn lines(&self, verb: Typed) -> Option<&TypedLines<Template>> {
        self.0.get(&verb)
    }

    pub(super) fn read(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Self {
        let mut all = BTreeMap::new();
        for verb in ALL {
            let Some(written) = typed_lines::read(node, verb.word(), checker) else {
                continue;
            };
            all.insert(*verb, templates(*verb, &written, checker));
        }
        Self(all)
    }
}

fn templates(
    verb: Typed,
    written: &Written<'_>,
    checker: &mut Checker<'_>,
) -> TypedLines<Template> {
    let Line {
        needed, allowed, ..
    } = verb.line();
    let known: Vec<&str> = needed.iter().chain(allowed).copied().collect();
    let lines = written.lines.map(|line| checker.typed(line, &known));
    for name in needed {
        if !lines.lines().iter().any(|template| template.holds(name)) {
            let title = format!("the line typed for `{}` lacks `{{{name}}}`", verb.word());
            let problem = Problem::new(code::NO_TEXT, &written.span, title);
            let help = format!("add `{{{name}}}`");
            checker.problems.push(problem.help(help));
        }
    }
    let first = lines.each().into_iter().next();
    if verb == Typed::Accept && first.is_none_or(|first| first.r#await.is_none()) {
        let title = "nothing shows when a file is offered";
        let problem = Problem::new(code::DIALOGUE, &written.span, title);
        let help = "await the offer: `accept = [{ await = '…', type = \"…\" }]`";
        checker.problems.push(problem.help(help));
    }
    lines
}
