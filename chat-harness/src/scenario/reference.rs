//! The reference page of a described language, in Markdown.

use std::fmt::Write as _;

use super::language::{CLIENT, CROWD, EVENTS, LOAD, SCENARIO, STEP, VERBS};
use super::shape::{Kind, Table};
use crate::timeline::EventKind;

/// The tables of the scenario language: keys of a file, verbs, events.
pub fn reference() -> String {
    let mut page = String::new();
    heading(&mut page, "Keys of a file");
    keys(&mut page, &SCENARIO, &[]);
    for table in [&CLIENT, &CROWD, &LOAD] {
        line(
            &mut page,
            &format!("### `{}`\n\n{}\n", table.name, table.doc),
        );
        keys(&mut page, table, &[]);
    }
    heading(&mut page, "Keys of a step");
    keys(&mut page, &STEP, VERBS);
    heading(&mut page, "Verbs");
    for key in STEP.keys.iter().filter(|key| VERBS.contains(&key.name)) {
        let (doc, table) = match &key.kind {
            Kind::Table(table) => (table.doc, Some(table)),
            _ => ("Clients report it and do not crash.", None),
        };
        line(
            &mut page,
            &format!("### `{}`: {}\n\n{doc}\n", key.name, key.doc),
        );
        match table {
            Some(table) => keys(&mut page, table, &[]),
            None => words(&mut page, &key.kind),
        }
    }
    heading(&mut page, "Events");
    line(&mut page, "| event | means | captures |\n|---|---|---|");
    for word in EVENTS {
        let captures = EventKind::from_word(word.word).map_or(&[][..], EventKind::captures);
        let captures: Vec<String> = captures.iter().map(|name| format!("`{name}`")).collect();
        line(
            &mut page,
            &format!(
                "| `{}` | {} | {} |",
                word.word,
                word.doc,
                captures.join(" ")
            ),
        );
    }
    page
}

/// The keys of one table.
pub(crate) fn keys(page: &mut String, table: &Table, without: &[&str]) {
    line(page, "| key | value | |\n|---|---|---|");
    for key in table.keys.iter().filter(|key| !without.contains(&key.name)) {
        let must = match (key.required, table.one_of.contains(&key.name)) {
            (true, _) => ", required",
            (false, true) => ", exactly one of these",
            (false, false) => "",
        };
        let value = value(&key.kind).replace('|', "\\|");
        line(
            page,
            &format!("| `{}` | {value}{must} | {} |", key.name, key.doc),
        );
    }
    line(page, "");
    for key in table.keys.iter().filter(|key| !without.contains(&key.name)) {
        let (each, how) = match &key.kind {
            Kind::Array(each, _) => (*each, "each of `NAME` is one of:\n"),
            kind => (kind, "`NAME` is one of:\n"),
        };
        if let Kind::Word(list) = each {
            // The events have a table of their own. A constant has no one address to know it by.
            let is_events = list
                .iter()
                .map(|word| word.word)
                .eq(EVENTS.iter().map(|word| word.word));
            if !is_events {
                line(page, &how.replace("NAME", key.name));
                words(page, each);
            }
        }
    }
}

fn value(kind: &Kind) -> String {
    match kind {
        Kind::Array(each, _) => format!("array of {}", value(each)),
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Duration => "duration".to_owned(),
        Kind::Either(kinds) => kinds.iter().map(value).collect::<Vec<_>>().join(" or "),
        Kind::Integer(from, to) => format!("number from {from} to {to}"),
        Kind::Map(each) => format!("table of {}", value(each)),
        Kind::Seconds(_) => "number".to_owned(),
        Kind::Size => "size".to_owned(),
        Kind::Table(table) => format!("`{}`", table.name),
        Kind::Text => "text".to_owned(),
        Kind::Word(_) => "word".to_owned(),
    }
}

fn words(page: &mut String, kind: &Kind) {
    if let Kind::Word(list) = kind {
        for word in *list {
            line(page, &format!("- `{}`: {}", word.word, word.doc));
        }
        line(page, "");
    }
}

fn heading(page: &mut String, text: &str) {
    line(page, &format!("## {text}\n"));
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a string takes every text");
}

/// A heading and the keys of a table, and of every table in it.
pub(crate) fn tables(root: &'static Table) -> String {
    let mut page = String::new();
    let mut seen: Vec<&'static str> = Vec::new();
    let mut waiting = vec![root];
    while let Some(table) = waiting.pop() {
        if !seen.contains(&table.name) {
            seen.push(table.name);
            heading(&mut page, &format!("Table `{}`", table.name));
            line(&mut page, &format!("{}\n", table.doc));
            keys(&mut page, table, &[]);
            waiting.extend(table.keys.iter().rev().filter_map(|key| inner(&key.kind)));
        }
    }
    page
}

fn inner(kind: &'static Kind) -> Option<&'static Table> {
    match kind {
        Kind::Table(table) => Some(table),
        Kind::Array(each, _) | Kind::Map(each) => inner(each),
        Kind::Either(kinds) => kinds.iter().find_map(inner),
        Kind::Bool
        | Kind::Duration
        | Kind::Integer(..)
        | Kind::Seconds(_)
        | Kind::Size
        | Kind::Text
        | Kind::Word(_) => None,
    }
}
