//! What each participant showed and was given, line by line, by moment.

use std::collections::BTreeMap;
use std::path::Path;

use super::address;
use super::moments::Moments;
use crate::recording;
use crate::scene::{RELAY, Watch};
use scenario::plan::Plan;
use timeline::{Event, Kind, Stream, visible};

/// Lines of one participant that are shown; the rest is counted.
const LINES: usize = 400;

/// Characters of a line that are shown.
const LONGEST: usize = 300;

/// One participant's terminal.
#[derive(Debug)]
pub(super) struct Participant {
    pub(super) who: String,
    pub(super) lines: Vec<Line>,
    pub(super) left_out: Option<String>,
    /// Address of what its terminal showed, as a recording.
    pub(super) recording: String,
}

/// One line of it.
#[derive(Debug)]
pub(super) struct Line {
    /// What a link to it says behind the `#`; only what a finding leads to has one.
    pub(super) anchor: Option<String>,
    pub(super) moment: usize,
    pub(super) class: &'static str,
    /// What stands before, what was sent and found in it, and what is behind.
    pub(super) before: String,
    pub(super) found: String,
    pub(super) after: String,
}

impl Line {
    /// Of a text in which the relay may have printed what was sent.
    fn of(event: &Event, moment: usize, class: &'static str, text: &str, found: &str) -> Self {
        let parts = text.split_once(found).filter(|_| !found.is_empty());
        let (before, after) = parts.unwrap_or((text, ""));
        Self {
            anchor: parts.map(|_| format!("line-{}", event.n)),
            moment,
            class,
            before: cut(before),
            found: cut(found),
            after: cut(after),
        }
    }
}

/// Of the relay, then of the clients in their order.
pub(super) fn of(
    plan: &Plan,
    events: &[Event],
    moments: &Moments<'_>,
    watch: &Watch,
) -> Vec<Participant> {
    let mut shown: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        let (who, class, text) = match &event.kind {
            Kind::Typed { who, line } => (who, "typed", format!("> {line}")),
            Kind::Line {
                who,
                stream: Stream::Stdout,
                text,
                ..
            } => (who, "out", text.clone()),
            Kind::Line { who, text, .. } => (who, "err", text.clone()),
            Kind::Exited { who, how } => (who, "end", format!("({how})")),
            _ => continue,
        };
        if text.contains(&plan.fence_prefix()) {
            continue;
        }
        let count = counts.entry(who).or_default();
        *count += 1;
        if *count <= LINES {
            let found = watch.printed_in(&text).filter(|_| who == RELAY);
            let found = found.unwrap_or_default();
            let line = Line::of(event, moments.at(event.n), class, &text, found);
            shown.entry(who).or_default().push(line);
        }
    }
    let clients = plan.clients.iter().map(|client| client.name.as_str());
    let everybody = std::iter::once(RELAY).chain(clients);
    everybody
        .map(|who| Participant {
            who: visible(who),
            lines: shown.remove(who).unwrap_or_default(),
            left_out: counts
                .get(who)
                .filter(|count| **count > LINES)
                .map(|count| format!("{} more lines are in out/{who}.stdout", count - LINES)),
            recording: address(&Path::new(recording::DIR).join(recording::name(who))),
        })
        .collect()
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    visible(&shown)
}
