//! How the view is painted.

use chat_protocol::Name;
use chrono::{DateTime, Datelike as _, Utc};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;

use super::view::{Bar, ChatView, Relay};
use super::window::{Entry, What, Window, With};
use super::wrap::{columns, cut, wrap};
use crate::escape::visible;
use crate::locale::{Sentence, sentences as say};

/// Columns from which times stand beside what was said.
const ROOM_FOR_TIMES: u16 = 50;

/// Paints the view, and tells it how much room there was.
pub fn draw(view: &mut ChatView, frame: &mut Frame<'_>) {
    let (bars, rest) = view.shown_bars();
    let rows_of_bars = u16::try_from(bars.len() + usize::from(rest > 0)).unwrap_or(0);
    let hint = hint(view);
    let layout = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(rows_of_bars),
        Constraint::Length(u16::from(hint.is_some())),
        Constraint::Length(1),
        Constraint::Length(1),
    ]);
    let [tabs, texts, bars_area, hint_area, status, input] = layout.areas(frame.area());
    (view.width, view.height) = (texts.width, texts.height);
    frame.render_widget(tabs_line(view, tabs.width), tabs);
    draw_texts(view, texts, frame);
    frame.render_widget(bar_lines(view, bars_area.width), bars_area);
    if let Some(hint) = hint {
        let hint = cut(&hint, usize::from(hint_area.width));
        frame.render_widget(Line::styled(hint, Modifier::ITALIC), hint_area);
    }
    frame.render_widget(status_line(view, status.width), status);
    draw_input(view, input, frame);
}

/// A colour that a name has for ever, of those that can be read on light and dark.
pub(super) fn colour(name: &Name) -> Color {
    const COLOURS: [Color; 5] = [
        Color::Cyan,
        Color::Green,
        Color::Magenta,
        Color::Blue,
        Color::Yellow,
    ];
    // FNV-1a.
    let hash = name.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    COLOURS
        .into_iter()
        .nth(hash as usize % COLOURS.len())
        .unwrap_or(Color::Reset)
}

/// A style, without its colour where none is wanted.
fn coloured(view: &ChatView, colour: Color, style: Style) -> Style {
    if view.outside.has_colours {
        style.fg(colour)
    } else {
        style
    }
}

fn title(view: &ChatView, window: &Window) -> String {
    view.words(&window.with.title())
}

fn tabs_line(view: &ChatView, width: u16) -> Line<'static> {
    let mut spans = Vec::new();
    for (index, window) in view.windows.iter().enumerate() {
        let unread = match window.unread {
            0 => String::new(),
            unread => format!(" +{unread}"),
        };
        let style = match index == view.current {
            true => Style::new().add_modifier(Modifier::REVERSED),
            false if window.unread > 0 => Style::new().add_modifier(Modifier::BOLD),
            false => Style::new(),
        };
        let tab = format!(" {} {}{unread} ", index + 1, title(view, window));
        spans.push(Span::styled(tab, style));
    }
    // The shown one stays in sight.
    let mut first = 0;
    let sum = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    let until_current = spans.get(..=view.current).unwrap_or(&spans);
    while first < view.current
        && sum(until_current.get(first..).unwrap_or_default()) > usize::from(width)
    {
        first += 1;
    }
    Line::from(spans.split_off(first))
}

fn status_line(view: &ChatView, width: u16) -> Line<'static> {
    let relay = match &view.relay {
        Relay::Connecting => say::connecting(),
        Relay::Connected => say::connected(),
        Relay::Gone(reason) => say::not_connected(say::word(escaped(reason))),
    };
    let here = match view.here.len() {
        0 => say::nobody_here(),
        count => {
            let names: Vec<&str> = view.here.iter().take(20).map(Name::as_str).collect();
            say::count_here(count, names.join(", "))
        }
    };
    let unread = view.windows.iter().filter(|window| window.unread > 0);
    let unread: Vec<String> = unread
        .map(|window| format!("{} {}", title(view, window), window.unread))
        .collect();
    let scrolled = view
        .windows
        .get(view.current)
        .is_some_and(|window| window.scroll > 0);
    let parts = [
        Some(Sentence::verbatim(view.me.as_str())),
        Some(relay),
        scrolled.then(say::further),
        (!unread.is_empty()).then(|| say::unread(unread.join(", "))),
        writing(view),
        Some(here),
    ];
    let text = view.words(&Sentence::joined(parts.into_iter().flatten(), " · "));
    let width = usize::from(width);
    let text = cut(&format!(" {text}"), width);
    let fill = " ".repeat(width.saturating_sub(columns(&text)));
    Line::styled(text + &fill, Modifier::REVERSED)
}

