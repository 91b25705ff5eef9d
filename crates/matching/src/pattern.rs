//! Whether a line shows what was expected.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use crate::compiled;
use scenario::adapter::Escapes;
use scenario::plan::Pattern;
use timeline::{EventKind, Seen};

/// A pattern made ready for many lines.
#[derive(Clone, Debug)]
pub struct CompiledPattern {
    test: Test,
    escapes: Escapes,
}

#[derive(Clone, Debug)]
enum Test {
    Contains(String),
    Event(EventKind, BTreeMap<String, String>),
    Line(String),
    Matches(Arc<Regex>),
    /// No line shows it: the end of a process, a file.
    Nothing,
}

impl CompiledPattern {
    /// Makes it ready. A regular expression was checked when the scenario was read; one that
    /// does not compile all the same matches nothing.
    pub fn new(pattern: &Pattern, escapes: Escapes) -> Self {
        let test = match pattern {
            Pattern::Contains(text) => Test::Contains(text.clone()),
            Pattern::Event { event, captures } => Test::Event(*event, captures.clone()),
            Pattern::Line(line) => Test::Line(line.clone()),
            Pattern::Matches(regex) => compiled(regex).map_or(Test::Nothing, Test::Matches),
            Pattern::SameFile { .. } | Pattern::Exits => Test::Nothing,
        };
        Self { test, escapes }
    }

    /// Whether a line, of which the adapter's patterns have made `seen`, shows it.
    pub fn matches(&self, line: &str, seen: Option<&Seen>) -> bool {
        match &self.test {
            Test::Contains(text) => self.escapes.unescape(line).contains(text.as_str()),
            Test::Event(event, captures) => seen.is_some_and(|seen| {
                seen.event == *event
                    && captures
                        .iter()
                        .all(|(name, value)| seen.captures.get(name) == Some(value))
            }),
            Test::Line(whole) => line == whole,
            Test::Matches(regex) => regex.is_match(line),
            Test::Nothing => false,
        }
    }
}
