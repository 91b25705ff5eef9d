//! The transcript: who saw what.

use super::redact::Redactor;
use super::steps::{Chapter, chapters};
use scenario::plan::Plan;
use timeline::{Event, Kind, Seen, Stream, visible};

/// What every client typed and was shown, step by step, each in a lane of its own. It does
/// not depend on how lanes are interleaved, nor inside an `all` on the order in a lane.
pub fn transcript(plan: &Plan, events: &[Event]) -> String {
    let redactor = Redactor::new(plan, events);
    let mut text = format!("# {}\n", plan.scenario.title);
    for chapter in chapters(plan, events) {
        text.push('\n');
        text.push_str(&redactor.text(&chapter.title()));
        text.push('\n');
        for client in &plan.clients {
            for line in lane(&chapter, &client.name, plan, &redactor) {
                text.push_str(&format!("{}│ {line}\n", client.name));
            }
        }
    }
    text
}

fn lane(chapter: &Chapter<'_>, client: &str, plan: &Plan, redactor: &Redactor) -> Vec<String> {
    let fence = plan.fence_prefix();
    let mut lines: Vec<String> = chapter
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Typed { who, line } if who == client => {
                Some(format!("> {}", redactor.text(line)))
            }
            Kind::Line {
                who,
                stream: Stream::Stdout,
                text,
                seen,
                ..
            } if who == client && !text.contains(&fence) => {
                Some(shown(text, seen.as_ref(), redactor))
            }
            Kind::Exited { who, how } if who == client => Some(format!("(ended: {how:?})")),
            _ => None,
        })
        .collect();
    if chapter.is_unordered() {
        lines.sort();
    }
    lines
}

fn shown(text: &str, seen: Option<&Seen>, redactor: &Redactor) -> String {
    let Some(seen) = seen else {
        return format!("| {}", redactor.text(&visible(text)));
    };
    let captures: Vec<String> = seen
        .captures
        .iter()
        .map(|(name, value)| format!("{name}={}", redactor.text(&visible(value))))
        .collect();
    format!("{} {}", seen.event.word(), captures.join(" "))
        .trim_end()
        .to_owned()
}
