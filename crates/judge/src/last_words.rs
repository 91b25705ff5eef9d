//! The relay delivers to the end: what is said after the last step is shown as well.

use super::evidence::just_before;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use scenario::RelayAction;
use scenario::plan::{Action, Fence};
use timeline::{Kind, StepResult, Stream};

const NAME: &str = "a message sent after the last step arrives";

/// The check; none where nobody had anything to say, or somebody had no way to hear it.
pub(super) fn check(view: &View<'_>) -> Option<Check> {
    let held = |id| {
        view.step(id)
            .is_some_and(|span| span.result == Some(StepResult::Held))
    };
    let closing = view
        .events
        .iter()
        .rfind(|event| event.kind == Kind::Closing)?
        .n;
    let is_whole = view.all_steps().all(|step| held(&step.id));
    let stops = view.events.iter().any(|event| event.kind == Kind::Stopping);
    if !is_whole || !stops || !serves(view) {
        return None;
    }
    let said = view.plan.closing.fences.iter();
    let said =
        said.filter(|fence| is_connected(view, &fence.from) && is_typed(view, fence, closing));
    let awaited = said.flat_map(|fence| {
        let observers = fence.observers.iter();
        let there = observers.filter(|who| is_connected(view, who));
        there.map(move |who| (fence, who.as_str()))
    });
    let awaited: Vec<(&Fence, &str)> = awaited.collect();
    let is_shown = |(fence, who): &&(&Fence, &str)| {
        let mut lines = view.shown(who);
        lines.any(|line| line.n > closing && line.text.contains(&fence.text))
    };
    let missing = awaited.iter().find(|one| !is_shown(one));
    let (verdict, evidence) = match (missing, awaited.is_empty()) {
        (Some((fence, who)), _) => (Verdict::Fail, lost(view, fence, who)),
        (None, true) => return None,
        (None, false) => (Verdict::Pass, Evidence::default()),
    };
    Some(Check {
        kind: CheckKind::LastWords,
        name: NAME.to_owned(),
        step: None,
        line: None,
        verdict,
        evidence,
    })
}

fn lost(view: &View<'_>, fence: &Fence, who: &str) -> Evidence {
    let from = &fence.from;
    Evidence {
        expected: format!("after the last step {from} types one more line, and {who} shows it"),
        got: format!(
            "{who} never showed {:?}; both are still connected: the relay has stopped delivering",
            fence.text
        ),
        just_before: just_before(view, view.stopping),
        look_at: view.output_of(who, [Stream::Stdout, Stream::Stderr]),
        event: Some(view.stopping),
        ..Evidence::default()
    }
}

/// The relay runs until it is stopped.
fn serves(view: &View<'_>) -> bool {
    let mut running = true;
    for step in view.all_steps() {
        if let Action::Relay { action } = &step.action {
            running = matches!(
                action,
                RelayAction::Restart | RelayAction::Start | RelayAction::Thaw
            );
        }
    }
    let last = view.events.iter().rfind(|event| {
        event.n < view.stopping
            && matches!(&event.kind, Kind::Exited { who, .. } | Kind::Started { who, .. } if who == "relay")
    });
    running && !last.is_some_and(|event| matches!(event.kind, Kind::Exited { .. }))
}

/// The line was typed.
fn is_typed(view: &View<'_>, fence: &Fence, closing: u64) -> bool {
    view.events.iter().any(|event| {
        event.n > closing
            && matches!(&event.kind, Kind::Typed { who, line } if *who == fence.from && line.contains(&fence.text))
    })
}

/// A client has a connection to the end, and nothing is wrong with it.
fn is_connected(view: &View<'_>, who: &str) -> bool {
    let mut is_open = false;
    let mut has_fault = false;
    for event in view.events.iter().filter(|event| event.n < view.stopping) {
        match &event.kind {
            Kind::LinkOpened { link } if link == who => is_open = true,
            Kind::LinkClosed { link, .. } if link == who => is_open = false,
            Kind::Exited { who: gone, .. } if gone == who => is_open = false,
            _ => {}
        }
    }
    for step in view.all_steps() {
        let concerns = |clients: &[String]| clients.iter().any(|client| client == who);
        match &step.action {
            Action::Fault { clients, .. } if concerns(clients) => has_fault = true,
            Action::Heal { clients } if concerns(clients) => has_fault = false,
            _ => {}
        }
    }
    is_open && !has_fault
}
