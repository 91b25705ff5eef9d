//! Checks of the whole play.

use std::collections::BTreeMap;
use std::ops::Range;

use super::evidence::{difference, just_before};
use super::facts::first_sign_of_end;
use super::verdict::{Check, CheckKind, Evidence, PlayVerdict, Verdict};
use super::view::View;
use super::{limits, play_verdict, unscripted};
use crate::snapshot::Comparison;
use scenario::plan::{Action, PlannedStep};
use scenario::{LeaveHow, RelayAction, RelayDoes};
use timeline::{Ended, Kind, StepResult, Stream};

/// SIGINT, SIGKILL and SIGTERM: how the stage asks, and what it does when nobody listens.
const ASKED: [i32; 3] = [2, 9, 15];

pub(super) fn whole(kind: CheckKind, name: &str, verdict: Verdict, evidence: Evidence) -> Check {
    Check {
        kind,
        name: name.to_owned(),
        step: None,
        line: None,
        verdict,
        evidence,
    }
}

/// A play that was to fail has passed.
pub(super) fn passes_unexpectedly(reason: &str) -> Check {
    let evidence = Evidence {
        expected: format!("it is expected to fail: {reason}"),
        got: "everything passed; take `xfail` out of the scenario".to_owned(),
        ..Evidence::default()
    };
    whole(
        CheckKind::Xfail,
        "it fails, as the scenario expects",
        Verdict::Fail,
        evidence,
    )
}

/// That the play ended by itself; said only when it did not.
pub(super) fn in_time(view: &View<'_>) -> Option<Check> {
    view.events.iter().find_map(|event| {
        let Kind::Overdue { limit, awaited } = &event.kind else {
            return None;
        };
        let evidence = Evidence {
            expected: format!("the play ends within {limit:?}"),
            got: format!("still waiting {awaited}"),
            just_before: just_before(view, event.n),
            event: Some(event.n),
            ..Evidence::default()
        };
        let name = "the play ends in time";
        Some(whole(CheckKind::InTime, name, Verdict::Fail, evidence))
    })
}

/// A timeline that does not hold the whole play shows no more than that nothing failed in the
/// part that it holds. So it is where a replay mends what the stage had to stop at.
pub(super) fn incomplete(view: &View<'_>, checks: &mut Vec<Check>) {
    if play_verdict(checks) != PlayVerdict::Pass {
        return;
    }
    let has_ended = |step: &&PlannedStep| view.step(&step.id).is_some_and(|s| s.ended.is_some());
    let mut rest = view.all_steps().skip_while(has_ended);
    let got = match rest.next() {
        Some(step) => {
            let more = match rest.count() {
                0 => String::new(),
                more => format!(" (and {more} after it)"),
            };
            format!(
                "step {}{more} was not played to its end: {}; nothing failed before it; play it again",
                step.id.0, step.sentence
            )
        }
        None if !view.events.iter().any(|event| event.kind == Kind::Stopping) => {
            "the timeline ends before the play does".to_owned()
        }
        None => return,
    };
    checks.push(cut_short(got));
}

/// The timeline does not hold the whole play.
pub(super) fn cut_short(got: String) -> Check {
    let evidence = Evidence {
        expected: "every step is played".to_owned(),
        got,
        ..Evidence::default()
    };
    let name = "the timeline holds the whole play";
    whole(CheckKind::Complete, name, Verdict::CannotTell, evidence)
}

/// Participants that did not get ready.
pub(super) fn ready(view: &View<'_>) -> Vec<Check> {
    let failed = view.events.iter().filter_map(|event| match &event.kind {
        Kind::NotReady { who, why, .. } => Some((event.n, who, why)),
        _ => None,
    });
    failed
        .map(|(n, who, why)| {
            let evidence = Evidence {
                expected: format!("{who} gets ready"),
                got: why.clone(),
                just_before: just_before(view, n),
                event: Some(n),
                look_at: view.output_of(who, [Stream::Stderr, Stream::Stdout]),
                ..Evidence::default()
            };
            whole(
                CheckKind::Ready(who.clone()),
                &format!("{who} gets ready"),
                Verdict::Fail,
                evidence,
            )
        })
        .collect()
}

/// No program ended when nothing had ended it.
pub(super) fn endings(view: &View<'_>) -> Vec<Check> {
    let mut bad: BTreeMap<&str, (u64, Ended)> = BTreeMap::new();
    for event in view.events.iter().filter(|event| event.n < view.stopping) {
        if let Kind::Exited { who, how } = &event.kind
            && !is_explained(view, who, *how, event.n)
        {
            bad.entry(who).or_insert((event.n, *how));
        }
    }
    let mut checks = vec![relay_lives(view, bad.remove("relay"))];
    checks.extend(bad.into_iter().map(|(who, (n, how))| {
        let evidence = died(view, who, n, how);
        let name = if is_asked_to_end(view, who, n) {
            format!("{who} ends as it was asked to")
        } else {
            format!("{who} does not end by itself")
        };
        whole(
            CheckKind::Ending(who.to_owned()),
            &name,
            Verdict::Fail,
            evidence,
        )
    }));
    checks
}

