//! What is shown, and what it is not.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use report::scene::{Scene, ScenePhase};

use crate::model::{Model, Pace, Panel, Source};

/// The words at the top.
pub(super) fn spans(model: &Model, scene: &Scene) -> Vec<Span<'static>> {
    let on = |text: String, colour: Color| {
        let style = Style::new().fg(Color::Black).bg(colour);
        Span::styled(text, style.add_modifier(Modifier::BOLD))
    };
    let mut spans = Vec::new();
    match &model.source {
        Source::Recorded(when) | Source::StandIn(when) => {
            spans.push(on(format!(" RECORDED {when} "), Color::Cyan));
        }
        Source::Live if model.past.is_some() => {}
        Source::Live if model.ending.is_some() => spans.push(on(" OVER ".to_owned(), Color::Gray)),
        Source::Live => spans.push(on(" LIVE ".to_owned(), Color::Green)),
    }
    if let Some((step, _)) = &model.past {
        let text = match step {
            0 => " PAST – before step 1 ".to_owned(),
            step => format!(" PAST – step {step} "),
        };
        spans.push(on(text, Color::Yellow));
    }
    if let Some(word) = paused(model) {
        spans.push(on(format!(" {word} "), Color::Yellow));
    }
    if !scene.by_hand.is_empty() || matches!(model.panel, Panel::ByHand { .. }) {
        spans.push(on(" UNSCRIPTED ".to_owned(), Color::Magenta));
    }
    spans
}

/// Whether it stands still, where it would go on by itself. A step that has begun goes on.
fn paused(model: &Model) -> Option<&'static str> {
    let is_shown = model.ending.is_none() && !model.is_leaving;
    if model.pace != Pace::Paused || !is_shown {
        return None;
    }
    match (&model.source, &model.show.now.phase) {
        (Source::Live, ScenePhase::Closing | ScenePhase::Stopping) => None,
        (Source::Live, ScenePhase::Step(_)) => Some("PAUSING"),
        _ => Some("PAUSED"),
    }
}
