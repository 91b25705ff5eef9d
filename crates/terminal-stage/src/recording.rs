//! A play as it looked on the stage: as a recording, and as a picture of one step.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use report::recording::{Asciicast, EventCode, marker};
use report::scene::begins;
use timeline::Kind;

use crate::draw::draw;
use crate::model::{Model, Source};
use crate::playback::SavedPlay;
use crate::still::{number, svg};
use crate::wrap::columns;

/// Columns and rows.
pub type Size = (u16, u16);

/// The whole play on a screen of this size, as asciicast v3, with a marker for each step.
pub fn record(played: SavedPlay, size: Size) -> String {
    let plan = &played.plan;
    let title = format!("{} on the stage, {}", plan.scenario.id, played.when);
    let mut cast = Asciicast::new(size, &title);
    let source = Source::Recorded(played.when);
    let mut model = Model::new(plan, source, played.reader);
    let mut shown = Buffer::empty(area(size));
    cast.push(0, EventCode::Output, "\u{1b}[2J\u{1b}[?25l");
    let mut t = 0;
    for event in played.events {
        t = event.t;
        if let Some(label) = marker(plan, &event.kind) {
            cast.push(t, EventCode::Marker, &label);
        }
        model.event(event);
        model.show_whole_line();
        shown = painted(&model, size, &shown, t, &mut cast);
    }
    model.end(played.ending);
    painted(&model, size, &shown, t, &mut cast);
    cast.finish()
}

/// As the stage looked when the step of this number was over, or before the first where it is 0,
/// as SVG; `None` when there was no such step.
pub fn still(played: SavedPlay, step: usize, size: Size) -> Option<String> {
    let begins = begins(&played.plan, &played.events);
    if let Some(last) = step.checked_sub(1) {
        let wanted = &played.plan.steps.get(last)?.id;
        let is_end = |kind: &Kind| matches!(kind, Kind::StepEnded { step, .. } if step == wanted);
        let mut events = played.events.iter();
        events.find(|event| is_end(&event.kind))?;
    }
    // What was found when it was over belongs to it.
    let end = begins
        .get(step)
        .map_or(played.events.len(), |next| next.shown);
    let source = Source::Recorded(played.when);
    let mut model = Model::new(&played.plan, source, played.reader);
    for event in played.events.into_iter().take(end) {
        model.event(event);
    }
    Some(svg(&picture(&model, size)))
}

/// What the model looks like.
fn picture(model: &Model, (width, height): Size) -> Buffer {
    // Nothing can go wrong with a terminal that is but memory.
    let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
    let Ok(_) = terminal.draw(|frame| draw(model, frame));
    terminal.backend().buffer().clone()
}

/// Adds to the recording what has changed since.
fn painted(model: &Model, size: Size, before: &Buffer, t: u64, cast: &mut Asciicast) -> Buffer {
    let now = picture(model, size);
    cast.push(t, EventCode::Output, &strokes(before, &now));
    now
}

fn area((width, height): Size) -> ratatui::layout::Rect {
    ratatui::layout::Rect::new(0, 0, width, height)
}

/// What turns one picture into the other on a terminal; nothing when they are the same.
fn strokes(before: &Buffer, now: &Buffer) -> String {
    let mut text = String::new();
    let (mut pen, mut style) = (None, String::new());
    for (x, y, cell) in before.diff(now) {
        if pen != Some((usize::from(x), y)) {
            text.push_str(&format!("\u{1b}[{};{}H", y + 1, x + 1));
        }
        let other = sgr(cell);
        if style != other {
            text.push_str(&other);
            style = other;
        }
        text.push_str(cell.symbol());
        pen = Some((usize::from(x) + columns(cell.symbol()), y));
    }
    text
}

/// A cell's colours and modifiers, whatever they were before.
fn sgr(cell: &Cell) -> String {
    let modifiers = [
        (Modifier::BOLD, ";1"),
        (Modifier::DIM, ";2"),
        (Modifier::ITALIC, ";3"),
        (Modifier::UNDERLINED, ";4"),
        (Modifier::REVERSED, ";7"),
    ];
    let modifiers = modifiers
        .iter()
        .filter(|(modifier, _)| cell.modifier.contains(*modifier))
        .map(|(_, code)| *code);
    let modifiers: String = modifiers.collect();
    format!(
        "\u{1b}[0{modifiers}{}{}m",
        colour(cell.fg, 30),
        colour(cell.bg, 40)
    )
}

/// From 30 for what is written, from 40 for what is behind it.
fn colour(colour: Color, base: u8) -> String {
    let named = |number: u8| match number {
        0..8 => format!(";{}", base + number),
        _ => format!(";{}", base + 52 + number),
    };
    match colour {
        Color::Reset => String::new(),
        Color::Indexed(number) => format!(";{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => format!(";{};2;{red};{green};{blue}", base + 8),
        other => number(other).map_or_else(String::new, named),
    }
}
