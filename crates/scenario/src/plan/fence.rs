//! Fences: the last word of everyone whose earlier words are still to be judged.

use std::collections::{BTreeMap, BTreeSet};

use super::expectation::{Expectation, Mode, Pattern};
use super::line;
use super::model::{Fence, Plan};
use timeline::EventKind;

/// What a later message of the same sender closes. That somebody came or went once is not
/// among it: the relay says so, and no message comes behind it.
fn is_open(one: &Expectation) -> bool {
    let by_relay = matches!(
        one.pattern,
        Pattern::Event {
            event: EventKind::Joined | EventKind::Left,
            ..
        }
    );
    match one.mode {
        Mode::Never => true,
        Mode::Once => !by_relay,
        Mode::Eventually => false,
    }
}

/// One fence for each participant that a *once* or *never* is about. `connected` is who is
/// there after the last step; `prefix` begins every fence's text. Who cannot say anything to
/// all closes nothing.
pub(super) fn fences<'a>(
    expectations: impl Iterator<Item = &'a Expectation>,
    connected: &[String],
    prefix: &str,
    plan: &Plan,
) -> Vec<Fence> {
    let mut about: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in expectations.filter(|one| is_open(one)) {
        if let Some(from) = one.about.as_deref().filter(|from| *from != one.client) {
            about.entry(from).or_default().insert(&one.client);
        }
    }
    let fences = plan.clients.iter().filter_map(|client| {
        let from = client.name.as_str();
        let open = about.get(from)?;
        let is_there = |one: &str| connected.iter().any(|there| there == one);
        let (observers, leaving) = plan
            .clients
            .iter()
            .map(|one| one.name.clone())
            .filter(|one| open.contains(one.as_str()))
            .partition(|one| is_there(from) && is_there(one));
        let text = format!("{prefix}-{from}");
        let line = line::text(plan.adapter_of(from), plan.login(from), None, &text)?;
        Some(Fence {
            from: from.to_owned(),
            line,
            observers,
            leaving,
            text,
        })
    });
    fences.collect()
}
