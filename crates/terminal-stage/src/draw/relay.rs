//! What the relay sees, and whether it has what was sent.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::BorderType;
use report::grouped;
use report::scene::{
    Participant, ParticipantState, Passed, Presence, Scene, ScenePhase, Sight, Sought,
};
use timeline::hex;

use super::{BAD, FAINT, GOOD, RELAY, STRONG, framed_as, write_last};
use crate::wrap::{columns, cut, wrap};

/// Rows of a sentence, and of a place, where several must fit.
const ROWS: usize = 3;

/// Behind the answer, over the whole width: it is to be read from the last row.
const FOUND: Style = Style::new()
    .fg(Color::White)
    .bg(Color::Magenta)
    .add_modifier(Modifier::BOLD);
const NOT_FOUND: Style = Style::new()
    .fg(Color::White)
    .bg(Color::Blue)
    .add_modifier(Modifier::BOLD);
const NOT_YET: Style = Style::new().fg(Color::Black).bg(Color::Yellow);

/// Draws the relay's view.
pub(crate) fn view(scene: &Scene, up: usize, place: Rect, buffer: &mut Buffer) {
    let Some(relay) = scene.participants.first() else {
        return;
    };
    let inner = frame(scene, relay, place, buffer);
    write_last(&lines(scene, usize::from(inner.width)), up, inner, buffer);
}

/// The frame turns when the relay has something: in colour, in shape and in words.
fn frame(scene: &Scene, relay: &Participant, place: Rect, buffer: &mut Buffer) -> Rect {
    let (found, all) = scene.counters();
    let has_some = found > 0 || !scene.findings().is_empty();
    let is_dead = matches!(relay.status, ParticipantState::Dead(_));
    let (style, border) = match has_some || is_dead {
        true => (BAD, BorderType::Double),
        false => (RELAY, BorderType::Plain),
    };
    let state = relay.status.in_words();
    let title = match (all, found) {
        (0, _) => format!("RELAY sees ─ {state}"),
        (_, 0) => format!("RELAY sees ─ {state} ─ has none of {all}"),
        _ => format!("RELAY sees ─ {state} ─ HAS {found} OF {all}"),
    };
    framed_as(&title, style, border, place, buffer)
}

/// Everything that it shows.
fn lines(scene: &Scene, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for passed in &scene.passed {
        lines.extend(record(passed, width));
    }
    if lines.is_empty() {
        lines.push(Line::styled("nothing has passed yet", FAINT));
    }
    lines.extend(
        scene
            .participants
            .first()
            .map(|relay| death(relay, width))
            .unwrap_or_default(),
    );
    if scene.phase == ScenePhase::Stopping && scene.searched > 0 {
        lines.extend(searched(scene, width));
        return lines;
    }
    let latest = scene.latest();
    let rows = if latest.len() > 1 { 1 } else { ROWS };
    for sought in latest {
        lines.extend(answer(sought, rows, width));
    }
    lines
}

/// `#7 alice → bob  256 bytes`, and the last of its bytes.
fn record(passed: &Passed, width: usize) -> Vec<Line<'static>> {
    let head = format!("{}  {}", passed.way(), passed.size());
    let word = if passed.record.is_sealed {
        "sealed …"
    } else {
        "…"
    };
    let room = (width.saturating_sub(columns(word)) / 3).max(1);
    let from = passed.tail.len().saturating_sub(room);
    let bytes = passed.tail.get(from..).unwrap_or_default();
    let mut lines = vec![
        Line::styled(cut(&head, width), STRONG),
        Line::styled(cut(&format!("{word}{}", hex(bytes, " ")), width), FAINT),
    ];
    if let Sight::In(_) = &passed.record.sight {
        lines.push(Line::styled("■ THE TEXT STANDS IN IT", BAD));
    }
    lines
}

