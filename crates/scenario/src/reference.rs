//! The reference page and the JSON Schema of the scenario language.

use super::clients::{CLIENT, NUMBERED};
use super::hostile::RELAY;
use super::language::SCENARIO;
use super::load::LOAD;
use super::verbs::{STEP, VERBS, events};
use timeline::EventKind;
use toml_language::page::{heading, keys, line, words};
use toml_language::shape::ValueKind;

/// The tables of the scenario language: keys of a file, verbs, events.
pub fn reference() -> String {
    let mut page = String::new();
    let events = events();
    heading(&mut page, "Keys of a file");
    keys(&mut page, &SCENARIO, &[], &events);
    for table in [&CLIENT, &NUMBERED, &RELAY, &LOAD] {
        line(
            &mut page,
            &format!("### `{}`\n\n{}\n", table.name, table.doc),
        );
        keys(&mut page, table, &[], &events);
    }
    heading(&mut page, "Keys of a step");
    keys(&mut page, &STEP, VERBS, &events);
    heading(&mut page, "Verbs");
    for key in STEP.keys.iter().filter(|key| VERBS.contains(&key.name)) {
        let doc = match &key.kind {
            ValueKind::Table(table) => table.doc,
            _ => "Clients report it and do not crash.",
        };
        line(
            &mut page,
            &format!("### `{}`: {}\n\n{doc}\n", key.name, key.doc),
        );
        match &key.kind {
            ValueKind::Table(table) => keys(&mut page, table, &[], &events),
            ValueKind::Word(list) => words(&mut page, &list()),
            _ => {}
        }
    }
    heading(&mut page, "Events");
    line(&mut page, "| event | means | captures |\n|---|---|---|");
    for (word, event) in events.iter().zip(EventKind::ALL) {
        let captures = event.captures().iter().map(|name| format!("`{name}`"));
        let captures: Vec<String> = captures.collect();
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
