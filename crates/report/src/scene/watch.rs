//! What the relay saw of each record: worked out here, once, and laid out by the faces.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::RELAY;
use super::finding::Findings;
use super::record::{Bytes, Record, Sight};
use scenario::adapter::Framing;
use scenario::plan::{Action, Plan, PlannedStep, text_called};
use timeline::{Direction, Event, Kind, StepId, visible};

/// Bytes of one record that are searched while it passes; the audit searches all of them.
const SEARCHED: u64 = 512 * 1024;

/// A text that is shorter may stand in random bytes.
const RARE: usize = 8;

/// A text that is shorter may be what a relay says of its own accord.
const OWN: usize = 16;

/// A text that the step sends.
#[derive(Debug)]
struct Text {
    from: String,
    text: String,
    /// What is looked for: its canaries, and the whole of it; nothing where it is too short.
    needles: Vec<String>,
    /// What findings call it.
    names: Vec<String>,
}

/// Follows what reaches the relay, and what is found with it, through a play.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) findings: Findings,
    /// Of the step that was the last to begin.
    texts: Vec<Text>,
    /// Where frames end and where bytes end, of links whose frames can be told apart.
    ends: BTreeMap<(String, Direction), (u64, u64)>,
    /// Something that is no frame has passed there: what follows comes in pieces.
    broken: BTreeSet<(String, Direction)>,
}

impl Watch {
    /// The record that an event adds, with all of its bytes that were searched.
    pub(crate) fn event(
        &mut self,
        plan: &Plan,
        event: &Event,
        bytes: Bytes<'_>,
    ) -> Option<(Record, Vec<u8>)> {
        match &event.kind {
            Kind::StepBegan { step } => self.begin(plan, step),
            Kind::Line { who, text, .. } if who == RELAY => self.printed(text),
            Kind::Finding { .. } => self.findings.add(&event.kind),
            _ => {}
        }
        let mut record = self.record(plan, &event.kind)?;
        let (file, at) = &record.place;
        let whole = bytes(file, *at, record.len.min(SEARCHED));
        record.sight = match self.sight(&record.link, &whole) {
            // Nobody may say so who has not looked at all of it.
            Sight::NotIn(_) if (whole.len() as u64) < record.len => Sight::NotLookedFor,
            sight => sight,
        };
        // A finding is held against its sender alone: recipients' receipts carry nothing of it.
        let own = self.of(&record.link);
        record.names = own.flat_map(|text| text.names.clone()).collect();
        Some((record, whole))
    }

    /// What a client has just sent, in the step's words.
    pub(super) fn sent_by(&self, link: &str) -> Option<String> {
        self.of(link).next().map(|text| visible(&text.text))
    }

    fn of(&self, link: &str) -> impl Iterator<Item = &Text> {
        self.texts.iter().filter(move |text| text.from == link)
    }

    /// Until the next step begins, everything that passes may carry what this one sends.
    fn begin(&mut self, plan: &Plan, id: &StepId) {
        let Some(step) = plan.steps.iter().find(|step| step.id == *id) else {
            return;
        };
        let parts: &[PlannedStep] = match &step.action {
            Action::All { steps } => steps,
            _ => &[],
        };
        let all = std::iter::once(step).chain(parts);
        self.texts = all.filter_map(|step| Text::of(plan, step)).collect();
    }

    /// A relay that prints a text has it, whatever was sent on the link.
    fn printed(&mut self, line: &str) {
        for text in &self.texts {
            let mut needles = text.needles.iter().filter(|needle| needle.len() >= OWN);
            if let Some(needle) = needles.find(|needle| line.contains(needle.as_str())) {
                let words = format!("“{}”, in what it printed", visible(needle));
                self.findings.with_relay(&text.names, &words);
            }
        }
    }

    fn record(&mut self, plan: &Plan, kind: &Kind) -> Option<Record> {
        match kind {
            Kind::LinkOpened { link } => {
                self.broken.retain(|(broken, _)| broken != link);
                None
            }
            Kind::Wire {
                link,
                direction,
                at,
                len,
            } => {
                let key = (link.clone(), *direction);
                let has_frames = plan.adapter_of(link).wire.framing != Framing::None;
                if !has_frames || self.broken.contains(&key) {
                    return Some(Record::on(link, *direction, (*at, *len)));
                }
                self.ends.entry(key).or_default().1 = at + len;
                None
            }
            Kind::BadFrame {
                link, direction, ..
            } => {
                let key = (link.clone(), *direction);
                // The bytes behind the last frame were seen, and belong to no frame.
                let (from, to) = self.ends.get(&key).copied().unwrap_or_default();
                let is_new = self.broken.insert(key) && from < to;
                is_new.then(|| Record::on(link, *direction, (from, to - from)))
            }
            Kind::Frame {
                link,
                direction,
                at,
                len,
                r#type,
                fields,
                body,
            } => {
                let key = (link.clone(), *direction);
                self.ends.entry(key).or_default().0 = at + len;
                let background = &plan.adapter_of(link).wire.background;
                Some(Record {
                    to: fields.get("to").map(|to| visible(to)),
                    kind: visible(r#type),
                    is_relayed: *body > 0 && !background.contains(r#type),
                    ..Record::on(link, *direction, (*at, *len))
                })
            }
            _ => None,
        }
    }

    /// Looks for what the sender has sent, and then for what the others have.
    fn sight(&self, link: &str, whole: &[u8]) -> Sight {
        let others = self.texts.iter().filter(|text| text.from != link);
        let needles = self.of(link).chain(others).flat_map(|text| &text.needles);
        let mut first = None;
        for needle in needles {
            if memmem::find(whole, needle.as_bytes()).is_some() {
                return Sight::In(visible(needle));
            }
            first = first.or(Some(needle));
        }
        first.map_or(Sight::NotLookedFor, |needle| Sight::NotIn(visible(needle)))
    }
}

impl Text {
    fn of(plan: &Plan, step: &PlannedStep) -> Option<Self> {
        let sent = step.sent.as_ref()?;
        let canaries = plan.audit.canaries.iter();
        let canaries = canaries.filter(|canary| sent.text.contains(&canary.text));
        let mut names = vec![text_called(&step.id)];
        let mut needles = Vec::new();
        for canary in canaries {
            names.push(canary.called());
            needles.push(canary.text.clone());
        }
        if sent.text.len() >= RARE {
            needles.push(sent.text.clone());
        } else {
            needles.clear();
        }
        Some(Self {
            from: sent.from.clone(),
            text: sent.text.clone(),
            needles,
            names,
        })
    }
}
