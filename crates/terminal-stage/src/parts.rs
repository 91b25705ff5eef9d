//! A saved play, cut into what one key shows.

use report::scene::begins;
use scenario::plan::Plan;
use timeline::{Event, Kind};

/// Everything before the first step, then for each step its line and what comes of it, then
/// the end. A line that was not shown before it was typed is shown all the same.
pub(crate) fn parts(plan: &Plan, events: &[Event]) -> Vec<Vec<Event>> {
    let mut begins = begins(plan, events).into_iter().peekable();
    let first = begins.peek().map_or(events.len(), |begin| begin.shown);
    let mut parts = vec![part(events, 0, first)];
    while let Some(begin) = begins.next() {
        let end = begins.peek().map_or(events.len(), |next| next.shown);
        let shown = part(events, begin.shown, begin.begins);
        let step = part(events, begin.begins, end);
        if shown.is_empty() {
            parts.extend(composed(&step).map(|event| vec![event]));
        } else {
            parts.push(shown);
        }
        parts.push(step);
    }
    parts
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
