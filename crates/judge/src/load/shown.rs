//! What everybody showed, and what was expected of them, by text: a load has too many lines
//! to search all of them for each.

use std::collections::BTreeMap;

use crate::view::View;
use matching::CompiledPattern;
use scenario::plan::{Expectation, Mode, Pattern};
use timeline::EventKind;

/// Client, event, from whom, and the text.
type Key<'a> = (&'a str, EventKind, &'a str, &'a str);

/// How often something was shown and expected, and when it was shown.
#[derive(Debug, Default)]
struct Count {
    expected: usize,
    /// Number on the timeline, and nanoseconds since the load began.
    shown: Vec<(u64, u64)>,
}

/// The index.
#[derive(Debug)]
pub(super) struct Shown<'v, 'a> {
    view: &'v View<'a>,
    counts: BTreeMap<Key<'a>, Count>,
}

impl<'v, 'a> Shown<'v, 'a> {
    pub(super) fn new(view: &'v View<'a>) -> Self {
        let mut counts: BTreeMap<Key<'a>, Count> = BTreeMap::new();
        for client in &view.plan.clients {
            for line in view.shown(&client.name) {
                let Some(seen) = line.seen.filter(|_| !view.is_fence(line.text)) else {
                    continue;
                };
                let capture = |name: &str| seen.captures.get(name).map(String::as_str);
                if let (Some(from), Some(text)) = (capture("from"), capture("text")) {
                    let count = counts
                        .entry((&client.name, seen.event, from, text))
                        .or_default();
                    count.shown.push((line.n, line.t));
                }
            }
        }
        let reached = view
            .all_steps()
            .filter(|step| view.step(&step.id).is_some());
        let once = reached.flat_map(|step| &step.expects);
        for one in once.filter(|one| one.mode == Mode::Once) {
            if let Some(key) = key(one) {
                counts.entry(key).or_default().expected += 1;
            }
        }
        Self { view, counts }
    }

    /// Whether the client showed it as often as all steps together expect.
    pub(super) fn is_as_often_as_expected(&self, one: &Expectation) -> bool {
        match key(one) {
            Some(key) => {
                let count = self.counts.get(&key);
                count.is_some_and(|count| count.shown.len() == count.expected)
            }
            None => self.matching(one) == 1,
        }
    }

    /// When it was first shown after an event of the timeline, in nanoseconds.
    pub(super) fn first_after(&self, one: &Expectation, n: u64) -> Option<u64> {
        let count = self.counts.get(&key(one)?)?;
        let first = count.shown.iter().find(|(shown, _)| *shown > n);
        first.map(|(_, t)| *t)
    }

    fn matching(&self, one: &Expectation) -> usize {
        let escapes = self.view.plan.adapter_of(&one.client).client.escapes;
        let pattern = CompiledPattern::new(&one.pattern, escapes);
        let lines = self.view.shown(&one.client);
        lines
            .filter(|line| !self.view.is_fence(line.text))
            .filter(|line| pattern.matches(line.text, line.seen))
            .count()
    }
}

/// Of a message; other things are few.
fn key(one: &Expectation) -> Option<Key<'_>> {
    let Pattern::Event { event, captures } = &one.pattern else {
        return None;
    };
    let capture = |name: &str| captures.get(name).map(String::as_str);
    Some((&one.client, *event, capture("from")?, capture("text")?))
}
