//! Nobody used more than the adapter allows.

use std::collections::BTreeMap;

use super::aftermath::doubt;
use super::evidence::just_before;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use matching::opening;
use scenario::plan::Expectation;
use timeline::{ExpectationId, Kind, Limit};

/// So many kinds of what fills a record are named.
const NAMED: usize = 3;

/// One check for each limit that was exceeded; one that passes when there is none.
pub(super) fn checks(view: &View<'_>) -> Vec<Check> {
    let exceeded = view.events.iter().filter_map(|event| match &event.kind {
        Kind::Exceeded {
            who,
            limit,
            allowed,
            used,
        } => {
            let got = match used {
                _ if *limit == Limit::Record => {
                    format!("{} and was terminated", recorded(view, event.n))
                }
                Some(used) => format!("it had {} and was terminated", limit.amount(*used)),
                None => "it exceeded the limit and was terminated".to_owned(),
            };
            let evidence = Evidence {
                expected: format!("{who} has at most {}", limit.amount(*allowed)),
                got,
                just_before: just_before(view, event.n),
                event: Some(event.n),
                ..Evidence::default()
            };
            Some((format!("{who} stays within its limits"), evidence))
        }
        _ => None,
    });
    let checks: Vec<Check> = exceeded
        .map(|(name, evidence)| check(name, Verdict::Fail, evidence))
        .collect();
    if checks.is_empty() {
        let name = "resource limits are respected".to_owned();
        return vec![check(name, Verdict::Pass, Evidence::default())];
    }
    checks
}

/// Where somebody was ended for what it used: what is missing of others since then is no fault of
/// theirs. Its own failures stand, and so do findings and survivors.
pub(super) fn judge<'a>(
    view: &View<'a>,
    checks: &mut [Check],
    all: impl Fn(&View<'a>) -> Vec<Check>,
) {
    let exceeded = view.events.iter().filter_map(|event| match &event.kind {
        Kind::Exceeded { who, .. } => Some((event.n, who.as_str())),
        _ => None,
    });
    let exceeded: Vec<(u64, &str)> = exceeded.collect();
    let Some((first, who)) = exceeded.first() else {
        return;
    };
    let is_over = |who: &str| exceeded.iter().any(|(_, other)| *other == who);
    let clients = view.plan.clients.iter();
    let opening: Vec<Expectation> = clients
        .flat_map(|client| opening(view.plan, &client.name))
        .collect();
    let of_steps = view.all_steps().flat_map(|step| &step.expects);
    let whose: BTreeMap<&ExpectationId, &str> = of_steps
        .chain(&opening)
        .map(|one| (&one.id, one.client.as_str()))
        .collect();
    let why = format!("{who} had already been terminated");
    doubt(view, checks, (*first, &why), all, |check| {
        match &check.kind {
            CheckKind::Audit(_) | CheckKind::Orphans | CheckKind::Limits => true,
            CheckKind::RelayLives => is_over("relay"),
            CheckKind::Ending(who) | CheckKind::Ready(who) | CheckKind::Stopping(who) => {
                is_over(who)
            }
            CheckKind::Expectation(id) => whose.get(id).is_some_and(|who| is_over(who)),
            _ => false,
        }
    });
}

/// Whether a participant was ended for what it used, before that event.
pub(super) fn ended_for_it(view: &View<'_>, who: &str, n: u64) -> bool {
    view.events.iter().any(|event| {
        event.n < n && matches!(&event.kind, Kind::Exceeded { who: other, .. } if other == who)
    })
}

/// What fills the record before that event: of whom, what most of it is.
fn recorded(view: &View<'_>, n: u64) -> String {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for event in view.events.iter().take_while(|event| event.n < n) {
        let word = match &event.kind {
            Kind::Line { .. } => "lines",
            Kind::Output { .. } => "reads of its output",
            Kind::LinkOpened { .. } => "connections",
            Kind::Wire { .. } | Kind::Frame { .. } => "records on its link",
            _ => continue,
        };
        if let Some(who) = event.kind.participant() {
            *counts.entry((who, word)).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let most = counts.iter().take(NAMED);
    let most = most.map(|((who, word), count)| format!("{who}: {count} {word}"));
    format!("it led to {}", most.collect::<Vec<_>>().join(", "))
}

fn check(name: String, verdict: Verdict, evidence: Evidence) -> Check {
    Check {
        kind: CheckKind::Limits,
        name,
        step: None,
        line: None,
        verdict,
        evidence,
    }
}
