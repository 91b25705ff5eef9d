//! What is over the stage.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use report::scene::Scene;

use super::{
    BAD, RELAY, STRONG, bytes, client_style, framed, meaning, pane, relay, story, write_lines,
};
use crate::model::{Model, Pane, Panel, panes};
use crate::wrap::wrap;

/// What each key does.
const KEYS: &[(&str, &str)] = &[
    (
        "SPACE",
        "show what is typed next; again: send it. In the past: back to now",
    ),
    ("b", "look one step back; the play continues"),
    ("a", "with --auto: wait after this step (PAUSED); continue"),
    (
        "f",
        "if something goes wrong: a saved play (RECORDED) instead; back",
    ),
    ("r", "repeat the last step (UNSCRIPTED)"),
    (
        "t",
        "take a client over: type for it, kill it, disconnect it (UNSCRIPTED)",
    ),
    (
        "x",
        "the bytes of a record, beside what its recipient reads",
    ),
    ("z", "one pane, large; TAB: the next one; arrows scroll"),
    ("s", "switch to plain lines, and back"),
    (
        "q",
        "end the play and judge it up to here; again: end at once",
    ),
    ("Ctrl-C", "end at once, without a verdict"),
];

/// Draws the panel, where there is one.
pub(crate) fn panel(model: &Model, scene: &Scene, place: Rect, buffer: &mut Buffer) {
    match &model.panel {
        Panel::None | Panel::ByHand { .. } => {}
        Panel::Bytes(open) => bytes::open(scene, open, place, buffer),
        Panel::Zoom { pane, up } => {
            let pane = panes(scene).get(*pane).copied();
            if let Some(pane) = pane {
                zoomed(model, scene, (pane, *up), place, buffer);
            }
        }
        Panel::Keys => {
            let room = usize::from(place.width).saturating_sub(6 + 9);
            let lines = KEYS.iter().flat_map(|(key, means)| {
                let keys = std::iter::once(*key).chain(std::iter::repeat(""));
                let lines = keys.zip(wrap(means, room));
                lines.map(|(key, means)| Line::raw(format!("{key:>7}  {means}")))
            });
            list("keys", lines.collect(), place, buffer);
        }
        Panel::Said { title, text } => {
            let room = usize::from(place.width).saturating_sub(6);
            let lines = wrap(text, room).into_iter().map(Line::raw);
            list(title, lines.collect(), place, buffer);
        }
        Panel::Choose(chosen) => {
            let clients = scene.clients().iter().enumerate();
            let lines = clients.map(|(nth, participant)| {
                let number = nth + 1;
                let text = format!(
                    "{number:>3}  {} ─ {}",
                    participant.name,
                    participant.status.in_words()
                );
                let style = if number == *chosen { BAD } else { STRONG };
                Line::styled(text, style)
            });
            list("take over whom?", lines.collect(), place, buffer);
        }
    }
}

/// One pane over all others.
fn zoomed(
    model: &Model,
    scene: &Scene,
    (pane, up): (Pane, usize),
    place: Rect,
    buffer: &mut Buffer,
) {
    match pane {
        Pane::RelayView => relay::view(scene, up, place, buffer),
        Pane::Meaning => meaning::meaning(model, scene, place, buffer),
        Pane::Story => story(scene, up, place, buffer),
        Pane::Participant(nth) => {
            if let Some(shown) = scene.participants.get(nth) {
                let options = pane::PaneOptions {
                    style: nth.checked_sub(1).map_or(RELAY, client_style),
                    own_line: None,
                    letters: model.past.is_none().then_some(model.letters),
                    up,
                };
                pane::participant(shown, &options, place, buffer);
            }
        }
    }
}

/// A list in the middle.
fn list(title: &str, lines: Vec<Line<'_>>, place: Rect, buffer: &mut Buffer) {
    let width = place.width.saturating_sub(4);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let height = rows.saturating_add(2).min(place.height);
    let middle = Rect {
        x: place.x + 2,
        y: place.y + (place.height - height) / 2,
        width,
        height,
    };
    let inner = framed(title, STRONG, middle, buffer);
    write_lines(&lines, inner, buffer);
}
