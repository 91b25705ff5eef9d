//! What a verb is described by, and the table of a step that follows from all verbs.

use strum::{VariantArray, VariantNames};
use toml_language::Node;
use toml_language::shape::{Key, Table, ValueKind, join, may};

use super::{Verb, VerbWord};
use crate::check::Checker;

/// A verb as it is in files.
pub(super) struct Described {
    /// In a few words, for the table of a step.
    pub(super) doc: &'static str,
    /// What it holds.
    pub(super) kind: ValueKind,
    /// Its keys that name clients who take part in it.
    pub(super) clients: &'static [&'static str],
    /// Its keys that name a client, where its outcome is that something arrives.
    pub(super) recipients: &'static [&'static str],
    /// Reads it, and reports what it cannot mean where it stands.
    pub(super) read: Read,
}

type Read = fn(&Site<'_, '_>, &mut Checker<'_>) -> Option<Verb>;

impl Described {
    /// A verb that names nobody who takes part.
    pub(super) const fn new(doc: &'static str, kind: ValueKind, read: Read) -> Self {
        Self {
            doc,
            kind,
            clients: &[],
            recipients: &[],
            read,
        }
    }

    /// The same, with keys that name clients who take part in it.
    pub(super) const fn clients(mut self, keys: &'static [&'static str]) -> Self {
        self.clients = keys;
        self
    }

    /// The same, with keys that name clients whom something reaches.
    pub(super) const fn recipients(mut self, keys: &'static [&'static str]) -> Self {
        self.recipients = keys;
        self
    }
}

/// Where a verb is read.
pub(super) struct Site<'a, 'i> {
    /// The step.
    pub(super) step: Node<'a, 'i>,
    /// The verb, as the step's key.
    pub(super) word: &'static str,
    /// Line of the file, from 1.
    pub(super) line: usize,
}

impl<'a, 'i> Site<'a, 'i> {
    /// The table that the verb holds.
    pub(super) fn node(&self) -> Option<Node<'a, 'i>> {
        self.step.node(self.word)
    }
}

/// The verbs as they are written, in the order of the reference page.
pub(crate) const VERBS: &[&str] = <VerbWord as VariantNames>::VARIANTS;

const COMMON: [Key; 2] = [
    may("note", ValueKind::Text, "a note for the audience"),
    may(
        "within",
        ValueKind::Duration,
        "the deadline for what the step expects (default: `10s`)",
    ),
];

/// What is common to all, then a key for each verb.
static KEYS: [Key; COMMON.len() + VERBS.len()] = {
    let mut of_verbs = [may("", ValueKind::Bool, ""); VERBS.len()];
    let mut left = of_verbs.as_mut_slice();
    let mut verbs = <VerbWord as VariantArray>::VARIANTS;
    while let ([key, others @ ..], [verb, more @ ..]) = (left, verbs) {
        let described = verb.described();
        *key = may(verb.into_str(), described.kind, described.doc);
        (left, verbs) = (others, more);
    }
    join(&[&COMMON, &of_verbs])
};

/// One step.
pub(crate) static STEP: Table = Table::new(
    "step",
    "One step: exactly one verb, and what is common to all.",
    &KEYS,
)
.exactly_one(VERBS, "verb");
