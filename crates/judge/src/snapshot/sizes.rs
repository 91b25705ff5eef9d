//! What the relay can count of a play, whatever is in it: frames, bytes and lines.

use std::collections::BTreeMap;

use super::steps::{Chapter, chapters};
use scenario::adapter::Framing;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind, Stream, Surface};

/// Lines of the relay whose lengths are noted.
const LINES: u64 = 4096;

/// A sentence for each thing that can be counted, with the surface that shows it.
///
/// Of frames, the type and the size of the body: what is in a header is identifiers. Where
/// frames are not known, all bytes of a step. Of what the relay prints, the length of each line.
pub fn sizes(plan: &Plan, events: &[Event]) -> Vec<(Surface, String)> {
    let mut sizes = Vec::new();
    for chapter in chapters(plan, events) {
        let step = match chapter.step {
            Some(step) => format!("in step {}", step.id.0),
            None => "before step 1".to_owned(),
        };
        for client in &plan.clients {
            for direction in [Direction::Up, Direction::Down] {
                let way = match direction {
                    Direction::Up => format!("{step}, {} → relay", client.name),
                    Direction::Down => format!("{step}, relay → {}", client.name),
                };
                let here = of_link(&chapter, &client.name, direction, plan);
                sizes.extend(
                    here.into_iter()
                        .map(|what| (Surface::Wire, format!("{way}: {what}"))),
                );
            }
        }
    }
    sizes.extend(
        lines(events)
            .into_iter()
            .map(|what| (Surface::Output, what)),
    );
    sizes
}

/// Frames with their sizes, sorted where a step has no order; or all bytes of the step.
fn of_link(chapter: &Chapter<'_>, client: &str, way: Direction, plan: &Plan) -> Vec<String> {
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
                    Some((r#type, *body))
                }
                _ => None,
            });
            let mut frames: Vec<(&String, u64)> = frames.collect();
            if chapter.is_unordered() {
                frames.sort_unstable();
            }
            let all = format!("{} frames", frames.len());
            let each = (1..).zip(&frames).map(|(nth, (r#type, body))| {
                format!("frame {nth} is `{}` with {body} bytes", r#type)
            });
            std::iter::once(all).chain(each).collect()
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
            vec![format!("{} bytes", pieces.sum::<u64>())]
        }
    }
}

/// How many lines the relay has printed, and how long they are.
fn lines(events: &[Event]) -> Vec<String> {
    let mut printed: BTreeMap<&str, u64> = BTreeMap::new();
    let mut sizes = Vec::new();
    for event in events {
        if let Kind::Line {
            who, stream, text, ..
        } = &event.kind
            && who == "relay"
        {
            let stream = match stream {
                Stream::Stdout => "standard output",
                Stream::Stderr => "standard error",
            };
            let count = printed.entry(stream).or_default();
            *count += 1;
            if *count <= LINES {
                sizes.push(format!("line {count} on {stream} has {} bytes", text.len()));
            }
        }
    }
    sizes.extend(
        printed
            .iter()
            .map(|(stream, count)| format!("{count} lines on {stream}")),
    );
    sizes
}
