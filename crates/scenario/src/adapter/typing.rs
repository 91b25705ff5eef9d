//! What to type for each verb: `[client.type]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{VariantArray, VariantNames};
use toml_language::Node;
use toml_language::shape::{Key, Table, ValueKind, alike};

use super::check::Checker;
use super::template::Template;
use crate::Capability;

closed_list! {
    /// Something that is done by typing a line, called as the verb that does it.
    pub enum Typed {
        /// a text for everyone
        Say,
        /// a text for one
        Msg,
        /// a file for one
        File,
        /// the way users quit it
        Quit,
    }
}

impl Typed {
    const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// As it is written.
    pub(crate) fn word(self) -> &'static str {
        self.into()
    }

    /// The placeholders that its line must hold, and what the reference page says of it.
    const fn described(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::File => (&["to", "path"], "with `{to}` and `{path}`"),
            Self::Msg => (&["to", "text"], "with `{to}` and `{text}`"),
            Self::Quit => (&[], "the way users quit it"),
            Self::Say => (&["text"], "with `{text}`"),
        }
    }

    /// What an implementation that cannot do it may say of itself.
    pub(crate) fn capability(self) -> Option<Capability> {
        match self {
            Self::File => Some(Capability::File),
            Self::Msg => Some(Capability::Msg),
            Self::Quit => None,
            Self::Say => Some(Capability::Say),
        }
    }
}

/// What to type for each verb; what the implementation cannot do is not there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Typed, Option<Template>>")]
pub struct TypeSpec(pub BTreeMap<Typed, Template>);

// Plans of earlier versions write `null` for what cannot be done.
impl From<BTreeMap<Typed, Option<Template>>> for TypeSpec {
    fn from(lines: BTreeMap<Typed, Option<Template>>) -> Self {
        let known = lines.into_iter();
        Self(
            known
                .filter_map(|(verb, line)| Some((verb, line?)))
                .collect(),
        )
    }
}

static KEYS: [Key; Typed::ALL.len()] = {
    let mut keys = alike(<Typed as VariantNames>::VARIANTS, ValueKind::Text, "");
    let (mut left, mut verbs) = (keys.as_mut_slice(), Typed::ALL);
    while let ([key, others @ ..], [verb, more @ ..]) = (left, verbs) {
        key.doc = verb.described().1;
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
    /// The line for a verb, where the implementation can do it.
    pub fn line(&self, verb: Typed) -> Option<&Template> {
        self.0.get(&verb)
    }

    pub(super) fn read(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Self {
        let lines = Typed::ALL.iter().filter_map(|verb| {
            let (needed, _) = verb.described();
            let text = node.text(verb.word())?;
            Some((*verb, checker.typed(&text, verb.word(), needed)))
        });
        Self(lines.collect())
    }
}
