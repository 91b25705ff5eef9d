//! What the relay saw of each record: worked out here, once, and laid out by the faces.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use memchr::memmem;

use super::RELAY;
use super::ciphertext::looks_sealed;
use super::finding::{Finding, Findings};
use super::record::{Bytes, Record, Sight};
use super::sought::Sought;
use scenario::adapter::Framing;
use scenario::plan::{Action, Plan, PlannedStep};
use timeline::{ControlCommand, Direction, Event, Kind, StepId, Surface, visible};

/// Bytes of one record that are searched while it passes; the audit searches all of them.
const SEARCHED: u64 = 512 * 1024;

/// Follows what reaches the relay, and what is found with it, through a play.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) findings: Findings,
    /// Everything that was sent so far, oldest first.
    pub(super) sought: Vec<Sought>,
    /// Of it, what may still be on its way: of the last step, and what a person typed since.
    current: Range<usize>,
    /// Of it, what was sent last.
    pub(super) latest: Range<usize>,
    /// What was found since somebody asked.
    news: Vec<String>,
    /// Where frames end and where bytes end, of links whose frames can be separated.
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
        self.heed(plan, &event.kind);
        let mut record = self.record(plan, &event.kind)?;
        let (file, at) = &record.place;
        let whole = bytes(file, *at, record.len.min(SEARCHED));
        // Only a search of all of it can show that it is not there.
        let is_whole = whole.len() as u64 == record.len;
        record.sight = match self.sight(&record.link, &whole) {
            Sight::NotIn(_) if !is_whole => Sight::NotLookedFor,
            sight => sight,
        };
        record.is_sealed = record.head.is_some_and(|head| {
            let body = usize::try_from(head)
                .ok()
                .and_then(|head| whole.get(head..));
            body.is_some_and(looks_sealed)
        });
        let current = self.current.clone();
        // A finding is held against its sender alone: recipients' receipts carry nothing of it.
        record.sought = current
            .filter(|nth| self.is_from(*nth, &record.link))
            .collect();
        if is_whole && record.direction == Direction::Up && record.is_relayed {
            for nth in &record.sought {
                if let Some(sought) = self.sought.get_mut(*nth) {
                    sought.passed();
                }
            }
        }
        Some((record, whole))
    }

    /// What an event says about what is searched for.
    fn heed(&mut self, plan: &Plan, kind: &Kind) {
        match kind {
            Kind::StepBegan { step } => self.begin(plan, step),
            Kind::Unscripted { ask, refused: None } => self.interfered(plan, ask),
            Kind::Line { who, text, .. } if who == RELAY => {
                for sought in self
                    .sought
                    .get_mut(self.current.clone())
                    .into_iter()
                    .flatten()
                {
                    if sought.printed(text) {
                        self.news.push(news(sought, Surface::Output));
                    }
                }
            }
            Kind::Scanned { surfaces, .. } => {
                let surfaces = || surfaces.iter().copied();
                self.sought
                    .iter_mut()
                    .for_each(|one| one.scanned(surfaces()));
            }
            Kind::Searched {
                surface,
                control,
                incomplete: None,
                ..
            } if *surface != Surface::Others && *control != Some(false) => {
                self.sought
                    .iter_mut()
                    .for_each(|one| one.scanned([*surface]));
            }
            Kind::Finding {
                surface,
                place,
                what,
                transformation,
                ..
            } => {
                let words = self.findings.add(kind);
                // What other clients have says nothing of the relay.
                let sought = self
                    .sought
                    .iter_mut()
                    .filter(|_| *surface != Surface::Others);
                let known = self.news.len();
                let mut is_known = false;
                for sought in sought.filter(|one| one.is_called(what)) {
                    is_known = true;
                    if sought.met(*surface, place, transformation) {
                        self.news.push(news(sought, *surface));
                    }
                }
                // A step that sends the same again tells it once.
                self.news.truncate(known + 1);
                self.news.extend(words.filter(|_| !is_known));
            }
            _ => {}
        }
    }

    /// What was found since this was last asked.
    pub(super) fn take_news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.news)
    }

    /// What a client has just sent, in the step's words.
    pub(super) fn sent_by(&self, link: &str) -> Option<String> {
        self.of(link).next().map(|sought| sought.what())
    }

    /// What it says of a record. What is in its bytes outweighs what is elsewhere.
    pub(crate) fn apply(&self, record: &mut Record) {
        if matches!(record.sight, Sight::In(_)) {
            return;
        }
        let found = self.findings.in_bytes(record).next();
        let found = found.map(|one| format!("{}, {}", one.what, one.transformation));
        if let Some(found) = found {
            record.sight = Sight::In(visible(&found));
            return;
        }
        let sought = record.sought.iter().filter_map(|nth| self.sought.get(*nth));
        if let Some(place) = sought.filter_map(Sought::elsewhere).next() {
            record.sight = Sight::Elsewhere(place.to_owned());
        }
    }

    /// What of the bytes of a record is a text that was found in it: each part, in order.
    pub(crate) fn marks(&self, record: &Record, whole: &[u8]) -> Vec<Range<usize>> {
        let mut marks = Vec::new();
        let sought = record.sought.iter().filter_map(|nth| self.sought.get(*nth));
        for needle in sought.flat_map(Sought::needles) {
            let places = memmem::find_iter(whole, needle.as_bytes());
            marks.extend(places.map(|at| at..at + needle.len()));
        }
        for found in self.findings.in_bytes(record) {
            let (_, at) = found.place;
            if let Ok(at) = usize::try_from(at - record.place.1) {
                marks.push(at..at + self.length(found, whole.get(at..).unwrap_or_default()));
            }
        }
        marks.sort_by_key(|mark| (mark.start, mark.end));
        marks
    }

    /// How many of these bytes are what was found at their front. Of what is packed only where
    /// it begins is known.
    fn length(&self, found: &Finding, bytes: &[u8]) -> usize {
        let sought = self.sought.iter().filter(|one| one.is_called(&found.what));
        let encoded = sought
            .flat_map(Sought::needles)
            .flat_map(|needle| audit::encodings(needle.as_bytes()))
            .filter(|(how, _)| how.word() == found.transformation);
        let alike = encoded.map(|(_, encoded)| {
            let pairs = encoded.iter().zip(bytes);
            pairs.take_while(|(a, b)| a == b).count()
        });
        alike.max().unwrap_or_default().max(1)
    }

    /// What of these texts is in a line that the relay printed.
    pub(crate) fn printed_in<'s>(&'s self, line: &str) -> Option<&'s str> {
        let mut sought = self.sought.iter();
        sought.find_map(|one| one.printed_in(line))
    }

    fn is_from(&self, nth: usize, link: &str) -> bool {
        self.sought
            .get(nth)
            .is_some_and(|sought| sought.from == link)
    }

    /// The latest first.
    fn of(&self, link: &str) -> impl Iterator<Item = &Sought> {
        let current = self.sought.get(self.current.clone()).unwrap_or_default();
        current
            .iter()
            .rev()
            .filter(move |sought| sought.from == link)
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
        let first = self.sought.len();
        self.sought
            .extend(all.filter_map(|step| Sought::of(plan, step)));
        self.current = first..self.sought.len();
        if !self.current.is_empty() {
            self.latest = self.current.clone();
        }
    }

    /// What a person sends is searched for, like what a step sends.
    fn interfered(&mut self, plan: &Plan, ask: &ControlCommand) {
        let first = self.sought.len();
        match ask {
            ControlCommand::Type { client, line } => {
                self.sought.extend(Sought::by_hand(plan, client, line));
            }
            ControlCommand::Repeat => {
                let again = self.sought.get(self.current.clone()).unwrap_or_default();
                let again: Vec<Sought> = again.iter().filter_map(Sought::again).collect();
                self.sought.extend(again);
            }
            _ => {}
        }
        if first < self.sought.len() {
            self.current.end = self.sought.len();
            self.latest = first..self.sought.len();
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
                open,
            } => {
                let key = (link.clone(), *direction);
                self.ends.entry(key).or_default().0 = at + len;
                let background = &plan.adapter_of(link).wire.background;
                Some(Record {
                    to: fields.get("to").map(|to| visible(to)),
                    kind: visible(r#type),
                    head: Some((len.saturating_sub(*body) + open).min(*len)),
                    is_relayed: *body > 0 && !background.contains(r#type),
                    ..Record::on(link, *direction, (*at, *len))
                })
            }
            _ => None,
        }
    }

    /// Searches for what the sender has sent, and then for what the others have.
    fn sight(&mut self, link: &str, whole: &[u8]) -> Sight {
        let is_in = |needle: &str| memmem::find(whole, needle.as_bytes()).is_some();
        let mut current: Vec<usize> = self.current.clone().rev().collect();
        current.sort_by_key(|nth| !self.is_from(*nth, link));
        let mut first = None;
        for nth in current {
            let Some(sought) = self.sought.get_mut(nth) else {
                continue;
            };
            if let Some(needle) = sought.needle_in(is_in).map(visible) {
                if sought.read() {
                    self.news.push(news(sought, Surface::Wire));
                }
                return Sight::In(needle);
            }
            first = first.or_else(|| sought.first_needle().map(visible));
        }
        first.map_or(Sight::NotLookedFor, Sight::NotIn)
    }
}

/// `■ FOUND “the code is …” in its output: …`
fn news(sought: &Sought, surface: Surface) -> String {
    let place = sought.found.get(&surface);
    format!("{} {}", sought.what(), place.map_or("", String::as_str))
}
