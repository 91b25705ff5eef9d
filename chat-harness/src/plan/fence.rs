//! Fences: the last word of everyone whose earlier words are still to be judged.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Expectation, Fence, Mode, Pattern, Plan};
use crate::scenario::EventKind;

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
    let mut observers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in expectations.filter(|one| is_open(one)) {
        if let Some(about) = one.about.as_deref().filter(|about| *about != one.client) {
            observers.entry(about).or_default().insert(&one.client);
        }
    }
    let fences = connected.iter().filter_map(|from| {
        let observers = observers.get(from.as_str())?;
        let observers: Vec<String> = connected
            .iter()
            .filter(|one| observers.contains(one.as_str()))
            .cloned()
            .collect();
        if observers.is_empty() {
            return None;
        }
        let text = format!("{prefix}-{from}");
        let client = &plan.adapter_of(from).client;
        let say = client.r#type.say.as_ref()?;
        let mut values = BTreeMap::from([("text".to_owned(), client.escapes.escape(&text)?)]);
        values.insert("name".to_owned(), login(from, plan).to_owned());
        values.extend(plan.adapter_of(from).captured_later());
        Some(Fence {
            from: from.clone(),
            line: say.fill(&values).ok()?,
            observers,
            text,
        })
    });
    fences.collect()
}

fn login<'p>(client: &'p str, plan: &'p Plan) -> &'p str {
    let planned = plan.clients.iter().find(|one| one.name == client);
    planned.map_or(client, |one| &one.login)
}
