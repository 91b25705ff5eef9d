//! Why a play did not pass: what stands first on its page.

use crate::alike::by_cause;
use crate::result::PlayReport;
use crate::scene::Finding;
use crate::words::Badge;
use judge::{Check, CheckKind, Verdict};
use timeline::visible;

/// Causes that are shown; the rest is counted.
const SHOWN: usize = 3;

/// Why a play did not pass, the worst first.
pub(super) struct Causes {
    pub(super) all: Vec<Cause>,
    /// Checks that are not shown here.
    pub(super) more: usize,
}

/// One reason.
pub(super) struct Cause {
    pub(super) verdict: Badge,
    /// Where on the page it is seen, and what the link is called.
    pub(super) link: String,
    pub(super) place: String,
    /// What was to hold; nothing where what was seen says it all.
    pub(super) name: String,
    pub(super) got: String,
    pub(super) difference: Option<String>,
    pub(super) alike: usize,
}

impl Causes {
    /// `place` says where a finding is seen.
    pub(super) fn of(
        report: &PlayReport,
        findings: &[Finding],
        place: impl Fn(&Finding) -> Option<String>,
    ) -> Self {
        let causes = by_cause(report.red());
        let rest = causes.iter().skip(SHOWN).map(|(_, alike)| alike + 1);
        let more = rest.sum();
        let shown = causes.into_iter().take(SHOWN);
        Self {
            all: shown
                .map(|(check, alike)| cause(check, alike, findings, &place))
                .collect(),
            more,
        }
    }
}

fn cause(
    check: &Check,
    alike: usize,
    findings: &[Finding],
    place: &impl Fn(&Finding) -> Option<String>,
) -> Cause {
    let found = match check.kind {
        CheckKind::Audit(surface) if check.verdict != Verdict::CannotTell => {
            let mut there = findings.iter().filter(|one| one.surface == surface);
            there.next().and_then(place)
        }
        _ => None,
    };
    let (link, place) = match (&found, &check.step) {
        (Some(link), _) => (link.clone(), "see it".to_owned()),
        (None, Some(step)) => (format!("#s{}", step.0), format!("step {}", step.0)),
        (None, None) => ("#end".to_owned(), "checks of the whole play".to_owned()),
    };
    let evidence = &check.evidence;
    let name = match (&found, evidence.got.is_empty()) {
        (Some(_), false) => String::new(),
        _ => visible(&check.name),
    };
    Cause {
        verdict: Badge::of_check(check.verdict),
        link,
        place,
        name,
        got: visible(&evidence.got),
        difference: evidence.difference.as_deref().map(visible),
        alike,
    }
}
