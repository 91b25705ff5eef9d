//! What the relay gets to see: the records on their way up, and who has shown what of them.

use super::super::searches::grouped;
use super::finding::Finding;
use super::record::{Bytes, Record};
use super::sought::{Presence, Sought};
use super::{RELAY, Scene, ScenePhase, StoryKind};
use scenario::plan::Plan;
use timeline::{Event, Kind, Seen, visible};

/// Records that are kept.
const PASSED: usize = 400;

/// Bytes of one record that are kept to be shown.
const HEAD: usize = 2048;

/// Bytes at its end that are kept to be shown.
const TAIL: usize = 16;

/// A record that a client gave to the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Counts from 1.
    pub number: usize,
    /// The record itself.
    pub record: Record,
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// Its last ones, which are sealed where it is sealed.
    pub tail: Vec<u8>,
    /// What the sender typed, in the step's words.
    pub sent: Option<String>,
    /// Who has read what of it.
    pub shown: Vec<(String, String)>,
}

impl Passed {
    /// `#7 alice → bob`; where nothing tells the recipient, it is on its way to the relay.
    pub fn way(&self) -> String {
        let to = self.record.to.as_deref().unwrap_or(RELAY);
        format!("#{} {} → {to}", self.number, self.record.link)
    }

    /// `1 317 bytes`
    pub fn size(&self) -> String {
        format!("{} bytes", grouped(self.record.len))
    }

    /// Whether a line that a client has shown may be this record.
    fn is_shown_by(&self, who: &str, plan: &Plan, seen: &Seen) -> bool {
        let from = seen.captures.get("from").map(String::as_str);
        let for_them = match &self.record.to {
            Some(to) => plan.login(who) == to,
            None => self.record.link != who,
        };
        for_them
            && from == Some(plan.login(&self.record.link))
            && self.shown.iter().all(|(other, _)| other != who)
    }
}

impl Scene {
    /// Records that have passed.
    pub fn count(&self) -> usize {
        self.forgotten + self.passed.len()
    }

    /// What the audit found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.watch.findings.all
    }

    /// Everything that was sent so far, oldest first, and what is known of whether the relay has
    /// it.
    pub fn sought(&self) -> &[Sought] {
        &self.watch.sought
    }

    /// Of that, what was sent last.
    pub fn latest(&self) -> &[Sought] {
        let all = self.sought();
        all.get(self.watch.latest.clone()).unwrap_or_default()
    }

    /// What is worth showing of it: what was sent last; once everything was searched, all that
    /// the relay has, where it has something.
    pub fn worth_showing(&self) -> Vec<&Sought> {
        let is_over = self.phase == ScenePhase::Stopping && self.searched > 0;
        let found = self.sought().iter().filter(|_| is_over);
        let found: Vec<&Sought> = found.filter(|one| one.is_found()).collect();
        match found.is_empty() {
            true => self.latest().iter().collect(),
            false => found,
        }
    }

    /// Of how many texts it is known whether the relay has them, and how many it has: the latter
    /// first.
    pub fn counters(&self) -> (usize, usize) {
        let known = |one: &&Sought| matches!(one.presence(), Presence::Found | Presence::NotFound);
        let known = self.sought().iter().filter(known);
        (
            known.clone().filter(|one| one.is_found()).count(),
            known.count(),
        )
    }

    /// What an event adds to what the relay sees.
    pub(super) fn watch(&mut self, event: &Event, bytes: Bytes<'_>) {
        let record = self.watch.event(&self.plan, event, bytes);
        // Fences are ours, and nobody's conversation.
        let is_over = matches!(self.phase, ScenePhase::Closing | ScenePhase::Stopping);
        let record = record.filter(|(record, _)| record.is_shown() && !is_over);
        if let Some((record, whole)) = record {
            self.pass(record, &whole);
        }
        let news = self.watch.take_news();
        if !news.is_empty() || matches!(event.kind, Kind::Finding { .. }) {
            // What is found later may tell of what has passed long ago.
            for passed in &mut self.passed {
                self.watch.apply(&mut passed.record);
            }
        }
        for what in news {
            self.report(StoryKind::Found, format!("■ FOUND {what}"));
        }
    }

    fn pass(&mut self, record: Record, whole: &[u8]) {
        let head = whole.len().min(HEAD);
        let tail = whole.len().saturating_sub(TAIL);
        let passed = Passed {
            number: self.count() + 1,
            bytes: whole.get(..head).unwrap_or_default().to_vec(),
            tail: whole.get(tail..).unwrap_or_default().to_vec(),
            sent: self.watch.sent_by(&record.link),
            shown: Vec::new(),
            record,
        };
        let text = format!("{}, {}", passed.way(), passed.size());
        self.report(StoryKind::Passed, text);
        if self.passed.len() == PASSED {
            self.passed.remove(0);
            self.forgotten += 1;
        }
        self.passed.push(passed);
    }

    /// A recipient has shown something: which record that was.
    pub(super) fn shown_by(&mut self, who: &str, text: &str, seen: &Seen) {
        let mut latest = self.passed.iter_mut().rev();
        if let Some(passed) = latest.find(|passed| passed.is_shown_by(who, &self.plan, seen)) {
            passed.shown.push((who.to_owned(), read(text, seen)));
        }
    }
}

/// What a person read in a line: the text alone, where the adapter tells it.
fn read(line: &str, seen: &Seen) -> String {
    let capture = |name: &str| seen.captures.get(name).map(|value| visible(value));
    match (capture("text"), capture("name"), capture("size")) {
        (Some(text), ..) => format!("“{text}”"),
        (None, Some(name), Some(size)) => format!("the file {name}, {size} bytes"),
        _ => visible(line),
    }
}
