//! What the relay learns of a play, without what was said: sizes, their order, and what it
//! prints. With other texts of the same size, it must be the same.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::steps::{Chapter, chapters};
use scenario::adapter::Framing;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind};

/// The name of its comparison.
pub const RELAY_VIEW: &str = "relay-view";

/// Everything that the relay can count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayView {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    text: String,
    /// Bytes.
    size: Option<u64>,
}

impl RelayView {
    /// Of frames, the type and the size of the body: what stands in a header is identifiers.
    /// Where frames are not known, all bytes of a step. Of what the relay prints, each line
    /// once, with its numbers and random words masked.
    pub fn of(plan: &Plan, events: &[Event]) -> Self {
        let mut rows = Vec::new();
        for chapter in chapters(plan, events) {
            let title = chapter.step.map_or("start", |step| step.id.0.as_str());
            for client in &plan.clients {
                for direction in [Direction::Up, Direction::Down] {
                    let way = match direction {
                        Direction::Up => format!("{title}: {} → relay", client.name),
                        Direction::Down => format!("{title}: relay → {}", client.name),
                    };
                    rows.extend(
                        sizes(&chapter, &client.name, direction, plan)
                            .into_iter()
                            .map(|(what, size)| Row {
                                text: format!("{way}  {what}"),
                                size: Some(size),
                            }),
                    );
                }
            }
        }
        rows.extend(printed(events).into_iter().map(|line| Row {
            text: format!("relay prints: {line}"),
            size: None,
        }));
        Self { rows }
    }

    /// Takes over the sizes of another view where they differ by no more than `jitter` bytes.
    pub fn settle(&mut self, other: &Self, jitter: u64) {
        for (row, other) in self.rows.iter_mut().zip(&other.rows) {
            if let (Some(size), Some(there)) = (row.size, other.size)
                && row.text == other.text
                && size.abs_diff(there) <= jitter
            {
                row.size = other.size;
            }
        }
    }

    /// A line for each.
    pub fn text(&self) -> String {
        let lines = self.rows.iter().map(|row| match row.size {
            Some(size) => format!("{}  {size} bytes\n", row.text),
            None => format!("{}\n", row.text),
        });
        lines.collect()
    }
}

/// Frames with their sizes, sorted where a step has no order; or all bytes of the step.
fn sizes(chapter: &Chapter<'_>, client: &str, way: Direction, plan: &Plan) -> Vec<(String, u64)> {
    let wire = &plan.adapter_of(client).wire;
    let here = chapter.events.iter().map(|event| &event.kind);
    match wire.framing {
        Framing::Chat => {
            let frames = here.filter_map(|kind| match kind {
                Kind::Frame {
                    link,
                    direction,
                    r#type,
                    body,
                    ..
                } if link == client && *direction == way && !wire.background.contains(r#type) => {
                    Some((r#type.clone(), *body))
                }
                _ => None,
            });
            let mut frames: Vec<(String, u64)> = frames.collect();
            if chapter.is_unordered() {
                frames.sort();
            }
            frames
        }
        Framing::None => {
            let pieces = here.filter_map(|kind| match kind {
                Kind::Wire {
                    link,
                    direction,
                    len,
                    ..
                } if link == client && *direction == way => Some(*len),
                _ => None,
            });
            let bytes: u64 = pieces.sum();
            (bytes > 0)
                .then(|| ("in all".to_owned(), bytes))
                .into_iter()
                .collect()
        }
    }
}

static RANDOM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9+/_=-]*[0-9][A-Za-z0-9+/_=-]*|[A-Za-z0-9+/_=-]{24,}").ok()
});

/// What the relay has printed, each line once.
fn printed(events: &[Event]) -> BTreeSet<String> {
    let lines = events.iter().filter_map(|event| match &event.kind {
        Kind::Line { who, text, .. } if who == "relay" => Some(text.as_str()),
        _ => None,
    });
    let masked = lines.map(|line| match RANDOM.as_ref() {
        Some(random) => random.replace_all(line, "#").into_owned(),
        None => line.to_owned(),
    });
    masked.collect()
}
