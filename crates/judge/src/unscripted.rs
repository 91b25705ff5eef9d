//! A play that somebody interfered with says nothing about the scenario from there on.

use super::aftermath::doubt;
use super::all;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use timeline::{ControlCommand, Event, Kind};

/// What was done by hand, and where.
fn commands(events: &[Event]) -> impl Iterator<Item = (u64, &ControlCommand)> {
    events.iter().filter_map(|event| match &event.kind {
        Kind::Unscripted { ask, refused: None } => Some((event.n, ask)),
        _ => None,
    })
}

/// Whether a participant was ended by hand before that event.
pub(super) fn ended(view: &View<'_>, who: &str, n: u64) -> bool {
    commands(view.events)
        .any(|(at, ask)| at < n && matches!(ask, ControlCommand::Kill { client } if client == who))
}

/// Where somebody interfered: what failed before stays a failure; what did not hold after
/// cannot be separated from what was done by hand. What was found by a search, and who survived,
/// stands; and the play does not pass.
pub(super) fn judge(view: &View<'_>, checks: &mut Vec<Check>) {
    let commands: Vec<(u64, &ControlCommand)> = commands(view.events).collect();
    let Some((first, _)) = commands.first() else {
        return;
    };
    let why = "somebody had interfered before: UNSCRIPTED";
    let all = |before: &View<'_>| all(before, &[], None);
    doubt(view, checks, (*first, why), all, |check| {
        matches!(check.kind, CheckKind::Audit(_) | CheckKind::Orphans)
    });
    checks.insert(0, labelled(&commands));
}

fn labelled(commands: &[(u64, &ControlCommand)]) -> Check {
    let done: Vec<String> = commands.iter().map(|(_, ask)| ask.sentence()).collect();
    Check {
        kind: CheckKind::Scripted,
        name: "UNSCRIPTED: only what is in the scenario happens".to_owned(),
        step: None,
        line: None,
        verdict: Verdict::CannotTell,
        evidence: Evidence {
            expected: "nobody interferes; what was typed by hand is not searched for".to_owned(),
            got: done.join("; "),
            ..Evidence::default()
        },
    }
}
