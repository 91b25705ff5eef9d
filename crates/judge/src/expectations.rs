//! What each step expected.

use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;
use std::time::Duration;

use super::counted;
use super::evidence::{brief, difference, just_before};
use super::facts::known;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::{Shown, View};
use scenario::LeaveHow;
use scenario::plan::{Action, Expectation, Mode, Pattern, PlannedStep};
use timeline::{EventKind, ExpectationId, Kind, StepResult, Stream, seconds};

/// Where to look for what somebody did not show.
const SHOWN: [Stream; 2] = [Stream::Stdout, Stream::Stderr];

/// One check for each expectation of every step that was reached.
/// `history` are lines that show once more what was shown before, as they may.
pub(super) fn checks(view: &View<'_>, history: &BTreeSet<u64>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut not_reached = 0;
    for step in view.all_steps() {
        match view.step(&step.id).map(|span| &span.result) {
            None => not_reached += 1,
            Some(Some(StepResult::Impossible(why))) => checks.push(impossible(view, step, why)),
            Some(Some(_)) => checks.extend(
                step.expects
                    .iter()
                    .map(|one| check(view, step, one, history)),
            ),
            Some(None) => {
                checks.extend(
                    step.expects
                        .iter()
                        .map(|one| unfinished(view, step, one, history)),
                );
            }
        }
    }
    if let Some(failed) = checks
        .iter_mut()
        .find(|check| check.verdict == Verdict::Fail)
        && not_reached > 0
    {
        let rest = format!("; {not_reached} later steps were not reached");
        failed.evidence.got.push_str(&rest);
    }
    checks
}

/// The expectations that these checks say have failed.
pub(super) fn failed<'a>(view: &View<'a>, checks: &[Check]) -> Vec<&'a Expectation> {
    let failed = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fail)
        .filter_map(|check| match &check.kind {
            CheckKind::Expectation(id) => Some(id),
            _ => None,
        });
    let failed: BTreeSet<&ExpectationId> = failed.collect();
    let all = view.all_steps().flat_map(|step| &step.expects);
    all.filter(|one| failed.contains(&one.id)).collect()
}

/// A step that could not be done.
pub(super) fn impossible(view: &View<'_>, step: &PlannedStep, why: &str) -> Check {
    Check {
        kind: CheckKind::Expectation(ExpectationId(format!("{}/done", step.id.0))),
        name: step.sentence.clone(),
        step: Some(step.id.clone()),
        line: Some(step.line),
        verdict: Verdict::Fail,
        evidence: Evidence {
            expected: "the step can be done".to_owned(),
            got: why.to_owned(),
            event: view.step(&step.id).and_then(|span| span.ended),
            ..Evidence::default()
        },
    }
}

/// One expectation of a step that was reached.
pub(super) fn check(
    view: &View<'_>,
    step: &PlannedStep,
    one: &Expectation,
    history: &BTreeSet<u64>,
) -> Check {
    let (verdict, evidence) = match one.mode {
        Mode::Never => never(view, step, one),
        Mode::Eventually | Mode::Once => awaited(view, step, one, history),
    };
    Check {
        kind: CheckKind::Expectation(one.id.clone()),
        name: one.sentence.clone(),
        step: Some(step.id.clone()),
        line: Some(step.line),
        verdict,
        evidence,
    }
}

/// One expectation of a step in the middle of which the timeline ends: what should come may have
/// come a moment later. What must not come, and came, came.
fn unfinished(
    view: &View<'_>,
    step: &PlannedStep,
    one: &Expectation,
    history: &BTreeSet<u64>,
) -> Check {
    let mut check = check(view, step, one, history);
    if check.verdict != Verdict::Fail || one.mode != Mode::Never {
        check.verdict = Verdict::CannotTell;
        check.evidence = Evidence {
            expected: one.sentence.clone(),
            got: "the timeline ends in the middle of this step".to_owned(),
            ..Evidence::default()
        };
    }
    check
}

