//! What cannot be judged any more once something has happened that no step did.

use super::verdict::{Check, CheckKind, Verdict};
use super::view::View;

/// What failed before that event stays a failure, and so does what `stands`; what did not hold after
/// it cannot be distinguished from what follows from it. `all` makes every check of a view.
pub(super) fn doubt<'a>(
    view: &View<'a>,
    checks: &mut [Check],
    (n, why): (u64, &str),
    all: impl Fn(&View<'a>) -> Vec<Check>,
    stands: impl Fn(&Check) -> bool,
) {
    let before = view.before(n);
    let stood = all(&before);
    let had_failed = |check: &Check| {
        let was_over = check.step.as_ref().is_none_or(|id| {
            let step = before.step(id);
            step.is_some_and(|span| span.ended.is_some())
        });
        // Of a load, the name of an expectation says how often it was met.
        let is_named = matches!(check.kind, CheckKind::Expectation(_));
        let same =
            |other: &&Check| other.kind == check.kind && (is_named || other.name == check.name);
        let earlier = stood.iter().find(same);
        was_over && earlier.is_some_and(|other| other.verdict == Verdict::Fail)
    };
    for check in checks {
        if check.verdict == Verdict::Fail && !stands(check) && !had_failed(check) {
            check.verdict = Verdict::CannotTell;
            check.evidence.got.push_str("; ");
            check.evidence.got.push_str(why);
        }
    }
}
