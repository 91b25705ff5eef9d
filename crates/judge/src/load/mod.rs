//! A load, judged: the checks of a play, each reported once for all rounds of all groups.

mod figures;
mod shown;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};

use super::closed::Explained;
use super::verdict::{Check, CheckKind, Evidence, Verdict, Verdicts};
use super::view::View;
use super::{
    carried, expectations, limits, opening, order, play_verdict, searches, stopping,
    whole as of_whole,
};
use matching::{Again, Steps};
use scenario::plan::{Action, LoadPlan, Mode, Plan, PlannedStep, Round};
use timeline::{Event, ExpectationId, StepResult};

pub use figures::{Figures, Spread};
use shown::Shown;

/// Judges a load and measures it: what is common to all groups, the rounds that were begun,
/// and what happened.
pub fn load(whole: &Plan, rounds: &[Round], events: &[Event]) -> (Verdicts, Figures) {
    let steps = rounds.iter().flat_map(|round| all(&round.steps)).collect();
    let again = Again::read(whole, &Steps::of_load(rounds), events);
    let view = View::with(whole, steps, &again);
    let shown = Shown::new(&view);
    let mut checks = checks(&view, &shown, rounds);
    limits::judge(&view, &mut checks, |before| {
        self::checks(before, &Shown::new(before), rounds)
    });
    of_whole::incomplete(&view, &mut checks);
    if rounds.is_empty() {
        checks.push(of_whole::cut_short("no round was started".to_owned()));
    }
    let audits = rounds.iter().map(|round| &round.audit);
    let planted = audits
        .map(|audit| audit.canaries.len() + audit.texts.len())
        .sum::<usize>();
    let figures = Figures::of(&view, &shown, planted);
    let play = play_verdict(&checks);
    let verdicts = Verdicts {
        play,
        checks,
        uncovered: searches::uncovered(&whole.audit, planted > 0),
        refused: searches::refused(view.events),
    };
    (verdicts, figures)
}

/// Every check of the rounds, as if nobody had been ended for what it used.
fn checks<'a>(view: &View<'a>, shown: &Shown<'_, 'a>, rounds: &[Round]) -> Vec<Check> {
    let mut checks: Vec<Check> = of_whole::in_time(view).into_iter().collect();
    checks.extend(of_whole::ready(view));
    checks.extend(opening::checks(view));
    checks.extend(limits::checks(view));
    checks.extend(by_step(view, shown));
    let strangers = strangers::check(view, rounds);
    checks.extend(Explained::of(view).checks(view, &[]));
    checks.extend(carried::check(view));
    checks.push(strangers);
    checks.extend(order::checks(view));
    checks.extend(of_whole::endings(view));
    checks.extend(stopping::checks(view));
    checks.push(of_whole::orphans(view));
    checks.extend(searches::checks_of_load(view));
    checks
}

/// The steps, each before those within it.
fn all(steps: &[PlannedStep]) -> Vec<&PlannedStep> {
    let mut flat = Vec::new();
    for step in steps {
        flat.push(step);
        if let Action::All { steps } = &step.action {
            flat.extend(all(steps));
        }
    }
    flat
}

/// How a step of the scenario went, in all rounds of all groups.
#[derive(Default)]
struct StepCounters<'a> {
    line: usize,
    /// What it is, in words, as it was the first time.
    sentence: &'a str,
    times: usize,
    failed: usize,
    /// The timeline ends in the middle of it.
    unfinished: usize,
    /// Why, the first time that it failed.
    first: Option<Check>,
}

fn by_step<'a>(view: &View<'a>, shown: &Shown<'_, 'a>) -> Vec<Check> {
    let mut counters: BTreeMap<(usize, &str), StepCounters<'_>> = BTreeMap::new();
    for step in view
        .all_steps()
        .filter(|step| view.step(&step.id).is_some())
    {
        let Some((_, _, place)) = LoadPlan::place(&step.id) else {
            continue;
        };
        let step_counters = counters.entry((step.line, place)).or_default();
        if step_counters.times == 0 {
            step_counters.line = step.line;
            step_counters.sentence = &step.sentence;
        }
        step_counters.times += 1;
        if view.step(&step.id).is_some_and(|span| span.ended.is_none()) {
            step_counters.unfinished += 1;
        } else if let Some(failed) = failure(view, shown, step) {
            step_counters.failed += 1;
            step_counters.first.get_or_insert(failed);
        }
    }
    counters
        .into_iter()
        .map(|((_, place), one)| one.check(place))
        .collect()
}

impl StepCounters<'_> {
    fn check(self, place: &str) -> Check {
        let held = self.times - self.failed - self.unfinished;
        let name = format!(
            "step {place} holds each of {} times; the first: {}",
            self.times, self.sentence
        );
        let (verdict, step, evidence) = match self.first {
            None if self.unfinished > 0 => {
                let evidence = Evidence {
                    expected: name.clone(),
                    got: format!(
                        "the timeline ends in the middle of {} of them",
                        self.unfinished
                    ),
                    ..Evidence::default()
                };
                (Verdict::CannotTell, None, evidence)
            }
            None => (Verdict::Pass, None, Evidence::default()),
            Some(first) => {
                let got = format!(
                    "it held {held} of {} times; first: {}",
                    self.times, first.evidence.got
                );
                let evidence = Evidence {
                    got,
                    ..first.evidence
                };
                (Verdict::Fail, first.step, evidence)
            }
        };
        Check {
            kind: CheckKind::Expectation(ExpectationId(place.to_owned())),
            name,
            step,
            line: Some(self.line),
            verdict,
            evidence,
        }
    }
}

/// The first thing that was not as one step, once, expected it.
fn failure<'a>(view: &View<'a>, shown: &Shown<'_, 'a>, step: &'a PlannedStep) -> Option<Check> {
    let result = view.step(&step.id)?.result.as_ref();
    if let Some(StepResult::Impossible(why)) = result {
        return Some(expectations::impossible(view, step, why));
    }
    let is_missing = |id: &ExpectationId| match result {
        Some(StepResult::Missing(list)) => list.contains(id),
        Some(StepResult::Held) => false,
        Some(StepResult::Impossible(_)) | None => true,
    };
    let wrong = step.expects.iter().find(|one| {
        is_missing(&one.id) || (one.mode == Mode::Once && !shown.is_as_often_as_expected(one))
    });
    wrong.map(|one| {
        // No client of a load comes back.
        let mut check = expectations::check(view, step, one, &BTreeSet::new());
        check.verdict = Verdict::Fail;
        check
    })
}
