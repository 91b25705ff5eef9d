//! A participant's pane.

use std::num::NonZeroU16;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use report::scene::{Entry, EntryKind, Face, Participant, ParticipantState};
use timeline::is_hidden;

use super::{BAD, FAINT, STRONG, framed, write_last};
use crate::wrap::wrap;

/// How a pane is drawn.
pub(crate) struct PaneOptions<'a> {
    pub(crate) style: Style,
    /// What a person is typing into it.
    pub(crate) own_line: Option<&'a str>,
    /// Letters of the coming line that are shown; all where the view is not of now.
    pub(crate) letters: Option<usize>,
    /// Rows that it is scrolled up.
    pub(crate) up: usize,
}

/// Draws it.
pub(crate) fn participant(
    participant: &Participant,
    options: &PaneOptions<'_>,
    place: Rect,
    buffer: &mut Buffer,
) {
    let style = match (&participant.status, options.own_line) {
        (ParticipantState::Dead(_), _) | (_, Some(_)) => BAD,
        (ParticipantState::Absent | ParticipantState::Gone(_), None) => FAINT,
        (ParticipantState::Starting | ParticipantState::Ready, None) => options.style,
    };
    let state = match options.own_line {
        Some(_) => "BY HAND".to_owned(),
        None => participant.status.in_words(),
    };
    let inner = framed(
        &format!("{} ─ {state}", participant.name),
        style,
        place,
        buffer,
    );
    let typing = typing(participant, options, usize::from(inner.width));
    let rows = u16::try_from(typing.len()).unwrap_or(0).min(inner.height);
    let (shown, last) = (
        Rect {
            height: inner.height - rows,
            ..inner
        },
        Rect {
            y: inner.y + inner.height - rows,
            height: rows,
            ..inner
        },
    );
    match &participant.face {
        Face::Lines(entries) => {
            // What is typed stands right below what was shown.
            let mut lines = lines(entries, inner, options.up);
            lines.extend(typing);
            write_last(&lines, options.up, inner, buffer);
        }
        Face::Terminal(parser) => {
            terminal(parser.screen(), options.up, shown, buffer);
            write_last(&typing, 0, last, buffer);
        }
    }
}

/// What is about to be typed.
fn typing(
    participant: &Participant,
    options: &PaneOptions<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let (sign, text, style) = match (options.own_line, &participant.coming) {
        (Some(line), _) => ("» ", line.to_owned(), BAD),
        (None, Some(coming)) => {
            let letters = options.letters.unwrap_or(usize::MAX);
            let text: String = coming.chars().take(letters).collect();
            ("> ", text, STRONG)
        }
        (None, None) => return Vec::new(),
    };
    let lines = wrap(&format!("{sign}{text}▏"), width);
    lines
        .into_iter()
        .map(|line| Line::styled(line, style))
        .collect()
}

/// The last entries, wrapped; as many as are seen when they are scrolled up.
fn lines(entries: &[Entry], inner: Rect, up: usize) -> Vec<Line<'static>> {
    let (width, height) = (usize::from(inner.width), usize::from(inner.height) + up);
    let mut lines = Vec::new();
    for entry in entries.iter().rev() {
        let (sign, style) = match entry.kind {
            EntryKind::Typed => ("> ", STRONG),
            EntryKind::ByHand => ("» ", BAD),
            EntryKind::Shown => ("", Style::new()),
            EntryKind::Complained => ("! ", FAINT),
            EntryKind::Left => ("✂ ", FAINT),
            EntryKind::Happened => ("", Style::new().add_modifier(Modifier::REVERSED)),
        };
        let wrapped = wrap(&format!("{sign}{}", entry.text), width);
        lines.extend(
            wrapped
                .into_iter()
                .rev()
                .map(|line| Line::styled(line, style)),
        );
        if lines.len() >= height {
            break;
        }
    }
    lines.reverse();
    lines
}

/// The rows of a terminal around its cursor.
fn terminal(screen: &vt100::Screen, up: usize, place: Rect, buffer: &mut Buffer) {
    let (rows, columns): (NonZeroU16, NonZeroU16) = screen.size();
    let (cursor, _) = screen.cursor_position();
    let first = (cursor + 1).saturating_sub(place.height);
    let first = first.saturating_sub(u16::try_from(up).unwrap_or(u16::MAX));
    for (row, y) in (first..rows.get()).zip(place.y..place.y + place.height) {
        let mut spans = Vec::new();
        for column in 0..columns.get().min(place.width) {
            let Some(cell) = screen.cell(row, column) else {
                continue;
            };
            if cell.is_wide_continuation() {
                continue;
            }
            let text = if cell.has_contents() {
                safe(cell.contents())
            } else {
                " ".to_owned()
            };
            spans.push(Span::styled(text, style(cell)));
        }
        buffer.set_line(place.x, y, &Line::from(spans), place.width);
    }
}

/// A cell has no room for an escape, so a sign stands for what is hidden.
fn safe(text: &str) -> String {
    if text.contains(is_hidden) {
        return "\u{fffd}".to_owned();
    }
    text.to_owned()
}

fn style(cell: &vt100::Cell) -> Style {
    let mut style = Style::new()
        .fg(colour(cell.fgcolor()))
        .bg(colour(cell.bgcolor()));
    let modifiers = [
        (cell.bold(), Modifier::BOLD),
        (cell.dim(), Modifier::DIM),
        (cell.italic(), Modifier::ITALIC),
        (cell.underline(), Modifier::UNDERLINED),
        (cell.inverse(), Modifier::REVERSED),
    ];
    for (_, modifier) in modifiers.into_iter().filter(|(is_on, _)| *is_on) {
        style = style.add_modifier(modifier);
    }
    style
}

fn colour(colour: vt100::Color) -> Color {
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(index) => Color::Indexed(index),
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}