/// Whether a step before that event asked a client to end.
fn is_asked_to_end(view: &View<'_>, who: &str, n: u64) -> bool {
    let mut begun = view
        .all_steps()
        .filter(|step| view.step(&step.id).is_some_and(|span| span.began < n));
    begun.any(|step| matches!(&step.action, Action::Leave { client, .. } if client == who))
}

fn relay_lives(view: &View<'_>, died_at: Option<(u64, Ended)>) -> Check {
    let verdict = if died_at.is_some() {
        Verdict::Fail
    } else {
        Verdict::Pass
    };
    let evidence = died_at.map(|(n, how)| Evidence {
        event: Some(first_sign_of_end(view, n)),
        ..died(view, "relay", n, how)
    });
    let evidence = evidence.unwrap_or_default();
    whole(
        CheckKind::RelayLives,
        "the relay keeps running",
        verdict,
        evidence,
    )
}

fn died(view: &View<'_>, who: &str, n: u64, how: Ended) -> Evidence {
    Evidence {
        expected: format!("{who} runs to the end"),
        got: format!("{who} {how}"),
        just_before: just_before(view, n),
        look_at: view.output_of(who, [Stream::Stderr, Stream::Stdout]),
        event: Some(n),
        ..Evidence::default()
    }
}

/// Whether a step before that event made the participant end, or it never got ready, which
/// is a check of its own.
fn is_explained(view: &View<'_>, who: &str, how: Ended, n: u64) -> bool {
    if has_own_check(view, who, n) {
        return true;
    }
    // Its relay has died; that is a check as well. Which of the two ends is seen first is
    // luck.
    if who != "relay" && relay_died(view) && matches!(how, Ended::Exit(_)) {
        return true;
    }
    // What a hostile relay does may end a client, but not by a crash.
    if who != "relay" && view.plan.does != RelayDoes::Nothing && matches!(how, Ended::Exit(_)) {
        return true;
    }
    let begun = |step: &PlannedStep| view.step(&step.id).is_some_and(|s| s.began < n);
    match last_end_of_relay(view, n) {
        Some((began, action)) if who == "relay" => return ends_relay(view, action, how, began..n),
        // Clients may end when their relay is going, but not crash.
        Some(_) if matches!(how, Ended::Exit(_)) => return true,
        Some(_) | None => {}
    }
    // A refused login and a disconnection end a client with a status of its own; a crash
    // ends it by a signal.
    view.all_steps()
        .filter(|step| begun(step))
        .any(|step| match &step.action {
            Action::Leave { client, how: left } if client == who => match left {
                LeaveHow::Kill | LeaveHow::Vanish => true,
                LeaveHow::Quit | LeaveHow::Eof => how == Ended::Exit(0),
                LeaveHow::Reset => matches!(how, Ended::Exit(_)),
            },
            Action::Fault { clients, fault, .. } if clients.iter().any(|one| one == who) => {
                fault.can_end() && matches!(how, Ended::Exit(_))
            }
            Action::Join { client } if client == who => {
                let exits = step
                    .expects
                    .iter()
                    .any(|one| one.pattern == scenario::plan::Pattern::Exits);
                let ends = matches!(how, Ended::Exit(_));
                (exits && ends) || makes_way(view, step, who, n)
            }
            _ => false,
        })
        || is_preparation(view, who, n)
}

/// Whether a client's program ended for its next one: within the step in which it joins again, and
/// before anything was started there.
fn makes_way(view: &View<'_>, step: &PlannedStep, who: &str, n: u64) -> bool {
    let Some(span) = view.step(&step.id) else {
        return false;
    };
    let is_in_step = span.began < n && span.ended.is_none_or(|ended| n < ended);
    let mut since = view
        .events
        .iter()
        .filter(|event| (span.began..n).contains(&event.n));
    is_in_step
        && !since.any(|event| matches!(&event.kind, Kind::Started { who: one, .. } if one == who))
}

/// Whether another check says what became of a participant before that event: it never got ready,
/// was ended by hand, or used too much.
pub(super) fn has_own_check(view: &View<'_>, who: &str, n: u64) -> bool {
    let not_ready = view
        .events
        .iter()
        .any(|event| matches!(&event.kind, Kind::NotReady { who: other, .. } if other == who));
    not_ready || unscripted::ended(view, who, n) || limits::ended_for_it(view, who, n)
}

/// Whether the relay has ended when no step had ended it.
fn relay_died(view: &View<'_>) -> bool {
    let ends = view.events.iter().filter(|event| event.n < view.stopping);
    let mut ends = ends.filter_map(|event| match &event.kind {
        Kind::Exited { who, how } if who == "relay" => Some((event.n, *how)),
        _ => None,
    });
    ends.any(|(n, how)| !is_explained(view, "relay", how, n))
}

