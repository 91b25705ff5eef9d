//! Evidence: the first difference, and what happened just before.

use std::time::Duration;

use super::view::View;
use timeline::{Event, Kind, seconds, visible};

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
    format!("\"{begin}{}▸{}{end}\"", marked(&before), marked(&after))
}

/// As [`timeline::visible`], with signs for what is most often the whole difference.
fn marked(text: &str) -> String {
    let text = text.replace('\t', "␉").replace('\r', "␍");
    visible(&text.replace('\n', "␊").replace('\u{a0}', "\\u{a0}"))
}

/// A line for a reader: visible, and not too long.
pub(super) fn brief(line: &str) -> String {
    let length = line.chars().count();
    if length <= LONGEST {
        return marked(line);
    }
    let start: String = line.chars().take(LONGEST).collect();
    format!("{}… ({} bytes)", marked(&start), line.len())
}

/// The last lines of all lanes before an event, oldest first.
pub(super) fn just_before(view: &View<'_>, n: u64) -> Vec<String> {
    let before = view.events.iter().rev().filter(|event| event.n <= n);
    let mut lines: Vec<String> = before.filter_map(lane_line).take(JUST_BEFORE).collect();
    lines.reverse();
    lines
}

fn lane_line(event: &Event) -> Option<String> {
    let seconds = seconds(Duration::from_nanos(event.t));
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
