//! From a line of a client to an event.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;

use super::compiled::compiled;
use scenario::adapter::{ClientSpec, Escapes, TypedLines, whole_line};
use scenario::plan::Plan;
use timeline::{EventKind, Seen, Stream};

/// The name of the relay among participants. No client can have it: names are checked.
const RELAY: &str = "relay";

/// Knows the events of every implementation in a plan.
#[derive(Clone, Debug)]
pub struct Recognisers {
    /// Of each client that has an adapter of its own.
    others: BTreeMap<String, Recogniser>,
    main: Recogniser,
    /// Clients that were started and have not shown that they are ready.
    starting: BTreeSet<String>,
}

impl Recognisers {
    /// Compiles the patterns of all adapters in a plan.
    pub fn of(plan: &Plan) -> Self {
        let others = plan.clients.iter().filter_map(|client| {
            let adapter = plan.others.get(client.adapter.as_ref()?)?;
            Some((client.name.clone(), Recogniser::new(&adapter.client)))
        });
        Self {
            others: others.collect(),
            main: Recogniser::new(&plan.adapter.client),
            starting: BTreeSet::new(),
        }
    }

    /// A process of a participant has started.
    pub fn started(&mut self, who: &str) {
        if who != RELAY {
            self.starting.insert(who.to_owned());
        }
    }

    /// The event that a participant's line shows.
    pub fn seen(&mut self, who: &str, stream: Stream, line: &str) -> Option<Seen> {
        let seen = self.would_see(who, stream, line);
        let is_ready = seen
            .as_ref()
            .is_some_and(|seen| seen.event == EventKind::Ready);
        if is_ready && !self.starting.is_empty() {
            self.starting.remove(who);
        }
        seen
    }

    /// The event that a participant's line would show. Only clients show events, and only on their
    /// standard output. Until one is ready, a line that shows this shows nothing else.
    pub fn would_see(&self, who: &str, stream: Stream, line: &str) -> Option<Seen> {
        if who == RELAY || stream == Stream::Stderr {
            return None;
        }
        let recogniser = self.others.get(who).unwrap_or(&self.main);
        // Nearly always nobody starts.
        let starts = !self.starting.is_empty() && self.starting.contains(who);
        let ready = starts.then(|| recogniser.seen_as(EventKind::Ready, line));
        ready.flatten().or_else(|| recogniser.seen(line))
    }
}

/// Knows the events of one implementation.
#[derive(Clone, Debug)]
pub struct Recogniser {
    patterns: Vec<(EventKind, Arc<Regex>)>,
    /// Lines that are no event, whatever they match.
    ignored: Vec<Arc<Regex>>,
    escapes: Escapes,
}

impl Recogniser {
    /// Compiles the patterns of a spec. They were checked when the adapter was read.
    pub fn new(spec: &ClientSpec) -> Self {
        let patterns = spec.events.iter();
        let patterns = patterns.flat_map(|(kind, all)| all.iter().map(|one| (*kind, one)));
        let compiled = patterns.filter_map(|(kind, one)| Some((kind, compiled(&whole_line(one))?)));
        let ignored = spec.ignore.iter();
        let ignored = ignored.filter_map(|pattern| crate::compiled(&whole_line(pattern)));
        let ignored = ignored.chain(prompts(spec));
        Self {
            patterns: compiled.collect(),
            ignored: ignored.collect(),
            escapes: spec.escapes,
        }
    }

    /// The event that a line shows, with its captures unescaped; the first in alphabetical
    /// order, should more than one pattern match.
    pub fn seen(&self, line: &str) -> Option<Seen> {
        if self.ignored.iter().any(|regex| regex.is_match(line)) {
            return None;
        }
        let (event, regex) = self
            .patterns
            .iter()
            .find(|(_, regex)| regex.is_match(line))?;
        Some(Seen {
            event: *event,
            captures: self.captures(regex, line),
        })
    }

    /// What a line would show as this event, whichever it counts as.
    pub fn seen_as(&self, kind: EventKind, line: &str) -> Option<Seen> {
        let mut patterns = self.patterns.iter();
        let (event, regex) =
            patterns.find(|(event, regex)| *event == kind && regex.is_match(line))?;
        Some(Seen {
            event: *event,
            captures: self.captures(regex, line),
        })
    }

    fn captures(&self, regex: &Regex, line: &str) -> BTreeMap<String, String> {
        let mut names = regex.capture_names().flatten().peekable();
        // Most patterns have none, and to find where they match costs more than whether.
        let found = names.peek().and_then(|_| regex.captures(line));
        let captures = names.filter_map(|name| {
            let text = found.as_ref()?.name(name)?.as_str();
            Some((name.to_owned(), self.escapes.unescape(text).into_owned()))
        });
        captures.collect()
    }
}

/// What its adapter awaits as a prompt: a line that is nothing else is a question, and no event.
fn prompts(spec: &ClientSpec) -> impl Iterator<Item = Arc<Regex>> {
    let before = spec.io.dialogue.iter().flat_map(|item| &item.any);
    let before = before.map(|branch| branch.r#await.clone());
    let typed = spec.r#type.0.values().flat_map(TypedLines::each);
    let awaited = before.chain(typed.filter_map(|line| line.r#await));
    let prompts = awaited.filter(|awaited| awaited.ends_with('$'));
    let prompts = prompts.filter_map(|awaited| compiled(&whole_line(&awaited)));
    prompts.filter(|prompt| !prompt.is_match(""))
}
