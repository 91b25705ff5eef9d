//! What a step means where it stands: who is there, what is planted, what can be asked.

mod clients;
mod files;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use super::model::FileSource;
use super::world::World;
use toml_language::{Code, Problem};

/// What is known of a scenario while its steps are read.
pub(crate) struct Checker<'s> {
    pub(crate) source: &'s str,
    /// Where its lines end: to count them for each step would cost the square of their number.
    line_ends: Vec<usize>,
    /// `scenarios/`, to look for fixtures.
    pub(crate) root: &'s Path,
    pub(crate) problems: Vec<Problem>,
    pub(crate) world: World,
    /// Client names and where they stand.
    pub(crate) names: BTreeMap<String, Range<usize>>,
    /// Names that clients log in with.
    pub(crate) logins: BTreeSet<String>,
    /// The step that took each client away last.
    pub(crate) left_at: BTreeMap<String, Range<usize>>,
    /// The last step that did something to the relay.
    pub(crate) relay_at: Option<Range<usize>>,
    /// How many `repeat`s are around.
    pub(crate) turns: usize,
    /// Who is or comes within the `all` that is around.
    pub(crate) group: Option<BTreeSet<String>>,
    planted: BTreeSet<String>,
    outbox: BTreeMap<(String, String), (FileSource, Range<usize>)>,
}

impl<'s> Checker<'s> {
    pub(crate) fn new(source: &'s str, root: &'s Path) -> Self {
        Self {
            source,
            line_ends: source.match_indices('\n').map(|(at, _)| at).collect(),
            root,
            problems: Vec::new(),
            world: World::new([]),
            names: BTreeMap::new(),
            logins: BTreeSet::new(),
            left_at: BTreeMap::new(),
            relay_at: None,
            turns: 0,
            group: None,
            planted: BTreeSet::new(),
            outbox: BTreeMap::new(),
        }
    }

    /// The line of a byte of the source, from 1.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        1 + self.line_ends.partition_point(|end| *end < at)
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn say(&mut self, code: Code, span: &Range<usize>, title: String, help: &str) {
        self.problems
            .push(Problem::new(code, span, title).help(help));
    }
}
