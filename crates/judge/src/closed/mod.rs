//! Closed world: what nobody did, nobody may show. Every line that counts as an event has
//! exactly one cause; `docs/scenarios.md` lists them.

mod causes;
mod explain;
mod kept;
mod lacking;
mod reason;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::evidence::{brief, just_before};
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::{Shown, View};
use causes::Causes;
use explain::{Cause, Explainer};
use matching::CompiledPattern;
use reason::Reason;
use scenario::plan::Expectation;
use timeline::seconds;

/// Lines of one kind that are compared with what other checks have reported.
const COMPARED: usize = 100;

const NAME: &str = "nobody shows anything that did not happen";

/// A line without a cause.
#[derive(Clone, Copy, Debug)]
struct Found<'a> {
    client: &'a str,
    line: Shown<'a>,
}

/// What the lines of all clients have come of.
#[derive(Debug, Default)]
pub(super) struct Explained<'a> {
    /// Lines that count as events.
    lines: usize,
    unexplained: BTreeMap<Reason, Vec<Found<'a>>>,
    /// Texts that were shown again because their client had come back, and may be.
    pub(super) history: BTreeSet<u64>,
    causes: Causes<'a>,
}

impl<'a> Explained<'a> {
    /// Explains every line.
    pub(super) fn of(view: &View<'a>) -> Self {
        let causes = Causes::of(view);
        let mut explained = Self::default();
        for client in &view.plan.clients {
            let name = client.name.as_str();
            let spec = &view.plan.adapter_of(name).client;
            let mut explainer = Explainer::new(&causes, name, spec);
            // What its program was in the midst of saying when it ended is no claim.
            for line in view.shown(name).filter(|line| !line.unfinished) {
                let Some(seen) = line.seen else {
                    continue;
                };
                explained.lines += 1;
                match explainer.next(line, seen) {
                    Cause::Done => {}
                    Cause::History => drop(explained.history.insert(line.n)),
                    Cause::None(reason) => {
                        let found = Found { client: name, line };
                        explained.unexplained.entry(reason).or_default().push(found);
                    }
                }
            }
        }
        explained.causes = causes;
        explained
    }

    /// One check for each kind of line, or of file, that has no cause; one that passes where there
    /// is none. What one of the `failed` expectations has reported is not reported again.
    pub(super) fn checks(&self, view: &View<'a>, failed: &[&Expectation]) -> Vec<Check> {
        let lines = self.of_lines(view, failed).into_iter();
        lines
            .chain(kept::checks(view, &self.causes, failed))
            .collect()
    }

    fn of_lines(&self, view: &View<'_>, failed: &[&Expectation]) -> Vec<Check> {
        let reported = Reported::new(view, failed);
        let all = self.unexplained.iter();
        let checks: Vec<Check> = all
            .filter_map(|(reason, lines)| {
                let compared = lines.iter().take(COMPARED);
                let mut left = compared.filter(|found| !reported.has(found));
                let first = left.next()?;
                let more = left.count() + lines.len().saturating_sub(COMPARED);
                Some(check(view, *reason, first, more))
            })
            .collect();
        if checks.is_empty() && self.lines > 0 {
            return vec![Check {
                kind: CheckKind::Unexplained,
                name: NAME.to_owned(),
                step: None,
                line: None,
                verdict: Verdict::Pass,
                evidence: Evidence::default(),
            }];
        }
        checks
    }
}

/// What failed expectations say themselves of lines.
struct Reported<'f>(Vec<(&'f str, CompiledPattern)>);

impl<'f> Reported<'f> {
    fn new(view: &View<'_>, failed: &[&'f Expectation]) -> Self {
        let patterns = failed.iter().map(|one| {
            let escapes = view.plan.adapter_of(&one.client).client.escapes;
            let pattern = CompiledPattern::new(&one.pattern, escapes);
            (one.client.as_str(), pattern)
        });
        Self(patterns.collect())
    }

    fn has(&self, found: &Found<'_>) -> bool {
        let Found { client, line } = found;
        let mut own = self.0.iter().filter(|(one, _)| one == client);
        own.any(|(_, pattern)| pattern.matches(line.text, line.seen))
    }
}

fn check(view: &View<'_>, reason: Reason, first: &Found<'_>, more: usize) -> Check {
    let Found { client, line } = first;
    let at = seconds(Duration::from_nanos(line.t));
    let more = match more {
        0 => String::new(),
        more => format!("; and {more} more like it"),
    };
    Check {
        kind: CheckKind::Unexplained,
        name: reason.claim().to_owned(),
        step: None,
        line: None,
        verdict: Verdict::Fail,
        evidence: Evidence {
            expected: reason.claim().to_owned(),
            got: format!(
                "{client} printed {:?} at {at}, and {}{more}",
                brief(line.text),
                reason.lacking()
            ),
            just_before: just_before(view, line.n),
            look_at: Some(format!("out/{client}.stdout")),
            event: Some(line.n),
            ..Evidence::default()
        },
    }
}
