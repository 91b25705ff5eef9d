//! The patterns of an event: regular expressions over whole lines.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use strum::VariantNames;
use timeline::EventKind;
use toml_language::shape::{Key, Table, ValueKind, alike};
use toml_language::{Node, Place, place};

use super::check::Checker;

/// The patterns of one event; the first that matches a line counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct LinePatterns(Vec<String>);

/// One pattern stands by itself.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<String>),
}

impl From<Written> for LinePatterns {
    fn from(written: Written) -> Self {
        match written {
            Written::One(pattern) => Self(vec![pattern]),
            Written::Several(patterns) => Self(patterns),
        }
    }
}

impl From<LinePatterns> for Written {
    fn from(LinePatterns(mut patterns): LinePatterns) -> Self {
        match patterns.len() {
            1 => Self::One(patterns.pop().unwrap_or_default()),
            _ => Self::Several(patterns),
        }
    }
}

impl From<&str> for LinePatterns {
    fn from(pattern: &str) -> Self {
        Self(vec![pattern.to_owned()])
    }
}

impl LinePatterns {
    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether every line that they match has this capture.
    pub fn tell(&self, capture: &str) -> bool {
        let group = format!("<{capture}>");
        self.0.iter().all(|pattern| pattern.contains(&group))
    }
}

impl fmt::Display for LinePatterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.0.iter().map(|pattern| format!("/{pattern}/"));
        f.write_str(&patterns.collect::<Vec<_>>().join(" or "))
    }
}

const EVENT: &str = "a regular expression for a whole line, or several; named groups are captures";

static EVENT_KEYS: [Key; EventKind::ALL.len()] = alike(
    <EventKind as VariantNames>::VARIANTS,
    ValueKind::Either(&[ValueKind::Text, ValueKind::Array(&ValueKind::Text, 1)]),
    EVENT,
);

/// One key for each event.
pub(super) static EVENTS: Table = Table::new(
    "events",
    "Regular expressions over whole lines of standard output.",
    &EVENT_KEYS,
);

/// The patterns of all events.
pub(super) fn read(
    node: &Node<'_, '_>,
    checker: &mut Checker<'_>,
) -> BTreeMap<EventKind, LinePatterns> {
    let mut events = BTreeMap::new();
    for kind in EventKind::ALL {
        let one = node.text(kind.word()).into_iter();
        let all: Vec<Place<'_>> = one.chain(node.texts(kind.word())).collect();
        for pattern in &all {
            checker.pattern(pattern, kind.captures());
        }
        if !all.is_empty() {
            let texts = all.iter().map(|pattern| pattern.text.to_owned());
            events.insert(kind, LinePatterns(texts.collect()));
        }
    }
    events
}

/// Patterns of what counts for nothing: nothing in them has a name.
pub(super) fn ignored(node: &Node<'_, '_>, key: &str, checker: &mut Checker<'_>) -> Vec<String> {
    let patterns = node.items(key).iter().filter_map(place);
    patterns
        .map(|pattern| {
            checker.pattern(&pattern, &[]);
            pattern.text.to_owned()
        })
        .collect()
}
