//! Fences: the last word of everyone whose earlier words are still to be judged.

use std::collections::{BTreeMap, BTreeSet};

use super::expectation::{Expectation, Mode, Pattern};
use super::line;
use super::model::{Fence, Plan};
use crate::adapter::TypedLines;
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

/// One fence for each participant that a *once* or *never* is about; where it cannot say anything
/// to all, one for each who is to show it. `connected` is who is there after the last step;
/// `prefix` begins every fence's text.
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
    let fences = plan.clients.iter().flat_map(|client| {
        let from = client.name.as_str();
        let Some(open) = about.get(from) else {
            return Vec::new();
        };
        let names = plan.clients.iter().map(|one| one.name.as_str());
        let open: Vec<&str> = names.filter(|one| open.contains(one)).collect();
        let last = LastWord {
            client: from,
            connected,
            text: format!("{prefix}-{from}"),
        };
        match last.to_all(&open, plan) {
            Some(fence) => vec![fence],
            None => open.iter().filter_map(|to| last.to_one(to, plan)).collect(),
        }
    });
    fences.collect()
}

/// Whose last word it is.
struct LastWord<'a> {
    client: &'a str,
    connected: &'a [String],
    text: String,
}

impl LastWord<'_> {
    fn to_all(&self, observers: &[&str], plan: &Plan) -> Option<Fence> {
        let (adapter, login) = (plan.adapter_of(self.client), plan.login(self.client));
        let line = line::text(adapter, login, None, &self.text)?;
        Some(self.fence(line, None, observers, self.text.clone()))
    }

    fn to_one(&self, to: &str, plan: &Plan) -> Option<Fence> {
        let (adapter, login) = (plan.adapter_of(self.client), plan.login(self.client));
        let text = format!("{}-{to}", self.text);
        let line = line::text(adapter, login, Some(plan.login(to)), &text)?;
        Some(self.fence(line, Some(to), &[to], text))
    }

    fn fence(
        &self,
        line: TypedLines<String>,
        to: Option<&str>,
        observers: &[&str],
        text: String,
    ) -> Fence {
        let is_there = |one: &str| self.connected.iter().any(|there| there == one);
        let observers = observers.iter().map(|one| (*one).to_owned());
        let (observers, leaving) =
            observers.partition(|one| is_there(self.client) && is_there(one));
        Fence {
            from: self.client.to_owned(),
            to: to.map(str::to_owned),
            line,
            observers,
            leaving,
            text,
        }
    }
}
