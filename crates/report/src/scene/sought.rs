//! What the relay is searched for, text by text: where so far, and where the relay has it.
//! Worked out and put into words here, once; the faces paint it.

use std::collections::{BTreeMap, BTreeSet};

use scenario::plan::{Plan, PlannedStep, around_called, text_called};
use timeline::{Surface, visible};

/// A text that is shorter may be in random bytes.
const RARE: usize = 8;

/// A text that is shorter may be what a relay says of its own accord.
const OWN: usize = 16;

/// The word of what is written down as it is.
const AS_IS: &str = "as-is";

/// Something that a client sent, and what is known of whether the relay has it.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Who sent it.
    pub from: String,
    /// The search for a file is by its content; this is its name.
    pub is_file: bool,
    /// A person typed it, or had a step repeated.
    pub is_by_hand: bool,
    /// Where the relay has it, in words: the first place on each surface.
    pub found: BTreeMap<Surface, String>,
    /// Where it was searched for so far.
    pub searched: BTreeSet<Surface>,
    text: String,
    /// What to search for in bytes and lines: its canaries, and the whole of it.
    needles: Vec<String>,
    /// What findings call it.
    names: Vec<String>,
}

/// What is known so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The relay has it.
    Found,
    /// It was searched for, and not found so far.
    NotFound,
    /// It was not searched for yet.
    NotYet,
    /// It cannot be distinguished from chance.
    TooShort,
}

impl Sought {
    /// What a step sends, if it sends something.
    pub(super) fn of(plan: &Plan, step: &PlannedStep) -> Option<Self> {
        let sent = step.sent.as_ref()?;
        let canaries = plan.audit.canaries.iter();
        let canaries = canaries.filter(|canary| sent.text.contains(&canary.text));
        let file = (sent.from.clone(), sent.text.clone());
        let is_file = plan.audit.files.contains(&file);
        let mut names = vec![text_called(&step.id), around_called(&step.id)];
        let mut needles = Vec::new();
        for canary in canaries {
            names.push(canary.called());
            needles.push(canary.text.clone());
        }
        if is_file {
            names.push(format!("file {}", sent.text));
        }
        Some(Self {
            names,
            is_file,
            ..Self::text(&sent.from, &sent.text, needles)
        })
    }

    /// What a line that a person typed for a client sends, if it sends a text.
    pub(super) fn by_hand(plan: &Plan, client: &str, line: &str) -> Option<Self> {
        let spec = &plan.adapter_of(client).client.r#type;
        let templates = spec.0.values().flat_map(|lines| lines.lines());
        let is_like = templates.filter(|template| template.values(line).is_some());
        // `/msg {to} {text}` says more than `{text}`.
        let text = match is_like.max_by_key(|template| template.literal()) {
            Some(template) => template.values(line)?.remove("text")?,
            None => line.to_owned(),
        };
        Some(Self {
            is_by_hand: true,
            ..Self::text(client, &text, Vec::new())
        })
    }

    /// The same when its step is repeated.
    pub(super) fn again(&self) -> Option<Self> {
        let again = Self {
            is_by_hand: true,
            ..self.clone()
        };
        (!self.is_by_hand).then_some(again)
    }

    fn text(from: &str, text: &str, mut needles: Vec<String>) -> Self {
        if text.len() < RARE {
            needles.clear();
        } else {
            needles.push(text.to_owned());
        }
        Self {
            from: from.to_owned(),
            is_file: false,
            is_by_hand: false,
            found: BTreeMap::new(),
            searched: BTreeSet::new(),
            text: text.to_owned(),
            needles,
            names: Vec::new(),
        }
    }

    /// What of it is in these bytes.
    pub(super) fn needle_in(&self, is_in: impl Fn(&str) -> bool) -> Option<&str> {
        self.needles().find(|needle| is_in(needle))
    }

    /// What is searched for first, if anything is.
    pub(super) fn first_needle(&self) -> Option<&str> {
        self.needles().next()
    }

