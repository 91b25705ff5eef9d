//! A saved play, cut into what one key shows.

use scenario::plan::Plan;
use timeline::{Event, Kind};

/// Everything before the first step, then for each step its line and what comes of it, then
/// the end. A line that was not shown before it was typed is shown all the same.
pub(crate) fn parts(plan: &Plan, events: &[Event]) -> Vec<Vec<Event>> {
    let mut cuts = cuts(plan, events).into_iter().peekable();
    let first = cuts.peek().map_or(events.len(), |cut| cut.shown);
    let mut parts = vec![part(events, 0, first)];
    while let Some(cut) = cuts.next() {
        let end = cuts.peek().map_or(events.len(), |next| next.shown);
        let shown = part(events, cut.shown, cut.begins);
        let step = part(events, cut.begins, end);
        if shown.is_empty() {
            parts.extend(composed(&step).map(|event| vec![event]));
        } else {
            parts.push(shown);
        }
        parts.push(step);
    }
    parts
}

/// Where a step, or the end, begins.
struct Cut {
    /// Where its line is shown, where it is.
    shown: usize,
    begins: usize,
}

fn cuts(plan: &Plan, events: &[Event]) -> Vec<Cut> {
    let begins = |event: &Event| match &event.kind {
        Kind::StepBegan { step } => plan.steps.iter().any(|top| top.id == *step),
        Kind::Closing => true,
        _ => false,
    };
    let places = events.iter().enumerate().filter(|(_, event)| begins(event));
    let places = places.map(|(place, _)| {
        let before = events.get(..place).unwrap_or_default().iter().rev();
        let is_shown = |event: &&Event| matches!(event.kind, Kind::Composed { .. });
        Cut {
            shown: place - before.take_while(is_shown).count(),
            begins: place,
        }
    });
    places.collect()
}

fn part(events: &[Event], from: usize, to: usize) -> Vec<Event> {
    events.get(from..to).unwrap_or_default().to_vec()
}

/// What a step types first.
fn composed(step: &[Event]) -> Option<Event> {
    let first = step.first()?;
    step.iter()
        .take_while(|event| !matches!(event.kind, Kind::StepEnded { .. } | Kind::Closing))
        .find_map(|event| match &event.kind {
            Kind::Typed { who, line } => Some(Event {
                n: first.n,
                t: first.t,
                kind: Kind::Composed {
                    who: who.clone(),
                    line: line.clone(),
                },
            }),
            _ => None,
        })
}