/// Who is writing to this person, in the window of whichever conversation.
fn writing(view: &ChatView) -> Option<Sentence> {
    let names: Vec<&str> = view.writing.iter().take(3).map(Name::as_str).collect();
    match (names.as_slice(), view.writing.len()) {
        ([], _) => None,
        ([name], 1) => Some(say::one_writes(*name)),
        (names, count) if names.len() == count => Some(say::some_write(names.join(", "))),
        (names, _) => Some(say::many_write(names.join(", "))),
    }
}

fn bar_lines(view: &ChatView, width: u16) -> Paragraph<'static> {
    let (bars, rest) = view.shown_bars();
    let mut lines: Vec<Line<'static>> = bars.into_iter().map(|bar| bar_line(bar, width)).collect();
    if rest > 0 {
        lines.push(Line::raw(view.words(&say::more_files(rest))));
    }
    Paragraph::new(lines)
}

fn bar_line(bar: &Bar, width: u16) -> Line<'static> {
    const CELLS: u64 = 20;
    let share = |of: u64| {
        let share =
            u128::from(bar.done.min(bar.size)) * u128::from(of) / u128::from(bar.size.max(1));
        usize::try_from(share).unwrap_or_default()
    };
    let full = share(CELLS);
    let gauge = format!("{:<20}", "#".repeat(full));
    let label = cut(&escaped(&bar.label), usize::from(width).saturating_sub(30));
    Line::raw(format!("{label} [{gauge}] {:>3} %", share(100)))
}

fn hint(view: &ChatView) -> Option<String> {
    let question = view.question.as_ref().map(|question| {
        let name = &question.name;
        view.words(&match question.trusts {
            Some(_) => say::question_trust(name),
            None => say::question_verify(name),
        })
    });
    view.hint.as_deref().map(escaped).or(question)
}

fn draw_input(view: &ChatView, area: Rect, frame: &mut Frame<'_>) {
    let width = usize::from(area.width);
    let window = view.windows.get(view.current);
    let with = window.map_or(&With::Everyone, |window| &window.with);
    let prompt = match &view.question {
        Some(_) => say::question_prompt(),
        None => with.title(),
    };
    let prompt = view.words(&prompt) + "> ";
    let prompt = if columns(&prompt) + 10 > width {
        "> ".to_owned()
    } else {
        prompt
    };
    let (before, behind) = view.typed.halves();
    let room = width.saturating_sub(columns(&prompt)).max(1);
    // A letter takes a column or more, so that there is room for so many at the most.
    let first = before.grapheme_indices(true).rev().nth(room);
    let end = behind.grapheme_indices(true).nth(room);
    let before = before.get(first.map_or(0, |(at, _)| at)..);
    let behind = behind.get(..end.map_or(behind.len(), |(at, _)| at));
    let mut before = typed(before.unwrap_or_default());
    let behind = typed(behind.unwrap_or_default());
    // The cursor stays in sight.
    let mut used = 0;
    let fits = |span: &&Span<'_>| {
        let wider = used + span.width();
        let fits = wider < room;
        used = if fits { wider } else { used };
        fits
    };
    let shown = before.iter().rev().take_while(fits).count();
    let before = before.split_off(before.len() - shown);
    let column = columns(&prompt) + used;
    let style = Style::new().add_modifier(Modifier::BOLD);
    let spans = [vec![Span::styled(prompt, style)], before, behind].concat();
    frame.render_widget(Line::from(spans), area);
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    let x = area.x + column.min(area.width.saturating_sub(1));
    frame.set_cursor_position((x, area.y));
}

/// What stands in the input line, letter by letter.
fn typed(text: &str) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for span in spans_of(text, Style::new()) {
        for letter in span.content.graphemes(true) {
            let letter = if letter == "\n" { "↵" } else { letter };
            spans.push(Span::styled(letter.to_owned(), span.style));
        }
    }
    spans
}

/// A text of somebody; what is not to be obeyed or overlooked stands out.
fn spans_of(text: &str, style: Style) -> Vec<Span<'static>> {
    let spans = visible(text).into_iter().map(|piece| {
        let style = match piece.is_escape {
            true => style.add_modifier(Modifier::REVERSED),
            false => style,
        };
        Span::styled(piece.text, style)
    });
    spans.collect()
}

/// The same on one line, where there are no styles.
fn escaped(text: &str) -> String {
    let pieces = visible(text).into_iter().map(|piece| piece.text);
    pieces.collect::<String>().replace('\n', "↵")
}

