//! What a line counted as that came instead of the awaited event: where it should have been
//! that one, the adapter's patterns are to be mended.

use super::evidence::brief;
use super::view::{Shown, View};
use matching::{CompiledPattern, Recogniser};
use scenario::plan::{Expectation, Pattern};

/// A line that would have done, had another pattern of the adapter not come first.
pub(super) fn taken(view: &View<'_>, one: &Expectation, since: &[Shown<'_>]) -> Option<String> {
    let Pattern::Event { event, .. } = &one.pattern else {
        return None;
    };
    let spec = &view.plan.adapter_of(&one.client).client;
    let recogniser = Recogniser::new(spec);
    let pattern = CompiledPattern::new(&one.pattern, spec.escapes);
    since.iter().find_map(|shown| {
        let counted = shown.seen.filter(|seen| seen.event != *event)?.event;
        let other = recogniser.seen_as(*event, shown.text)?;
        let (first, awaited) = (counted.word(), event.word());
        pattern.matches(shown.text, Some(&other)).then(|| {
            format!(
                "{} printed {:?}, which matches both `{first}` and `{awaited}` of its adapter; it \
                 counted as `{first}`, the first in the alphabet: let only one of them match",
                one.client,
                brief(shown.text)
            )
        })
    })
}

/// What the line that came nearest counts as, where that is not what was awaited; empty where
/// it is, or where nobody asked for an event.
pub(super) fn instead(view: &View<'_>, one: &Expectation, shown: &Shown<'_>) -> String {
    let Pattern::Event { event, .. } = &one.pattern else {
        return String::new();
    };
    let events = &view.plan.adapter_of(&one.client).client.events;
    let patterns = events.get(event).map(ToString::to_string);
    let awaited = format!("`{}` is {}", event.word(), patterns.unwrap_or_default());
    match shown.seen {
        Some(seen) if seen.event == *event => String::new(),
        Some(seen) => format!(", which counts as `{}`; {awaited}", seen.event.word()),
        None => format!(", which matches no event of its adapter; {awaited}"),
    }
}
