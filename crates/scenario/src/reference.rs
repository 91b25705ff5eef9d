//! The reference page and the JSON Schema of the scenario language.

use super::language::{CLIENT, CROWD, EVENTS, LOAD, SCENARIO, STEP, VERBS};
use timeline::EventKind;
use toml_language::page::{heading, keys, line, words};
use toml_language::shape::Kind;

/// The tables of the scenario language: keys of a file, verbs, events.
pub fn reference() -> String {
    let mut page = String::new();
    heading(&mut page, "Keys of a file");
    keys(&mut page, &SCENARIO, &[], EVENTS);
    for table in [&CLIENT, &CROWD, &LOAD] {
        line(
            &mut page,
            &format!("### `{}`\n\n{}\n", table.name, table.doc),
        );
        keys(&mut page, table, &[], EVENTS);
    }
    heading(&mut page, "Keys of a step");
    keys(&mut page, &STEP, VERBS, EVENTS);
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
            Some(table) => keys(&mut page, table, &[], EVENTS),
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

/// The JSON Schema of scenario files, for editors.
pub fn schema() -> serde_json::Value {
    toml_language::schema::of(&SCENARIO, "Scenario")
}
