//! Redaction by identity: what differs from run to run gets the name of what it is.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use regex::{Captures, Regex};

use matching::compiled;
use scenario::plan::Plan;
use timeline::{Event, Kind};

/// Texts longer than this are shortened, with their length.
const LONGEST: usize = 200;

static DIGEST: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-f]{64}").expect("a constant"));
static SCRATCH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"/\S*/play-\w{6}/").expect("a constant"));

/// Replaces everything that a run draws at random.
#[derive(Debug)]
pub(super) struct Redactor {
    names: Vec<(String, String)>,
    /// A canary that a sentence has cut.
    cut: Option<Arc<Regex>>,
    unknown: RefCell<Vec<String>>,
}

impl Redactor {
    pub(super) fn new(plan: &Plan, events: &[Event]) -> Self {
        let canaries = plan
            .audit
            .canaries
            .iter()
            .map(|canary| (canary.text.clone(), format!("[canary {}]", canary.name)));
        let control = (plan.control.clone(), "[control]".to_owned());
        let files = events.iter().filter_map(|event| match &event.kind {
            Kind::Outbox { name, sha256, .. } => {
                Some((sha256.clone(), format!("[sha256 of {name}]")))
            }
            _ => None,
        });
        let scratch = events.iter().find_map(|event| match &event.kind {
            Kind::Began { scratch, .. } => Some((scratch.clone()?, "[scratch]".to_owned())),
            _ => None,
        });
        let prefix = plan
            .audit
            .canaries
            .first()
            .and_then(|canary| canary.text.split('-').next());
        let cut = prefix.map(|prefix| format!("{}[-a-z0-9]*", regex::escape(prefix)));
        Self {
            cut: cut.and_then(|cut| compiled(&cut)),
            names: canaries
                .chain([control])
                .chain(files)
                .chain(scratch)
                .collect(),
            unknown: RefCell::default(),
        }
    }

    /// The text with names for what is random.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (random, name) in &self.names {
            if text.contains(random.as_str()) {
                text = text.replace(random.as_str(), name);
            }
        }
        let text = SCRATCH.replace_all(&text, "[scratch]/");
        let text = match &self.cut {
            Some(cut) => cut.replace_all(&text, "[canary]"),
            None => text,
        };
        let text = DIGEST.replace_all(&text, |found: &Captures<'_>| {
            let digest = found.get(0).map_or("", |found| found.as_str());
            format!("[digest {}]", self.number(digest))
        });
        shortened(&text)
    }

    /// The same digest has the same number wherever it comes again.
    fn number(&self, digest: &str) -> usize {
        let mut unknown = self.unknown.borrow_mut();
        if let Some(place) = unknown.iter().position(|known| known == digest) {
            return place + 1;
        }
        unknown.push(digest.to_owned());
        unknown.len()
    }
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST {
        return text.to_owned();
    }
    let begin: String = text.chars().take(LONGEST / 2).collect();
    let end: String = text.chars().skip(length - LONGEST / 4).collect();
    format!("{begin} […{length} characters in all…] {end}")
}