fn draw_texts(view: &mut ChatView, area: Rect, frame: &mut Frame<'_>) {
    let (index, height) = (view.current, usize::from(area.height));
    let Some(window) = view.windows.get(index) else {
        return;
    };
    let wanted = window.scroll.saturating_add(height);
    let mut rows = Vec::new();
    for entry in (0..window.entries.len()).rev() {
        rows.extend(rows_of(view, window, entry).into_iter().rev());
        if rows.len() >= wanted {
            break;
        }
    }
    let scroll = window.scroll.min(rows.len().saturating_sub(height));
    let mut shown: Vec<Line<'static>> = rows.into_iter().skip(scroll).take(height).collect();
    shown.reverse();
    let empty = u16::try_from(height - shown.len()).unwrap_or(0);
    let lower = Rect {
        y: area.y + empty,
        height: area.height - empty,
        ..area
    };
    frame.render_widget(Paragraph::new(shown), lower);
    if let Some(window) = view.windows.get_mut(index) {
        window.scroll = scroll;
    }
}

/// How many rows the last entry of a window takes.
pub(super) fn rows_of_last(view: &ChatView, window: usize) -> usize {
    let window = view.windows.get(window);
    window.map_or(0, |window| {
        let last = window.entries.len().saturating_sub(1);
        rows_of(view, window, last).len()
    })
}

/// An entry, with the rules above it: a new day, and where what is new begins.
fn rows_of(view: &ChatView, window: &Window, index: usize) -> Vec<Line<'static>> {
    let width = usize::from(view.width);
    let Some(entry) = window.entries.get(index) else {
        return Vec::new();
    };
    let day = |entry: &Entry| local(view, entry.at).date_naive();
    let before = index
        .checked_sub(1)
        .and_then(|before| window.entries.get(before));
    let mut rows = Vec::new();
    if before.is_none_or(|before| day(before) != day(entry)) {
        let date = view.words(&date(local(view, entry.at)));
        rows.push(rule(&date, width, Style::new().add_modifier(Modifier::DIM)));
    }
    if window.new > 0 && index + window.new == window.entries.len() {
        let style = coloured(view, Color::Red, Style::new());
        rows.push(rule(&view.words(&say::new_mark()), width, style));
    }
    let mut spans = Vec::new();
    if view.width >= ROOM_FOR_TIMES {
        let time = local(view, entry.at).format("%H:%M ").to_string();
        spans.push(Span::styled(time, Modifier::DIM));
    }
    let indent = spans.iter().map(Span::width).sum::<usize>() + 2;
    spans.extend(spans_of_entry(view, entry));
    rows.extend(wrap(&spans, indent, width));
    rows
}

fn spans_of_entry(view: &ChatView, entry: &Entry) -> Vec<Span<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let dim = Style::new().add_modifier(Modifier::DIM);
    let red = coloured(view, Color::Red, bold);
    match &entry.what {
        What::Notice(text) => {
            let mut spans = vec![Span::styled("* ", dim)];
            spans.extend(spans_of(text, dim));
            spans
        }
        What::Warning(text) => {
            let mut spans = vec![Span::styled("! ", red)];
            spans.extend(spans_of(text, red));
            spans
        }
        What::Text {
            from,
            text,
            flagged,
            is_private,
            fate,
        } => {
            let mark = |sentence: fn() -> Sentence, style| {
                Span::styled(format!("[{}] ", view.words(&sentence())), style)
            };
            let mut spans = Vec::new();
            if *flagged {
                spans.push(mark(say::untrusted, red));
            }
            if *is_private {
                spans.push(mark(say::to_you_alone, bold));
            }
            let name = coloured(view, colour(from), bold);
            spans.push(Span::styled(from.to_string(), name));
            spans.push(Span::raw(": "));
            spans.extend(spans_of(text, Style::new()));
            if let Some(fate) = fate {
                let style = match fate.lost.is_empty() {
                    true => dim,
                    false => red,
                };
                spans.push(Span::styled(
                    format!(" {}", escaped(&fate.sign(view.outside.locale))),
                    style,
                ));
            }
            spans
        }
    }
}

fn rule(text: &str, width: usize, style: Style) -> Line<'static> {
    let text = cut(text, width.saturating_sub(6));
    let rest = width.saturating_sub(columns(&text) + 4);
    Line::styled(format!("── {text} {}", "─".repeat(rest)), style)
}

fn date(time: DateTime<Utc>) -> Sentence {
    let weekday = time.weekday().number_from_monday();
    say::day(weekday, time.day(), time.month(), time.year().to_string())
}

/// A time as clocks here show it; only its digits mean anything.
fn local(view: &ChatView, at: u64) -> DateTime<Utc> {
    let ahead = (view.outside.zone)(at);
    let seconds = i64::try_from(at).unwrap_or_default().saturating_add(ahead);
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