/// Whether the relay has it: the strongest thing on the stage.
fn answer(sought: &Sought, rows: usize, width: usize) -> Vec<Line<'static>> {
    let presence = sought.presence();
    let band = match presence {
        Presence::Found => FOUND,
        Presence::NotFound => NOT_FOUND,
        Presence::NotYet | Presence::TooShort => NOT_YET,
    };
    let mut lines = vec![banner(presence.in_words(), band, width)];
    let mut add = |text: &str, style: Style, rows: usize| {
        let mut wrapped = wrap(text, width);
        let more = wrapped.len() > rows;
        wrapped.truncate(rows);
        if let (true, Some(last)) = (more, wrapped.last_mut()) {
            *last = cut(&format!("{last} …"), width);
        }
        lines.extend(wrapped.into_iter().map(|line| Line::styled(line, style)));
    };
    let by_hand = if sought.is_by_hand { "by hand: " } else { "" };
    add(&format!("{by_hand}{}", sought.what()), STRONG, rows);
    match presence {
        Presence::Found => {
            for place in sought.found.values().rev() {
                add(place, BAD, rows);
            }
        }
        Presence::NotFound => add(&format!("looked for {}", sought.searched_in()), GOOD, ROWS),
        Presence::NotYet | Presence::TooShort => {}
    }
    lines
}

/// Words over the whole width.
fn banner(words: &str, style: Style, width: usize) -> Line<'static> {
    let text = cut(&format!(" {words}"), width);
    let pad = width.saturating_sub(columns(&text));
    Line::styled(format!("{text}{}", " ".repeat(pad)), style)
}

/// What the relay saw of a record, in words.
pub(crate) fn sees(sight: &Sight) -> (String, Style) {
    match sight {
        Sight::NotLookedFor => ("there was no text to search for in it".to_owned(), FAINT),
        Sight::NotIn(what) => (format!("“{what}” is not in it"), GOOD),
        Sight::In(what) => (format!("■ IN IT: “{what}”"), BAD),
        Sight::Elsewhere(what) => (format!("■ THE RELAY HAS IT {what}"), BAD),
    }
}

fn death(relay: &Participant, width: usize) -> Vec<Line<'static>> {
    match &relay.status {
        ParticipantState::Dead(why) => wrap(&format!("DIED: {why}"), width)
            .into_iter()
            .map(|line| Line::styled(line, BAD))
            .collect(),
        _ => Vec::new(),
    }
}

/// What the search at the end found.
fn searched(scene: &Scene, width: usize) -> Vec<Line<'static>> {
    let findings = scene.findings();
    let found: Vec<&Sought> = scene.sought().iter().filter(|one| one.is_found()).collect();
    let searched = Line::from(vec![
        Span::styled("searched ", STRONG),
        Span::raw(format!("{} bytes", grouped(scene.searched))),
    ]);
    let mut lines = Vec::new();
    if found.is_empty() && findings.is_empty() {
        lines.push(banner(Presence::NotFound.in_words(), NOT_FOUND, width));
        lines.push(Line::styled("no planted text was seen", GOOD));
        lines.push(searched);
        return lines;
    }
    lines.push(banner(Presence::Found.in_words(), FOUND, width));
    for sought in &found {
        let place = sought.found.values().next_back();
        lines.push(Line::styled(cut(&sought.what(), width), STRONG));
        lines.extend(place.map(|place| Line::styled(cut(place, width), BAD)));
    }
    // One of each surface says more than all of one.
    let mut shown = BTreeSet::new();
    for finding in findings.iter().filter(|_| found.is_empty()) {
        if shown.insert(finding.surface) {
            let wrapped = wrap(&format!("■ PLAINTEXT {}", finding.words), width);
            lines.extend(wrapped.into_iter().map(|line| Line::styled(line, BAD)));
        }
    }
    lines.push(searched);
    lines.push(Line::styled(
        format!("{} findings in all", findings.len()),
        BAD,
    ));
    lines
}
