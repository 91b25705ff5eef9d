//! The sequence of messages as a picture: lifelines for relay and clients, arrows between them.
//! It is laid out here; the template only draws it.

use super::messages::{DRAWN, Message};
use super::moments::Moments;
use crate::scene::RELAY;
use scenario::plan::Plan;
use timeline::{Event, Kind, visible};

/// Distance of lifelines, and of rows, in pixels.
const LANE: usize = 120;
const ROW: usize = 28;

/// How far an arrow falls at most.
const FALL: usize = 14;

/// Space above the first row.
const TOP: usize = 18;

/// The picture.
#[derive(Debug)]
pub(super) struct Diagram {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) lifelines: Vec<Lifeline>,
    pub(super) bands: Vec<Band>,
    pub(super) arrows: Vec<Arrow>,
    pub(super) marks: Vec<Mark>,
    /// What is not drawn, in words.
    pub(super) left_out: Option<String>,
}

/// A participant.
#[derive(Debug)]
pub(super) struct Lifeline {
    pub(super) name: String,
    pub(super) x: usize,
}

/// The rows of one step.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) moment: usize,
    pub(super) label: String,
    pub(super) y: usize,
    pub(super) height: usize,
}

/// One record.
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) number: usize,
    pub(super) moment: usize,
    pub(super) class: &'static str,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) y: usize,
    pub(super) end: usize,
    pub(super) middle: usize,
    pub(super) label_y: usize,
    pub(super) label: String,
    pub(super) title: String,
}

/// Something that happened to a participant.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) moment: usize,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) label: String,
    pub(super) title: String,
}

/// What fills a row.
enum Row<'a> {
    Message(&'a Message),
    Mark {
        who: &'a str,
        label: &'static str,
        title: String,
    },
}

impl Diagram {
    pub(super) fn of(
        plan: &Plan,
        events: &[Event],
        moments: &Moments<'_>,
        messages: &[Message],
    ) -> Self {
        let lifelines = lifelines(plan);
        let rows = rows(events, moments, messages);
        let mut diagram = Self {
            width: (lifelines.len() + 1) * LANE,
            height: TOP + rows.len() * ROW + ROW,
            lifelines,
            bands: Vec::new(),
            arrows: Vec::new(),
            marks: Vec::new(),
            left_out: left_out(messages),
        };
        for (n, (moment, row)) in rows.iter().enumerate() {
            let y = TOP + n * ROW;
            diagram.band(*moment, y, moments);
            match row {
                Row::Message(message) => diagram.arrow(message, y),
                Row::Mark { who, label, title } => diagram.mark(*moment, who, label, title, y),
            }
        }
        diagram
    }

    fn x(&self, who: &str) -> usize {
        let one = self.lifelines.iter().find(|one| one.name == who);
        one.map_or(0, |one| one.x)
    }

    fn band(&mut self, moment: usize, y: usize, moments: &Moments<'_>) {
        if let Some(band) = self.bands.last_mut().filter(|band| band.moment == moment) {
            band.height += ROW;
            return;
        }
        let label = match moment {
            0 => "before".to_owned(),
            last if last == moments.last() => "after".to_owned(),
            step => format!("step {step}"),
        };
        self.bands.push(Band {
            moment,
            label,
            y: y - TOP,
            height: ROW,
        });
    }

    fn arrow(&mut self, message: &Message, y: usize) {
        let (client, relay) = (self.x(&message.record.link), self.x(RELAY));
        let (from, to) = if message.is_up() {
            (client, relay)
        } else {
            (relay, client)
        };
        let end = y + fall(message.latency);
        let folded = match message.folded {
            0 => String::new(),
            more => format!(" ▣ and {more} more"),
        };
        self.arrows.push(Arrow {
            number: message.number,
            moment: message.moment,
            class: message.nature().class(),
            from,
            to,
            y,
            end,
            middle: usize::midpoint(from, to),
            label_y: usize::midpoint(y, end) - 4,
            label: format!(
                "#{} {} {} B{folded}",
                message.number, message.record.kind, message.record.len
            ),
            title: format!(
                "#{} {}: {}, {} bytes, {} ({})",
                message.number,
                message.way(),
                message.record.kind,
                message.record.len,
                message.sees(),
                message.when
            ),
        });
    }

    fn mark(&mut self, moment: usize, who: &str, label: &str, title: &str, y: usize) {
        let x = self.x(who);
        self.marks.push(Mark {
            moment,
            x,
            y: y + ROW / 2,
            label: label.to_owned(),
            title: title.to_owned(),
        });
    }
}

/// Half of the clients, the relay, the other half.
fn lifelines(plan: &Plan) -> Vec<Lifeline> {
    let mut names: Vec<&str> = plan
        .clients
        .iter()
        .map(|client| client.name.as_str())
        .collect();
    names.insert(names.len().div_ceil(2), RELAY);
    let placed = names.into_iter().enumerate();
    placed
        .map(|(n, name)| Lifeline {
            name: visible(name),
            x: (n + 1) * LANE,
        })
        .collect()
}

/// Records and what happened between them, in the order of the timeline.
fn rows<'a>(
    events: &'a [Event],
    moments: &Moments<'_>,
    messages: &'a [Message],
) -> Vec<(usize, Row<'a>)> {
    let marks = events.iter().filter_map(|event| {
        let (who, label, title) = match &event.kind {
            Kind::Exited { who, how } => (who, "✂ ended", format!("{who} {how}")),
            Kind::Fault { link, did, .. } => (link, "⚡ fault", format!("{link}: {did}")),
            Kind::NotReady { who, why, .. } => (who, "✘ not ready", why.clone()),
            Kind::Missed { who, awaited, .. } => (who, "✘ missed", awaited.clone()),
            Kind::Exceeded {
                who, limit, used, ..
            } => {
                let used = used.map(|used| limit.amount(used).to_string());
                let what = used.unwrap_or_else(|| "more than it may".to_owned());
                (who, "✘ limit", format!("{who} used {what}"))
            }
            _ => return None,
        };
        let row = Row::Mark {
            who,
            label,
            title: visible(&title),
        };
        Some((event.t, moments.at(event.n), row))
    });
    let drawn = messages.iter().take(DRAWN);
    let drawn = drawn.map(|message| (message.t, message.moment, Row::Message(message)));
    let mut rows: Vec<(u64, usize, Row<'_>)> = drawn.chain(marks.take(DRAWN)).collect();
    rows.sort_by_key(|(t, ..)| *t);
    rows.into_iter()
        .map(|(_, moment, row)| (moment, row))
        .collect()
}

/// The longer it took, the more it falls: two pixels for each doubling of a millisecond.
fn fall(latency: u64) -> usize {
    let milliseconds = latency / 1_000_000;
    let doublings = usize::try_from((milliseconds + 1).ilog2()).unwrap_or(0);
    (2 + 2 * doublings).min(FALL)
}

fn left_out(messages: &[Message]) -> Option<String> {
    let all = messages.len();
    (all > DRAWN).then(|| {
        format!(
            "{} of {all} records are not drawn; all of them are in timeline.jsonl",
            all - DRAWN
        )
    })
}
