//! Evidence: the first difference, and what happened just before.

use super::view::View;
use timeline::{Event, Kind};

/// Characters shown on each side of the first difference.
const AROUND: usize = 24;

/// Lines of all lanes that are shown.
const JUST_BEFORE: usize = 8;

/// Lines longer than this are cut in evidence.
const LONGEST: usize = 160;

/// The first difference of two texts, with invisible characters shown; `None` when they are
/// the same.
pub fn difference(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let same = expected
        .char_indices()
        .zip(got.chars())
        .find(|((_, a), b)| a != b);
    let at = same.map_or(expected.len().min(got.len()), |((at, _), _)| at);
    let (one, other) = (window(expected, at), window(got, at));
    let lengths = format!("{} against {} bytes", expected.len(), got.len());
    Some(format!("at byte {at} ({lengths}): {one} vs {other}"))
}

/// The text around a byte, with the place marked.
fn window(text: &str, at: usize) -> String {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let skipped = before.chars().count().saturating_sub(AROUND);
    let before: String = before.chars().skip(skipped).collect();
    let more = after.chars().count() > AROUND;
    let after: String = after.chars().take(AROUND).collect();
    let (begin, end) = (
        if skipped > 0 { "…" } else { "" },
        if more { "…" } else { "" },
    );
    format!("\"{begin}{}▸{}{end}\"", visible(&before), visible(&after))
}

/// A text with everything made visible that a reader could overlook.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push('␉'),
            '\r' => shown.push('␍'),
            '\n' => shown.push('␊'),
            '\u{a0}' => shown.push_str("\\u{a0}"),
            c if c.is_control() || is_invisible(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// Zero width, direction marks, line and paragraph separators.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A line for a reader: visible, and not too long.
pub(super) fn brief(line: &str) -> String {
    let length = line.chars().count();
    if length <= LONGEST {
        return visible(line);
    }
    let start: String = line.chars().take(LONGEST).collect();
    format!("{}… ({} bytes)", visible(&start), line.len())
}

/// The last lines of all lanes before an event, oldest first.
pub(super) fn just_before(view: &View<'_>, n: u64) -> Vec<String> {
    let before = view.events.iter().rev().filter(|event| event.n <= n);
    let mut lines: Vec<String> = before.filter_map(lane_line).take(JUST_BEFORE).collect();
    lines.reverse();
    lines
}

fn lane_line(event: &Event) -> Option<String> {
    let seconds = format!(
        "{}.{:03} s",
        event.t / 1_000_000_000,
        event.t / 1_000_000 % 1000
    );
    let (who, what) = match &event.kind {
        Kind::Line { who, text, .. } => (who, brief(text)),
        Kind::Typed { who, line } => (who, format!("> {}", brief(line))),
        Kind::Exited { who, how } => (who, format!("({how})")),
        Kind::LinkClosed {
            link,
            direction,
            how,
        } => (link, format!("(link {direction:?} closed: {how:?})")),
        _ => return None,
    };
    Some(format!("{who:>8}│ {what}  t={seconds}"))
}
