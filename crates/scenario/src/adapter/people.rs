//! The face of a client that people have: `[client.people]`. Tests drive the plain one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use timeline::EventKind;
use toml_language::Node;
use toml_language::shape::{Table, ValueKind, must};

use super::check::Checker;
use super::escape::Escapes;
use super::line_patterns::{self, EVENTS, LinePatterns};
use super::parse::Adapter;
use super::program::{self, ARGUMENTS};
use super::template::Template;

/// How people run a client, and what its lines mean then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeopleFace {
    /// Command line.
    pub run: Vec<Template>,
    /// As in the client's own table.
    pub events: BTreeMap<EventKind, LinePatterns>,
}

/// The table, described.
pub(super) static PEOPLE: Table = Table::new(
    "people",
    "The interface that people use, for `demo`; texts are typed and shown verbatim.",
    &[
        must("run", ARGUMENTS, "the command line, one item per argument"),
        must(
            "events",
            ValueKind::Table(&EVENTS),
            "patterns that recognize events in its output",
        ),
    ],
);

/// Reads the table; templates may use what is `known`.
pub(super) fn read(
    client: &Node<'_, '_>,
    known: &[&str],
    checker: &mut Checker<'_>,
) -> Option<PeopleFace> {
    let node = client.node("people")?;
    Some(PeopleFace {
        run: program::command(&node, "run", known, checker),
        events: node
            .node("events")
            .map(|node| line_patterns::read(&node, checker))?,
    })
}

impl Adapter {
    /// The same implementation with the face that people have, where it has one.
    pub fn for_people(&self) -> Option<Self> {
        let mut adapter = self.clone();
        let face = adapter.client.people.take()?;
        adapter.name = format!("{}, as people see it", self.name);
        adapter.client.run = face.run;
        adapter.client.events = face.events;
        adapter.client.escapes = Escapes::Raw;
        Some(adapter)
    }
}
