//! Evidence: the first difference, and what happened just before.

use super::verdict::{Did, Happened};
use super::view::View;
use timeline::{Direction, Event, Kind, LinkEnd, visible};

/// Characters shown on each side of the first difference.
const AROUND: usize = 24;

/// How many things that happened are shown.
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

/// What happened last before an event, of all participants, oldest first.
pub(super) fn just_before(view: &View<'_>, n: u64) -> Vec<Happened> {
    let before = view.events.iter().rev().filter(|event| event.n <= n);
    let mut happened: Vec<Happened> = before.filter_map(happened).take(JUST_BEFORE).collect();
    happened.reverse();
    happened
}

fn happened(event: &Event) -> Option<Happened> {
    let (who, did, text) = match &event.kind {
        Kind::Line { who, text, .. } => (who, Did::Printed, brief(text)),
        Kind::Typed { who, line } => (who, Did::Typed, brief(line)),
        Kind::Exited { who, how } => (who, Did::Exited, how.to_string()),
        Kind::LinkClosed {
            link,
            direction,
            how,
        } => (link, Did::LinkClosed, closed(*direction, *how)),
        _ => return None,
    };
    Some(Happened {
        who: who.clone(),
        did,
        text,
        at_ms: event.t / 1_000_000,
    })
}

/// Which half of a link, and how it ended.
fn closed(direction: Direction, how: LinkEnd) -> String {
    let direction = match direction {
        Direction::Up => "to the relay",
        Direction::Down => "from the relay",
    };
    match how {
        LinkEnd::Fin => format!("{direction} closed"),
        LinkEnd::Reset => format!("{direction} reset"),
    }
}
