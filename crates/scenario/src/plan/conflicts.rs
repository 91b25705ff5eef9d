//! What one step forbids and another one asks for.

use super::action::{Action, PlannedStep};
use super::expectation::{Expectation, Mode, Pattern};
use timeline::EventKind;

/// A text that was for one may be said to all later on, word for word. Where a client is to
/// show it then, that it never shows it as a private message is all that can be asked.
pub(super) fn resolve_conflicts(steps: &mut [PlannedStep]) {
    let mut asked = Vec::new();
    visit(steps, &mut |step| {
        for one in &step.expects {
            if let (Mode::Once, Pattern::Event { event, captures }) = (one.mode, &one.pattern)
                && let Some(text) = captures.get("text")
            {
                asked.push((one.client.clone(), *event, text.clone()));
            }
        }
    });
    visit(steps, &mut |step| {
        // Only what a message forbids by itself: what an author writes stands.
        if let Some(sent) = step.sent.clone() {
            step.expects
                .retain_mut(|one| stays(one, &asked, &sent.text));
        }
    });
}

/// Weakens an expectation where it must be; false when nothing is left of it.
fn stays(one: &mut Expectation, asked: &[(String, EventKind, String)], sent: &str) -> bool {
    let Pattern::Contains(text) = &one.pattern else {
        return true;
    };
    if one.mode != Mode::Never || text != sent {
        return true;
    }
    let contrary = |kind: EventKind| {
        asked.iter().any(|(client, event, shown)| {
            *client == one.client && *event == kind && shown.contains(text.as_str())
        })
    };
    if contrary(EventKind::Private) {
        return false;
    }
    if contrary(EventKind::Message) {
        let captures = [("text".to_owned(), text.clone())];
        one.sentence.push_str(" as a private message");
        one.pattern = Pattern::Event {
            event: EventKind::Private,
            captures: captures.into(),
        };
    }
    true
}

fn visit(steps: &mut [PlannedStep], each: &mut impl FnMut(&mut PlannedStep)) {
    for step in steps {
        each(step);
        if let Action::All { steps } = &mut step.action {
            visit(steps, each);
        }
    }
}