    /// All bytes of what its sender sent were searched. Of a file they show no more than its
    /// name.
    pub(super) fn passed(&mut self) {
        if !self.is_file && !self.needles.is_empty() {
            self.searched.extend([Surface::Wire, Surface::Output]);
        }
    }

    /// These were scanned, by a search that knows it.
    pub(super) fn scanned(&mut self, surfaces: impl IntoIterator<Item = Surface>) {
        if !self.names.is_empty() {
            self.searched.extend(surfaces);
        }
    }

    /// What is searched for, if anything is.
    pub(super) fn needles(&self) -> impl Iterator<Item = &str> {
        self.needles.iter().map(String::as_str)
    }

    /// What of it is in a line that the relay has printed.
    pub(super) fn printed_in(&self, line: &str) -> Option<&str> {
        self.needle_in(|needle| needle.len() >= OWN && line.contains(needle))
    }

    /// The relay has printed a line. True where that is news.
    pub(super) fn printed(&mut self, line: &str) -> bool {
        self.printed_in(line).is_some() && self.find(Surface::Output, &format!("“{}”", line.trim()))
    }

    /// It is in the bytes of a record. True where that is news.
    pub(super) fn read(&mut self) -> bool {
        let what = if self.is_file {
            "its name"
        } else {
            "as it was typed"
        };
        self.find(Surface::Wire, what)
    }

    /// Findings call it by this name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|one| one == name)
    }

    /// A search found it. True where that is news.
    pub(super) fn met(&mut self, surface: Surface, place: &str, how: &str) -> bool {
        match how {
            AS_IS => self.find(surface, place),
            how => self.find(surface, &format!("{place}, as {how}")),
        }
    }

    fn find(&mut self, surface: Surface, place: &str) -> bool {
        let is_new = !self.found.contains_key(&surface);
        let place = || visible(&format!("{}: {place}", on(surface)));
        self.found.entry(surface).or_insert_with(place);
        is_new
    }

    /// The relay has it.
    pub fn is_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// What is known so far.
    pub fn presence(&self) -> Presence {
        if self.is_found() {
            return Presence::Found;
        }
        match (self.searched.is_empty(), self.needles.is_empty()) {
            (false, _) => Presence::NotFound,
            (true, true) if !self.is_file => Presence::TooShort,
            (true, _) => Presence::NotYet,
        }
    }

    /// What was sent, as people say it.
    pub fn what(&self) -> String {
        let text = visible(&self.text);
        if self.is_file {
            format!("the file {text}")
        } else {
            format!("“{text}”")
        }
    }

    /// Where it was searched for: `on the wire, in its output, memory, files`.
    pub fn searched_in(&self) -> String {
        let wire = self
            .searched
            .contains(&Surface::Wire)
            .then_some("on the wire");
        let others = self.searched.iter().rev();
        let others = others.filter(|one| **one != Surface::Wire);
        let others = others
            .map(|one| one.word())
            .collect::<Vec<&str>>()
            .join(", ");
        let others = (!others.is_empty()).then(|| format!("in its {others}"));
        let all = wire.map(str::to_owned).into_iter().chain(others);
        all.collect::<Vec<String>>().join(", ")
    }

    /// Where the relay has it, but for the bytes that passed: the first place.
    pub(super) fn elsewhere(&self) -> Option<&str> {
        let mut found = self.found.iter().rev();
        let place = found.find(|(surface, _)| **surface != Surface::Wire);
        place.map(|(_, place)| place.as_str())
    }
}

impl Presence {
    /// A shape and words, the same on every face.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Found => "■ FOUND: the relay has it",
            Self::NotFound => "✔ NOT FOUND with the relay",
            Self::NotYet => "… not searched for yet",
            Self::TooShort => "▲ too short to search for",
        }
    }
}

/// Where that is, as the relay's.
fn on(surface: Surface) -> &'static str {
    match surface {
        Surface::Arguments => "in its arguments",
        Surface::Files => "in its files",
        Surface::Memory => "in its memory",
        Surface::Others => "with other clients",
        Surface::Output => "in its output",
        Surface::Wire => "on the wire",
    }
}
