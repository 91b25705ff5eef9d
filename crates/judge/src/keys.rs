//! Whether the keys that clients' own stores hold could be searched for.

use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use timeline::Kind;

/// Said where an adapter names a helper. That a key was seen is reported by the check of the surface.
pub(super) fn opened(view: &View<'_>) -> Option<Check> {
    let adapters = std::iter::once(&view.plan.adapter).chain(view.plan.others.values());
    let mut helpers = adapters.map(|adapter| &adapter.client.open_keys);
    helpers.find(|helper| !helper.is_empty())?;
    let why = unknown(view);
    let verdict = match why {
        Some(_) => Verdict::CannotTell,
        None => Verdict::Pass,
    };
    let evidence = why.map(|got| Evidence {
        expected: "each helper of `open_keys` prints the keys in its client's store".to_owned(),
        got,
        ..Evidence::default()
    });
    Some(Check {
        kind: CheckKind::Keys,
        name: "the keys in the clients' stores are searched for".to_owned(),
        step: None,
        line: None,
        verdict,
        evidence: evidence.unwrap_or_default(),
    })
}

/// Why they could not be searched for, where something was sent that a key must open.
fn unknown(view: &View<'_>) -> Option<String> {
    let mut all = 0;
    let mut failed = Vec::new();
    for event in view.events {
        if let Kind::StoreOpened {
            who,
            keys,
            failed: why,
        } = &event.kind
        {
            all += keys;
            failed.extend(why.as_ref().map(|why| format!("{who}: {why}")));
        }
    }
    if !failed.is_empty() {
        return Some(failed.join("; "));
    }
    let audit = &view.plan.audit;
    let is_planted = !audit.canaries.is_empty() || !audit.texts.is_empty();
    (all == 0 && is_planted).then(|| {
        "no store held the key of a message or session: there was nothing to look for".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use crate::{Check, CheckKind, Verdict, judge};
    use scenario::adapter;
    use scenario::plan::Plan;
    use timeline::{Event, Kind};

    fn planned(helper: &str, step: &str) -> Plan {
        let path = test_plays::root().join("adapters/reference.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("[client]\n", &format!("[client]\n{helper}\n"));
        let adapter = adapter::parse(&text, &path).unwrap();
        let text = format!("title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n{step}\n");
        test_plays::plan_with(&text, &adapter)
    }

    /// What is said of the keys, when helpers tell so much.
    fn said(plan: &Plan, helpers: &[(&str, u64, Option<&str>)]) -> Option<Check> {
        let events = helpers.iter().enumerate();
        let events = events.map(|(n, (who, keys, failed))| Event {
            n: n as u64,
            t: n as u64,
            kind: Kind::StoreOpened {
                who: (*who).to_owned(),
                keys: *keys,
                failed: failed.map(str::to_owned),
            },
        });
        let events: Vec<Event> = events.collect();
        let mut checks = judge(plan, &events, &[]).checks.into_iter();
        checks.find(|check| check.kind == CheckKind::Keys)
    }

    const HELPER: &str = "open_keys = [\"{client}\", \"keys\", \"{name}\"]";
    const SAY: &str = "say = { from = \"alice\", text = \"nobody may hear of {canary}\" }";

    #[test]
    fn without_a_helper_nothing_is_said() {
        assert_eq!(said(&planned("", SAY), &[]), None);
    }

    #[test]
    fn a_helper_that_fails_leaves_it_open_whatever_others_have_found() {
        let helpers = [("alice", 3, None), ("bob", 0, Some("its helper has gone"))];
        let check = said(&planned(HELPER, SAY), &helpers).unwrap();
        assert_eq!(check.verdict, Verdict::CannotTell);
        assert_eq!(check.evidence.got, "bob: its helper has gone");
    }

    #[test]
    fn stores_without_keys_show_nothing_where_something_was_sent() {
        let none = [("alice", 0, None), ("bob", 0, None)];
        let some = [("alice", 0, None), ("bob", 1, None)];
        let plan = planned(HELPER, SAY);
        assert_eq!(said(&plan, &none).unwrap().verdict, Verdict::CannotTell);
        assert_eq!(said(&plan, &[]).unwrap().verdict, Verdict::CannotTell);
        assert_eq!(said(&plan, &some).unwrap().verdict, Verdict::Pass);
        let silent = planned(HELPER, "leave = { client = \"bob\", how = \"quit\" }");
        assert_eq!(said(&silent, &none).unwrap().verdict, Verdict::Pass);
    }
}