/// The last step before that event that ends the relay, and where it began.
fn last_end_of_relay(view: &View<'_>, n: u64) -> Option<(u64, RelayAction)> {
    let ends = view.all_steps().filter_map(|step| match step.action {
        Action::Relay {
            action: action @ (RelayAction::Kill | RelayAction::Restart | RelayAction::Stop),
        } => Some((view.step(&step.id)?.began, action)),
        _ => None,
    });
    ends.filter(|(began, _)| *began < n)
        .max_by_key(|(began, _)| *began)
}

/// Whether a step explains how the relay ended: once, and as the step makes it end.
fn ends_relay(view: &View<'_>, action: RelayAction, how: Ended, since: Range<u64>) -> bool {
    let again = view.events.iter().any(|event| {
        since.contains(&event.n)
            && matches!(&event.kind, Kind::Exited { who, .. } if who == "relay")
    });
    let asked = match how {
        Ended::Exit(_) => true,
        Ended::Signal(signal) => ASKED.contains(&signal) || action == RelayAction::Kill,
    };
    asked && !again
}

/// Commands that run before a client starts end, of course.
fn is_preparation(view: &View<'_>, who: &str, n: u64) -> bool {
    let later_start = view.events.iter().any(|event| {
        event.n > n && matches!(&event.kind, Kind::Started { who: other, .. } if other == who)
    });
    let shown = view
        .shown(who)
        .any(|shown| shown.n < n && shown.seen.is_some());
    later_start && !shown
}

/// Nothing survived.
pub(super) fn orphans(view: &View<'_>) -> Check {
    let survivors: Vec<String> = view
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Orphan { pid, command } => Some(format!("{command} (pid {pid})")),
            _ => None,
        })
        .collect();
    let verdict = if survivors.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Fail
    };
    let evidence = Evidence {
        expected: "no process is left when the play has ended".to_owned(),
        got: format!("ORPHAN {}; killed", survivors.join(", ")),
        ..Evidence::default()
    };
    let evidence = if survivors.is_empty() {
        Evidence::default()
    } else {
        evidence
    };
    whole(
        CheckKind::Orphans,
        "no process is left over",
        verdict,
        evidence,
    )
}

/// Each stored snapshot is as it was. A play that failed in its steps is not compared: the
/// texts differ for the same reason.
pub(super) fn snapshots(view: &View<'_>, compared: &[(String, String, Comparison)]) -> Vec<Check> {
    let held = |step: &PlannedStep| {
        view.step(&step.id)
            .is_some_and(|span| span.result == Some(StepResult::Held))
    };
    if !view.all_steps().all(held) {
        return Vec::new();
    }
    compared
        .iter()
        .map(|(kind, now, comparison)| {
            let file = format!("{kind}.txt");
            let name = format!("the {kind} matches its snapshot");
            let evidence = match comparison {
                Comparison::Same => Evidence::default(),
                Comparison::Missing => Evidence {
                    expected: "a stored snapshot".to_owned(),
                    got: "none is stored yet; read it, then rerun with --accept".to_owned(),
                    look_at: Some(file),
                    ..Evidence::default()
                },
                Comparison::Different { stored } => Evidence {
                    expected: "the stored snapshot".to_owned(),
                    got: first_different_line(stored, now),
                    difference: difference(stored, now),
                    look_at: Some(file),
                    ..Evidence::default()
                },
            };
            let verdict = match comparison {
                Comparison::Same => Verdict::Pass,
                Comparison::Missing | Comparison::Different { .. } => Verdict::Fail,
            };
            let line = match comparison {
                Comparison::Different { stored } => line_of_difference(view, stored, now),
                Comparison::Same | Comparison::Missing => None,
            };
            Check {
                line,
                ..whole(CheckKind::Snapshot(kind.clone()), &name, verdict, evidence)
            }
        })
        .collect()
}

/// The line of the step in whose part of a snapshot the first difference stands.
fn line_of_difference(view: &View<'_>, stored: &str, now: &str) -> Option<usize> {
    let mut stored = stored.lines();
    let same = now
        .lines()
        .take_while(|line| stored.next() == Some(line))
        .count();
    let headings = now
        .lines()
        .take(same + 1)
        .filter_map(|line| line.strip_prefix("## "));
    let (id, _) = headings.last()?.split_once(' ')?;
    Some(view.all_steps().find(|step| step.id.0 == id)?.line)
}

fn first_different_line(stored: &str, now: &str) -> String {
    let pairs = stored.lines().zip(now.lines()).enumerate();
    let first = pairs.into_iter().find(|(_, (a, b))| a != b);
    match first {
        Some((line, (was, is))) => format!("line {}: was {was:?}, is {is:?}", line + 1),
        None => format!(
            "{} lines instead of {}",
            now.lines().count(),
            stored.lines().count()
        ),
    }
}
