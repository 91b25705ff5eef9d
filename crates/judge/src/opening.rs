//! What clients that are there before step 1 show of each other.

use super::expectations::absent;
use super::verdict::{Check, CheckKind, Verdict};
use super::view::View;
use matching::opening;
use timeline::Kind;

/// One check for each thing that was not shown.
pub(super) fn checks(view: &View<'_>) -> Vec<Check> {
    let clients = view.plan.clients.iter();
    let expected: Vec<_> = clients
        .flat_map(|client| opening(view.plan, &client.name))
        .collect();
    view.missed
        .iter()
        .filter_map(|(n, id)| {
            let one = expected.iter().find(|one| one.id == *id)?;
            let came = one.about.as_deref().unwrap_or(&one.client);
            Some(Check {
                kind: CheckKind::Expectation(id.clone()),
                name: one.sentence.clone(),
                step: None,
                line: None,
                verdict: Verdict::Fail,
                evidence: absent(view, started(view, came, *n)..*n, one),
            })
        })
        .collect()
}

/// Where somebody was last started before that event.
fn started(view: &View<'_>, who: &str, n: u64) -> u64 {
    let mut starts = view.events.iter().filter_map(|event| match &event.kind {
        Kind::Started { who: origin, .. } if origin == who && event.n < n => Some(event.n),
        _ => None,
    });
    starts.next_back().unwrap_or(0)
}
