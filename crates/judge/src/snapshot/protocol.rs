//! The protocol record: what went over the wire, as decoded.

use super::redact::Redactor;
use super::steps::{Chapter, chapters};
use scenario::adapter::Framing;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind};

/// Fields of hop headers that say something and do not differ from run to run.
const FIELDS: [&str; 9] = [
    "code",
    "from",
    "keepalive_ms",
    "name",
    "peer.name",
    "present",
    "presence",
    "reason",
    "to",
];

/// The frames on every link, step by step: type, telling fields, size bucket. Types that come
/// and go with timing are left out. `None` when the implementation's frames are not known.
pub fn protocol(plan: &Plan, events: &[Event]) -> Option<String> {
    if plan.adapter.wire.framing == Framing::None {
        return None;
    }
    let redactor = Redactor::new(plan, events);
    let mut text = format!("# {}\n", plan.scenario.title);
    for chapter in chapters(plan, events) {
        text.push('\n');
        text.push_str(&redactor.text(&chapter.title()));
        text.push('\n');
        for client in &plan.clients {
            for direction in [Direction::Up, Direction::Down] {
                for line in frames(&chapter, &client.name, direction, plan, &redactor) {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
        }
    }
    Some(text)
}

fn frames(
    chapter: &Chapter<'_>,
    client: &str,
    wanted: Direction,
    plan: &Plan,
    redactor: &Redactor,
) -> Vec<String> {
    let arrow = match wanted {
        Direction::Up => format!("{client} → relay"),
        Direction::Down => format!("relay → {client}"),
    };
    let mut lines: Vec<String> = chapter
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Frame {
                link,
                direction,
                r#type,
                fields,
                body,
                ..
            } if link == client
                && *direction == wanted
                && !plan.adapter.wire.background.contains(r#type) =>
            {
                let shown: String = fields
                    .iter()
                    .filter(|(name, _)| FIELDS.contains(&name.as_str()))
                    .map(|(name, value)| format!(" {name}={}", redactor.text(value)))
                    .collect();
                Some(format!("{arrow}  {}{shown}{}", r#type, bucket(*body)))
            }
            // Which byte it was, and when, differs from run to run.
            Kind::Fault {
                link,
                direction,
                fault,
                frame: Some(frame),
                ..
            } if link == client && *direction == wanted => {
                Some(format!("{arrow}  {frame} met by {fault}"))
            }
            _ => None,
        })
        .collect();
    if chapter.is_unordered() {
        lines.sort();
    }
    fold(lines)
}

/// The size of a body, as far as padding shows it.
fn bucket(body: u64) -> String {
    match body {
        0 => String::new(),
        1..=1024 => "  ≤ 1 KiB".to_owned(),
        _ => format!("  ≤ {} KiB", body.next_power_of_two() / 1024),
    }
}

/// Equal lines one after another become one.
fn fold(lines: Vec<String>) -> Vec<String> {
    let mut folded: Vec<(String, usize)> = Vec::new();
    for line in lines {
        match folded.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => folded.push((line, 1)),
        }
    }
    folded
        .into_iter()
        .map(|(line, count)| {
            if count > 1 {
                format!("{line}  ×{count}")
            } else {
                line
            }
        })
        .collect()
}
