//! Which lines show what is expected: asked for each expectation of each step, and answered
//! without going through all lines each time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::view::{Shown, StepSpan};
use scenario::plan::{Expectation, Mode, Pattern, PlannedStep};
use timeline::StepId;

/// Lines by what they say, and how often each thing is expected.
#[derive(Debug)]
pub(super) struct Showings<'a> {
    /// By client and by the text that a line was recognised to bring.
    by_text: BTreeMap<&'a str, BTreeMap<&'a str, Vec<Shown<'a>>>>,
    /// How often a pattern is expected once, by client, in steps that were reached.
    pub(super) expected: BTreeMap<(&'a str, &'a Pattern), usize>,
    /// What was asked before.
    known: RefCell<Known<'a>>,
}

/// Lines that show a pattern, by client.
type Known<'a> = BTreeMap<(String, Pattern), Rc<[Shown<'a>]>>;

impl<'a> Showings<'a> {
    pub(super) fn of(
        lanes: &BTreeMap<&'a str, Vec<Shown<'a>>>,
        planned: &[&'a PlannedStep],
        steps: &BTreeMap<&'a StepId, StepSpan>,
    ) -> Self {
        let mut by_text: BTreeMap<&str, BTreeMap<&str, Vec<Shown<'_>>>> = BTreeMap::new();
        for (who, lane) in lanes {
            let of_client = by_text.entry(who).or_default();
            for shown in lane {
                let text = shown.seen.and_then(|seen| seen.captures.get("text"));
                if let Some(text) = text {
                    of_client.entry(text).or_default().push(*shown);
                }
            }
        }
        let mut expected = BTreeMap::new();
        let reached = planned.iter().filter(|step| steps.contains_key(&step.id));
        let once = reached
            .flat_map(|step| &step.expects)
            .filter(|one| one.mode == Mode::Once);
        for one in once {
            *expected
                .entry((one.client.as_str(), &one.pattern))
                .or_default() += 1;
        }
        Self {
            by_text,
            expected,
            known: RefCell::default(),
        }
    }

    /// The only lines of the client that may show it, where a text is expected: those that bring
    /// this text.
    pub(super) fn with_text(&self, one: &Expectation) -> Option<Option<&Vec<Shown<'a>>>> {
        let Pattern::Event { captures, .. } = &one.pattern else {
            return None;
        };
        let text = captures.get("text")?.as_str();
        let of_client = self.by_text.get(one.client.as_str());
        Some(of_client.and_then(|texts| texts.get(text)))
    }

    /// What shows it, searched for once.
    pub(super) fn of_pattern(
        &self,
        one: &Expectation,
        search: impl FnOnce() -> Rc<[Shown<'a>]>,
    ) -> Rc<[Shown<'a>]> {
        let key = (one.client.clone(), one.pattern.clone());
        let known = self.known.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let found = search();
            self.known.borrow_mut().insert(key, Rc::clone(&found));
            found
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::Showings;
    use crate::view::Shown;
    use scenario::plan::{Expectation, Mode, Pattern};
    use timeline::{EventKind, ExpectationId, Seen};

    fn expected(client: &str, text: &str) -> Expectation {
        Expectation {
            id: ExpectationId("1/1".to_owned()),
            client: client.to_owned(),
            pattern: Pattern::Event {
                event: EventKind::Message,
                captures: [("text".to_owned(), text.to_owned())].into(),
            },
            mode: Mode::Once,
            within: Duration::from_secs(1),
            sentence: String::new(),
            about: None,
        }
    }

    #[test]
    fn lines_are_gone_through_once_for_each_thing_that_is_expected() {
        let seen: Vec<Seen> = (0..1000)
            .map(|n| Seen {
                event: EventKind::Message,
                captures: [("text".to_owned(), format!("turn {}", n % 500))].into(),
            })
            .collect();
        let lane = (0..).zip(&seen).map(|(n, seen)| Shown {
            n,
            t: n,
            text: "",
            seen: Some(seen),
            unfinished: false,
        });
        let lanes = BTreeMap::from([("bob", lane.collect::<Vec<_>>())]);
        let showings = Showings::of(&lanes, &[], &BTreeMap::new());
        let work = Cell::new(0);
        for n in 0..1000 {
            let one = expected("bob", &format!("turn {}", n % 500));
            let found = showings.of_pattern(&one, || {
                let lines = showings.with_text(&one).flatten().unwrap();
                work.set(work.get() + lines.len());
                lines.iter().copied().collect()
            });
            assert_eq!(found.len(), 2);
        }
        assert_eq!(work.get(), seen.len());
        let of_nobody = showings.with_text(&expected("carol", "turn 1"));
        assert!(matches!(of_nobody, Some(None)));
    }
}