fn awaited(
    view: &View<'_>,
    step: &PlannedStep,
    one: &Expectation,
    history: &BTreeSet<u64>,
) -> (Verdict, Evidence) {
    let span = view.step(&step.id);
    let missing = match span.and_then(|span| span.result.as_ref()) {
        Some(StepResult::Missing(list)) => list.contains(&one.id),
        Some(StepResult::Held) => false,
        Some(StepResult::Impossible(_)) | None => true,
    };
    if missing {
        let began = span.map_or(0, |span| span.began);
        let ended = span.and_then(|span| span.ended).unwrap_or(view.stopping);
        return (Verdict::Fail, absent(view, began..ended, one));
    }
    if one.mode != Mode::Once {
        return (Verdict::Pass, Evidence::default());
    }
    let wanted = view.times_expected(one);
    let matching = view.matching(one);
    let mut counted = matching.iter().filter(|shown| !history.contains(&shown.n));
    let count = if history.is_empty() {
        matching.len()
    } else {
        counted.clone().count()
    };
    if count == wanted {
        return (Verdict::Pass, Evidence::default());
    }
    let last = counted.next_back();
    let evidence = Evidence {
        expected: format!("{}, {} in the whole play", one.sentence, times(wanted)),
        got: format!("{} showed it {}", one.client, times(count)),
        just_before: last
            .map(|shown| just_before(view, shown.n))
            .unwrap_or_default(),
        look_at: view.output_of(&one.client, SHOWN),
        event: last.map(|shown| shown.n),
        ..Evidence::default()
    };
    (Verdict::Fail, evidence)
}

fn times(count: usize) -> String {
    if count == 1 {
        "1 time".to_owned()
    } else {
        format!("{count} times")
    }
}

/// Why something awaited has not come: the nearest miss, and the silence.
pub(super) fn absent(view: &View<'_>, when: Range<u64>, one: &Expectation) -> Evidence {
    let ended = when.end;
    let since: Vec<Shown<'_>> = view
        .shown(&one.client)
        .filter(|shown| shown.n > when.start && shown.n < ended)
        .collect();
    let wanted = in_words(&one.pattern);
    let nearest = since
        .iter()
        .max_by(|a, b| strsim::jaro(&wanted, a.text).total_cmp(&strsim::jaro(&wanted, b.text)));
    let text = expected_text(&one.pattern);
    let astray = text
        .as_ref()
        .and_then(|text| on_stderr(view, &one.client, text, when.clone()));
    let elsewhere = counted::taken(view, one, &since).or(astray);
    let is_elsewhere = elsewhere.is_some();
    let got = match nearest {
        _ if elsewhere.is_some() => elsewhere.unwrap_or_default(),
        Some(shown) => format!(
            "{} printed {:?}{}",
            one.client,
            brief(shown.text),
            counted::instead(view, one, shown)
        ),
        None => silence(view, &one.client, ended),
    };
    // Where the line came and counted as something else, nothing more is to be known.
    let facts = if is_elsewhere {
        Vec::new()
    } else {
        known(view, one, &when)
    };
    let guess = guess(view, &one.client, when).map(str::to_owned);
    let got: Vec<String> = iter::once(got).chain(facts).chain(guess).collect();
    let shown_text = nearest.and_then(|shown| {
        let captures = &shown.seen?.captures;
        captures.get("text").cloned()
    });
    Evidence {
        expected: format!("{} within {:?}", one.sentence, one.within),
        got: got.join("; "),
        difference: text
            .zip(shown_text)
            .and_then(|(text, shown)| difference(&text, &shown)),
        just_before: just_before(view, ended),
        look_at: view.output_of(&one.client, SHOWN),
        event: Some(ended),
    }
}

/// What the stage thought of it.
pub(super) fn guess<'a>(view: &View<'a>, who: &str, when: Range<u64>) -> Option<&'a str> {
    view.events.iter().find_map(|event| match &event.kind {
        Kind::Guess { who: origin, why } if origin == who && when.contains(&event.n) => {
            Some(why.as_str())
        }
        _ => None,
    })
}

/// The line with the text, where it was printed on the wrong stream.
fn on_stderr(view: &View<'_>, who: &str, text: &str, when: Range<u64>) -> Option<String> {
    view.events.iter().find_map(|event| match &event.kind {
        Kind::Line {
            who: origin,
            stream: Stream::Stderr,
            text: line,
            ..
        } if origin == who && when.contains(&event.n) && line.contains(text) => Some(format!(
            "{who} printed it on standard error, where nobody looks for it: {:?}",
            brief(line)
        )),
        _ => None,
    })
}

