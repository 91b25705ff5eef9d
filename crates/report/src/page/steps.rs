//! The steps, with what came of each.

use std::collections::BTreeMap;

use super::moments::Moments;
use crate::result::PlayReport;
use crate::step_time::StepTime;
use crate::words::Badge;
use judge::{Check, Verdict};
use scenario::plan::Plan;
use timeline::{Event, StepId, seconds, visible};

/// One step, or everything that belongs to none.
pub(super) struct Step {
    /// What a link to it says behind the `#`.
    pub(super) anchor: String,
    /// Its moment; `None` where it was not reached or belongs to the whole play.
    pub(super) moment: Option<usize>,
    pub(super) sentence: String,
    pub(super) note: Option<String>,
    /// `scenarios/basics/three-clients.toml:14`.
    pub(super) place: Option<String>,
    pub(super) verdict: Badge,
    pub(super) took: String,
    /// Checks that did not pass.
    pub(super) red: Vec<Red>,
    /// Names of those that did.
    pub(super) held: Vec<String>,
}

/// A check that did not pass.
pub(super) struct Red {
    /// Of a step within a step.
    pub(super) anchor: Option<String>,
    pub(super) verdict: Badge,
    pub(super) name: String,
    pub(super) expected: String,
    pub(super) got: String,
    pub(super) difference: Option<String>,
    pub(super) just_before: Vec<String>,
}

/// Every step of the plan, then the whole play.
pub(super) fn of(
    plan: &Plan,
    events: &[Event],
    report: &PlayReport,
    moments: &Moments<'_>,
) -> Vec<Step> {
    let checks = &report.verdicts.checks;
    let mut by_moment: BTreeMap<usize, Vec<&Check>> = BTreeMap::new();
    for check in checks {
        if let Some(moment) = check.step.as_ref().and_then(|id| moments.of_step(id)) {
            by_moment.entry(moment).or_default().push(check);
        }
    }
    let took: BTreeMap<_, _> = StepTime::of(events)
        .into_iter()
        .map(|one| (one.step, one.elapsed))
        .collect();
    let mut steps: Vec<Step> = plan
        .steps
        .iter()
        .map(|step| {
            let moment = moments.of_step(&step.id);
            let own = moment.and_then(|moment| by_moment.get(&moment).cloned());
            let own = own.unwrap_or_default();
            Step {
                anchor: format!("s{}", step.id.0),
                moment,
                sentence: visible(&step.sentence),
                note: step.note.as_deref().map(visible),
                place: Some(format!("{}:{}", report.path.display(), step.line)),
                verdict: moment.map_or_else(not_reached, |_| badge(&own)),
                took: took.get(&step.id).copied().map(seconds).unwrap_or_default(),
                red: red(&own, Some(&step.id)),
                held: held(&own),
            }
        })
        .collect();
    let whole: Vec<&Check> = checks.iter().filter(|check| check.step.is_none()).collect();
    steps.push(Step {
        anchor: "end".to_owned(),
        moment: Some(moments.last()),
        sentence: "the whole play".to_owned(),
        note: None,
        place: None,
        verdict: badge(&whole),
        took: String::new(),
        red: red(&whole, None),
        held: held(&whole),
    });
    steps
}

fn not_reached() -> Badge {
    Badge {
        class: "skip",
        shape: "–",
        word: "NOT REACHED",
    }
}

fn badge(checks: &[&Check]) -> Badge {
    let worst = checks.iter().map(|check| check.verdict).max();
    Badge::of_check(worst.unwrap_or(Verdict::Pass))
}

pub(super) fn red(checks: &[&Check], step: Option<&StepId>) -> Vec<Red> {
    let red = checks.iter().filter(|check| check.verdict != Verdict::Pass);
    red.map(|check| Red {
        anchor: check
            .step
            .as_ref()
            .filter(|id| Some(*id) != step)
            .map(|id| format!("s{}", id.0)),
        verdict: Badge::of_check(check.verdict),
        name: visible(&check.name),
        expected: visible(&check.evidence.expected),
        got: visible(&check.evidence.got),
        difference: check.evidence.difference.as_deref().map(visible),
        just_before: check
            .evidence
            .just_before
            .iter()
            .map(|line| visible(&line.to_string()))
            .collect(),
    })
    .collect()
}

pub(super) fn held(checks: &[&Check]) -> Vec<String> {
    let held = checks.iter().filter(|check| check.verdict == Verdict::Pass);
    held.map(|check| visible(&check.name)).collect()
}
