//! The keys, at the bottom: those that do something now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{STRONG, write_lines};
use crate::model::{Model, Pace, Panel, Source};
use crate::wrap::columns;

/// A key, and what it does.
type Key = (&'static str, &'static str);

/// Those that the line can do without where it has no room; `?` names them all.
const FIRST_TO_GO: [&str; 3] = ["z", "r", "x"];

/// Draws them.
pub(super) fn line(model: &Model, place: Rect, buffer: &mut Buffer) {
    let mut keys = of(model, place.width >= 96);
    for less in FIRST_TO_GO {
        if width(&keys) > usize::from(place.width) {
            keys.retain(|(key, _)| *key != less);
        }
    }
    let mut spans = vec![Span::raw(" ")];
    for (key, means) in keys {
        spans.push(Span::styled(key, STRONG));
        spans.push(Span::raw(format!(" {means}  ")));
    }
    write_lines(&[Line::from(spans)], place, buffer);
}

/// Columns, with a space before them and two between them.
fn width(keys: &[Key]) -> usize {
    let each = keys
        .iter()
        .map(|(key, means)| columns(key) + columns(means) + 3);
    each.sum::<usize>().saturating_sub(1)
}

fn of(model: &Model, is_wide: bool) -> Vec<Key> {
    match &model.panel {
        Panel::ByHand { .. } => vec![
            ("ENTER", "sends"),
            ("Ctrl-K", "kills"),
            ("Ctrl-D", "disconnects"),
            ("Esc", "gives back"),
        ],
        Panel::Choose(_) => vec![("1-9", "or TAB and ENTER: take over"), ("Esc", "not")],
        Panel::Bytes(_) => vec![
            ("↑ ↓ PgUp PgDn", "scroll"),
            ("TAB", "next record"),
            ("Shift-TAB", "previous"),
            ("x", "back"),
        ],
        Panel::Zoom { .. } => vec![
            ("↑ ↓ PgUp PgDn", "scroll"),
            ("TAB", "next pane"),
            ("SPACE", "next"),
            ("z", "back"),
        ],
        Panel::Keys | Panel::Said { .. } => vec![("Esc", "back to the stage"), ("q", "quit")],
        Panel::None => of_stage(model, is_wide),
    }
}

fn of_stage(model: &Model, is_wide: bool) -> Vec<Key> {
    let has_ended = model.ending.is_some();
    let mut keys = Vec::new();
    if !has_ended {
        keys.push(("SPACE", "next"));
        keys.extend(pause(model.pace));
    }
    keys.push(("b", "back"));
    if has_ended {
        keys.push(("SPACE", "end"));
    } else if !matches!(model.source, Source::StandIn(_)) {
        keys.push(("r", "again"));
        keys.push(("t", if is_wide { "take over" } else { "take" }));
    }
    keys.extend([
        ("x", "bytes"),
        ("z", "zoom"),
        ("s", "stream"),
        ("?", "keys"),
    ]);
    match &model.source {
        Source::Live if model.has_failure() => {
            keys.extend([("f", "recorded"), ("q", "quit")]);
        }
        Source::StandIn(_) => keys.push(("f", "leave the recording")),
        Source::Live | Source::Recorded(_) => keys.push(("q", "quit")),
    }
    keys
}

fn pause(pace: Pace) -> Option<Key> {
    match pace {
        Pace::Keys => None,
        Pace::Time => Some(("a", "pause")),
        Pace::Paused => Some(("a", "go on")),
    }
}