fn silence(view: &View<'_>, who: &str, until: u64) -> String {
    let at = |n: u64| {
        view.events
            .iter()
            .rfind(|event| event.n <= n)
            .map_or(0, |event| event.t)
    };
    let ended = view
        .events
        .iter()
        .rev()
        .find_map(|event| match &event.kind {
            Kind::Exited { who: gone, how } if gone == who && event.n <= until => Some(how),
            _ => None,
        });
    if let Some(how) = ended {
        return format!("{who} printed nothing; its process {how}");
    }
    if view.events.iter().any(|event| {
        let closed = Kind::OutputEnded {
            who: who.to_owned(),
            stream: Stream::Stdout,
        };
        event.n <= until && event.kind == closed
    }) {
        return format!("{who} has closed its standard output; its process still runs");
    }
    let before = view.shown(who).filter(|shown| shown.n <= until);
    let last = before.filter(|shown| !shown.text.trim().is_empty()).last();
    let since = last.map_or(0, |shown| shown.t);
    let quiet = seconds(Duration::from_nanos(at(until).saturating_sub(since)));
    let last = last.map_or("nothing at all".to_owned(), |shown| {
        format!("{:?}", brief(shown.text))
    });
    format!("no line from {who} for {quiet}; its last: {last}")
}

fn in_words(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Contains(text) | Pattern::Line(text) | Pattern::Matches(text) => text.clone(),
        Pattern::Event { event, captures } => {
            let values: Vec<&str> = captures.values().map(String::as_str).collect();
            format!("{event:?} {}", values.join(" ")).to_lowercase()
        }
        Pattern::SameFile { name, .. } => format!("file-received {name}"),
        Pattern::Exits => "exits".to_owned(),
    }
}

fn expected_text(pattern: &Pattern) -> Option<String> {
    match pattern {
        Pattern::Event { captures, .. } => captures.get("text").cloned(),
        _ => None,
    }
}

fn never(view: &View<'_>, step: &PlannedStep, one: &Expectation) -> (Verdict, Evidence) {
    let began = view.step(&step.id).map_or(0, |span| span.began);
    let matching = view.matching(one);
    let seen = matching.get(matching.partition_point(|shown| shown.n <= began));
    if let Some(shown) = seen {
        let evidence = Evidence {
            expected: one.sentence.clone(),
            got: format!("{} printed {:?}", one.client, brief(shown.text)),
            just_before: just_before(view, shown.n),
            look_at: Some(format!("out/{}.stdout", one.client)),
            event: Some(shown.n),
            ..Evidence::default()
        };
        return (Verdict::Fail, evidence);
    }
    let from = view
        .step(&step.id)
        .and_then(|span| span.ended)
        .unwrap_or(began);
    if closes(view, one, began, from) {
        return (Verdict::Pass, Evidence::default());
    }
    let evidence = Evidence {
        expected: format!("{}, closed by a later message", one.sentence),
        got: format!(
            "{} did not show it, but nothing that came later rules out that it was still on its way",
            one.client
        ),
        ..Evidence::default()
    };
    (Verdict::CannotTell, evidence)
}

/// Whether something shows that what was not shown will not come: a later message of the
/// same sender, the notice that the sender has gone, or the end of the client itself.
fn closes(view: &View<'_>, one: &Expectation, began: u64, ended: u64) -> bool {
    let about = one.about.as_deref().map(|name| view.plan.login(name));
    let comes_back_after = |n: u64| {
        let mut later = view.shown_after(&one.client, n);
        later.any(|shown| {
            shown
                .seen
                .is_some_and(|seen| seen.event == EventKind::Reconnected)
        })
    };
    let by_line = view.shown_after(&one.client, began).any(|shown| {
        let Some(seen) = shown.seen else {
            return false;
        };
        let capture = |name: &str| seen.captures.get(name).map(String::as_str);
        match seen.event {
            EventKind::Message | EventKind::Private => {
                shown.n > ended && (about.is_none() || capture("from") == about)
            }
            EventKind::Left => about.is_some() && capture("who") == about,
            // What was lost with a connection may come with the next one.
            EventKind::Disconnected => !comes_back_after(shown.n),
            _ => false,
        }
    });
    by_line || has_left(view, &one.client, began) || relay_is_gone(view, began)
}

/// A relay that has ended passes nothing on.
fn relay_is_gone(view: &View<'_>, since: u64) -> bool {
    let mut ends = view.events.iter().filter(|event| event.n >= since);
    ends.any(|event| {
        event.n < view.stopping && matches!(&event.kind, Kind::Exited { who, .. } if who == "relay")
    })
}

/// The client itself ended because a step made it.
fn has_left(view: &View<'_>, who: &str, since: u64) -> bool {
    let left = view.all_steps().any(|step| {
        matches!(&step.action, Action::Leave { client, how } if client == who && *how != LeaveHow::Vanish)
            && view.step(&step.id).is_some_and(|span| span.began >= since)
    });
    left && view.events.iter().any(|event| {
        event.n >= since
            && event.n < view.stopping
            && matches!(&event.kind, Kind::Exited { who: gone, .. } if gone == who)
    })
}
