//! Nobody used more than the adapter allows.

use super::evidence::just_before;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use timeline::Kind;

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
                Some(used) => format!("it had {} and was ended", limit.amount(*used)),
                None => "it went over the limit and was ended".to_owned(),
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
        let name = "everybody stays within their limits".to_owned();
        return vec![check(name, Verdict::Pass, Evidence::default())];
    }
    checks
}

/// Whether a participant was ended for what it used, before that event.
pub(super) fn ended_for_it(view: &View<'_>, who: &str, n: u64) -> bool {
    view.events.iter().any(|event| {
        event.n < n && matches!(&event.kind, Kind::Exceeded { who: other, .. } if other == who)
    })
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
