//! The reference page of a described language, in Markdown.

use std::fmt::Write as _;

use super::shape::{Table, ValueKind, Word};

/// A heading and the keys of a table, and of every table in it.
pub fn tables(root: &'static Table) -> String {
    let mut page = String::new();
    let mut seen: Vec<&'static str> = Vec::new();
    let mut waiting = vec![root];
    while let Some(table) = waiting.pop() {
        if !seen.contains(&table.name) {
            seen.push(table.name);
            heading(&mut page, &format!("Table `{}`", table.name));
            line(&mut page, &format!("{}\n", table.doc));
            keys(&mut page, table, &[], &[]);
            waiting.extend(table.keys.iter().rev().filter_map(|key| inner(&key.kind)));
        }
    }
    page
}

/// The keys of one table, but for those in `without`. The words of `elsewhere` are described in
/// a table of their own.
pub fn keys(page: &mut String, table: &Table, without: &[&str], elsewhere: &[Word]) {
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
            ValueKind::Array(each, _) => (*each, "Each item of `NAME` is one of:\n"),
            kind => (kind, "`NAME` is one of:\n"),
        };
        if let ValueKind::Word(list) = each {
            let list = list();
            // A function has no one address to know it by.
            let names = list.iter().map(|word| word.word);
            if !names.eq(elsewhere.iter().map(|word| word.word)) {
                line(page, &how.replace("NAME", key.name));
                words(page, &list);
            }
        }
    }
}

/// The words of a closed list, one a line.
pub fn words(page: &mut String, list: &[Word]) {
    for word in list {
        line(page, &format!("- `{}`: {}", word.word, word.doc));
    }
    line(page, "");
}

/// A heading of the second level.
pub fn heading(page: &mut String, text: &str) {
    line(page, &format!("## {text}\n"));
}

/// A line of the page.
pub fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a string takes every text");
}

fn value(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Array(each, _) => format!("array of {}", value(each)),
        ValueKind::Bool => "`true` or `false`".to_owned(),
        ValueKind::Duration => "duration".to_owned(),
        ValueKind::Either(kinds) => kinds.iter().map(value).collect::<Vec<_>>().join(" or "),
        ValueKind::Integer(from, to) => format!("number from {from} to {to}"),
        ValueKind::Map(each) => format!("table of {}", value(each)),
        ValueKind::Seconds(_) => "number".to_owned(),
        ValueKind::Size => "size".to_owned(),
        ValueKind::Table(table) => format!("`{}`", table.name),
        ValueKind::Text => "string".to_owned(),
        ValueKind::Word(_) => "keyword".to_owned(),
    }
}

fn inner(kind: &'static ValueKind) -> Option<&'static Table> {
    match kind {
        ValueKind::Table(table) => Some(table),
        ValueKind::Array(each, _) | ValueKind::Map(each) => inner(each),
        ValueKind::Either(kinds) => kinds.iter().find_map(inner),
        ValueKind::Bool
        | ValueKind::Duration
        | ValueKind::Integer(..)
        | ValueKind::Seconds(_)
        | ValueKind::Size
        | ValueKind::Text
        | ValueKind::Word(_) => None,
    }
}
