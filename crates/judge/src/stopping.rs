//! Who is asked to end does so, and does not crash over it.

use super::evidence::just_before;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use super::whole;
use timeline::{Ended, Event, Kind, Stream, seconds};

/// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV and SIGSYS: nobody asks for these; they are what
/// a program ends itself with, or is ended with for what it has just done.
const CRASHES: [i32; 7] = [4, 5, 6, 7, 8, 11, 31];

/// One check for each that had to be made to end, or crashed when the play was over.
pub(super) fn checks(view: &View<'_>) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for event in view.events {
        let Some((who, got)) = not_in_order(view, event) else {
            continue;
        };
        let kind = CheckKind::Stopping(who.to_owned());
        if checks.iter().any(|check| check.kind == kind) {
            continue;
        }
        checks.push(Check {
            kind,
            name: format!("{who} shuts down cleanly when asked to"),
            step: None,
            line: None,
            verdict: Verdict::Fail,
            evidence: Evidence {
                expected: format!("{who} ends by itself"),
                got,
                just_before: just_before(view, event.n),
                look_at: view.output_of(who, [Stream::Stderr, Stream::Stdout]),
                event: Some(event.n),
                ..Evidence::default()
            },
        });
    }
    checks
}

/// Who does not end in order with this event, and how.
fn not_in_order<'e>(view: &View<'_>, event: &'e Event) -> Option<(&'e str, String)> {
    match &event.kind {
        Kind::Deaf {
            who,
            request,
            within,
            terminated,
        } => {
            let within = seconds(*within);
            let then = if *terminated {
                "sent SIGTERM"
            } else {
                "killed"
            };
            let got = format!("{who} kept running for {within} after {request} and was {then}");
            Some((who, got))
        }
        // Ends before that are checked with the steps.
        Kind::Exited { who, how } if event.n > view.stopping && is_crash(*how) => {
            let is_new = !whole::has_own_check(view, who, event.n);
            is_new.then(|| (who.as_str(), format!("{who} {how}")))
        }
        _ => None,
    }
}

fn is_crash(how: Ended) -> bool {
    matches!(how, Ended::Signal(signal) if CRASHES.contains(&signal))
}
