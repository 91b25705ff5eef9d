//! What the relay sees.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use report::scene::{Participant, ParticipantState, Passed, Scene, Sight};
use timeline::hex;

use super::{BAD, FAINT, RELAY, STRONG, framed, write_last};
use crate::wrap::{cut, wrap};

/// Draws the relay's view.
pub(crate) fn view(scene: &Scene, place: Rect, buffer: &mut Buffer) {
    let Some(relay) = scene.participants.first() else {
        return;
    };
    let is_bad = matches!(relay.status, ParticipantState::Dead(_)) || !scene.findings().is_empty();
    let style = if is_bad { BAD } else { RELAY };
    let title = format!("RELAY sees ─ {}", relay.status.in_words());
    let inner = framed(&title, style, place, buffer);
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    for passed in &scene.passed {
        lines.extend(record(passed, width));
    }
    if lines.is_empty() {
        lines.push(Line::styled("nothing has passed yet", FAINT));
    }
    lines.extend(death(relay, width));
    lines.extend(searched(scene, width));
    write_last(&lines, inner, buffer);
}

/// `#7 alice → bob  256 bytes`, the last of its bytes, and whether the text is in it.
fn record(passed: &Passed, width: usize) -> [Line<'static>; 3] {
    let head = format!("{}  {} bytes", passed.way(), passed.record.len);
    let room = (width / 3).saturating_sub(1);
    let from = passed.tail.len().saturating_sub(room);
    let bytes = passed.tail.get(from..).unwrap_or_default();
    let (text, style) = sees(&passed.record.sight);
    [
        Line::styled(cut(&head, width), STRONG),
        Line::styled(cut(&format!("…{}", hex(bytes, " ")), width), FAINT),
        Line::styled(cut(&text, width), style),
    ]
}

/// What the relay saw of a record, in words.
pub(crate) fn sees(sight: &Sight) -> (String, Style) {
    match sight {
        Sight::NotLookedFor => ("no text to look for".to_owned(), FAINT),
        Sight::NotIn(what) => (format!("not in it: “{what}”"), Style::new()),
        Sight::In(what) => (format!("■ IN IT: “{what}”"), BAD),
        Sight::Elsewhere(what) => (format!("■ THE RELAY HAS IT: {what}"), BAD),
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
    if scene.searched == 0 && findings.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    if scene.searched > 0 {
        lines.push(Line::from(vec![
            Span::styled("searched ", STRONG),
            Span::raw(format!("{} bytes", scene.searched)),
        ]));
    }
    if findings.is_empty() {
        lines.push(Line::raw("no planted text was seen"));
    }
    // One of each surface says more than all of one.
    let mut shown = BTreeSet::new();
    for (surface, finding) in findings {
        if shown.insert(*surface) {
            let wrapped = wrap(&format!("■ PLAINTEXT {finding}"), width);
            lines.extend(wrapped.into_iter().map(|line| Line::styled(line, BAD)));
        }
    }
    let more = findings.len() - shown.len();
    if more > 0 {
        lines.push(Line::styled(format!("and {more} more findings"), BAD));
    }
    lines
}
