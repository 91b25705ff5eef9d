//! Who works with whom: each one's clients through each other's relays, and with each other's clients.

use askama::Template;
use report::PlayReport;
use report::page::{STYLE, policy};
use serde_json::{Value, json};
use timeline::visible;

use crate::feedback::{badge, sentence, word};
use crate::marks::{Mark, Standing};
use crate::overview::escaped;
use crate::rubric::RubricItem;

/// What came of one play of a cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Whose clients: of a mixed play, whose first one.
    pub clients: String,
    /// Whose relay; the other clients of a mixed play are of the same submission.
    pub relay: String,
    /// A client of one and those of the other, and not all of one.
    pub is_mixed: bool,
    /// Whether it went right, and the first difference where it did not.
    pub mark: Mark,
}

/// Everybody with everybody.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// What was played.
    pub title: String,
    /// Everybody, in the order of rows and columns.
    pub names: Vec<String>,
    /// In any order.
    pub cells: Vec<Cell>,
}

impl Cell {
    /// Of a play; behaviour counts, because an encryption that two do not share shows there.
    pub fn of(
        clients: &str,
        relay: &str,
        is_mixed: bool,
        play: Result<&PlayReport, Standing>,
    ) -> Self {
        let item = RubricItem::of_one_point("matrix");
        Self {
            clients: clients.to_owned(),
            relay: relay.to_owned(),
            is_mixed,
            mark: match play {
                Ok(play) => Mark::of(&item, std::slice::from_ref(play)),
                Err(standing) => Mark::without_play(&item, standing),
            },
        }
    }

    /// What went wrong first.
    fn difference(&self) -> String {
        let first = self.mark.reasons.first();
        first.map_or_else(
            || sentence(&self.mark.standing),
            |reason| {
                let parts = [
                    Some(&reason.check),
                    Some(&reason.got),
                    reason.difference.as_ref(),
                ];
                let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
                parts.join(": ")
            },
        )
    }

    /// Where the page says more of it.
    fn anchor(&self) -> String {
        let mixed = if self.is_mixed { "with" } else { "through" };
        format!(
            "{}-{mixed}-{}",
            escaped(&self.clients),
            escaped(&self.relay)
        )
    }
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct Page {
    style: &'static str,
    policy: String,
    title: String,
    sum: String,
    names: Vec<String>,
    rows: Vec<(String, Vec<Vec<Shown>>)>,
    differences: Vec<Difference>,
}

struct Shown {
    class: &'static str,
    shape: &'static str,
    word: String,
    /// Whether all clients are of one, or not.
    how: &'static str,
    anchor: String,
}

struct Difference {
    anchor: String,
    heading: String,
    text: String,
    evidence: Option<String>,
}

impl Matrix {
    fn of<'a>(&'a self, clients: &'a str, relay: &'a str) -> impl Iterator<Item = &'a Cell> {
        let mut cells: Vec<&Cell> = self
            .cells
            .iter()
            .filter(|cell| cell.clients == clients && cell.relay == relay)
            .collect();
        cells.sort_by_key(|cell| cell.is_mixed);
        cells.into_iter()
    }

    /// Whose clients and relay work with these, whichever way round, and mixed.
    pub fn works_with(&self, name: &str) -> Vec<&str> {
        let others = self
            .names
            .iter()
            .map(String::as_str)
            .filter(|other| *other != name);
        let works = |other: &&str| {
            let mut cells = self.of(name, other).chain(self.of(other, name));
            cells.all(|cell| cell.mark.is_full())
        };
        others.filter(works).collect()
    }

    /// Row by row.
    fn in_order(&self) -> impl Iterator<Item = &Cell> {
        let pairs = self
            .names
            .iter()
            .flat_map(|row| self.names.iter().map(move |column| (row, column)));
        pairs.flat_map(|(row, column)| self.of(row, column))
    }

    /// The square page.
    ///
    /// # Errors
    ///
    /// When it cannot be written to a text, which is a fault of the harness.
    pub fn page(&self) -> Result<String, askama::Error> {
        let works = self.cells.iter().filter(|cell| cell.mark.is_full()).count();
        let rows = self.names.iter().map(|row| {
            let cells = self.names.iter();
            let cells = cells.map(|column| self.of(row, column).map(shown).collect());
            (visible(row), cells.collect())
        });
        let wrong = self.in_order().filter(|cell| !cell.mark.is_full());
        let page = Page {
            style: STYLE,
            policy: policy::of(&[STYLE], &[]),
            title: visible(&self.title),
            sum: format!("{works} of {} plays succeeded", self.cells.len()),
            names: self.names.iter().map(|name| visible(name)).collect(),
            rows: rows.collect(),
            differences: wrong.map(difference).collect(),
        };
        page.render()
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let cells = self.in_order().map(|cell| {
            let works = cell.mark.is_full();
            json!({
                "clients": cell.clients,
                "relay": cell.relay,
                "mixed": cell.is_mixed,
                "works": works,
                "state": word(&cell.mark).to_lowercase(),
                "difference": (!works).then(|| cell.difference()),
                "evidence": cell.mark.evidence,
            })
        });
        json!({
            "title": self.title,
            "submissions": self.names,
            "cells": cells.collect::<Vec<_>>(),
        })
    }
}

fn shown(cell: &Cell) -> Shown {
    let (class, shape) = badge(&cell.mark);
    Shown {
        class,
        shape,
        word: word(&cell.mark),
        how: if cell.is_mixed { "with" } else { "through" },
        anchor: if cell.mark.is_full() {
            String::new()
        } else {
            cell.anchor()
        },
    }
}

fn difference(cell: &Cell) -> Difference {
    let (clients, relay) = (visible(&cell.clients), visible(&cell.relay));
    let evidence = cell.mark.evidence.as_ref().map(|dir| {
        let parts: Vec<String> = dir.split('/').map(escaped).collect();
        format!("{}/report.html", parts.join("/"))
    });
    Difference {
        anchor: cell.anchor(),
        heading: if cell.is_mixed {
            format!("a client of {clients} with clients of {relay}, through the relay of {relay}")
        } else {
            format!("clients of {clients} through the relay of {relay}")
        },
        text: cell.difference(),
        evidence,
    }
}

/// The schema (draft-07) of `matrix.json`.
pub fn matrix_schema() -> Value {
    let text = |what: &str| json!({ "description": what, "type": "string" });
    let maybe = |what: &str| json!({ "description": what, "type": ["string", "null"] });
    let cell = json!({
        "description": "One play.",
        "type": "object",
        "properties": {
            "clients": text("Whose clients; of a mixed play, whose first one."),
            "relay": text("Whose relay; the other clients of a mixed play are of the same submission."),
            "mixed": { "description": "Whether clients of both play.", "type": "boolean" },
            "works": { "description": "Whether it succeeded.", "type": "boolean" },
            "state": text("The word on the page."),
            "difference": maybe("The first failure; null if it succeeded."),
            "evidence": maybe("Where the play's files are, relative to this file; null if it was not played."),
        },
        "required": ["clients", "relay", "mixed", "works", "state", "difference", "evidence"],
        "additionalProperties": false,
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Matrix",
        "description": "matrix.json: which submissions work with which.",
        "type": "object",
        "properties": {
            "title": text("What was played."),
            "submissions": { "description": "By name.", "type": "array", "items": { "type": "string" } },
            "cells": { "description": "Row by row: through each relay, and then mixed.", "type": "array", "items": cell },
        },
        "required": ["title", "submissions", "cells"],
        "additionalProperties": false,
    })
}
