//! Public types of the harness: one name, one idea.

use std::collections::BTreeMap;

use super::Breach;
use super::tree::{Source, before_tests};

/// Names that each crate may have for its own.
const EXCEPTIONS: [&str; 1] = ["Error"];

/// Twice in the code today. A name that is no longer twice is a breach, so that this list only
/// gets shorter.
const STILL_TWICE: [&str; 0] = [];

/// Type names that two crates share.
pub(super) fn shared(sources: &[Source]) -> Vec<Breach> {
    shared_but(sources, &STILL_TWICE)
}

fn shared_but(sources: &[Source], still: &[&str]) -> Vec<Breach> {
    let mut owners: BTreeMap<&str, BTreeMap<&str, (&str, usize)>> = BTreeMap::new();
    for source in sources {
        let Some(owner) = crate_of(&source.path) else {
            continue;
        };
        for (line, text) in before_tests(&source.text) {
            if let Some(name) = public_type(text) {
                let places = owners.entry(name).or_default();
                places.entry(owner).or_insert((&source.path, line));
            }
        }
    }
    owners.retain(|name, places| places.len() > 1 && !EXCEPTIONS.contains(name));
    let new = owners.iter().filter(|(name, _)| !still.contains(name));
    let mut breaches: Vec<Breach> = new
        .filter_map(|(name, places)| {
            let crates: Vec<&str> = places.keys().copied().collect();
            let (path, line) = places.values().last()?;
            let what = format!(
                "`{name}` is a public type of {}: one name, one idea",
                crates.join(" and ")
            );
            Some(Breach::at(path, *line, what))
        })
        .collect();
    let gone = still.iter().filter(|name| !owners.contains_key(**name));
    breaches.extend(gone.map(|name| {
        let what = format!("`{name}` is no longer the name of two types: remove it from the list");
        Breach::of("xtask/src/tidy/names.rs", what)
    }));
    breaches
}

/// The crate of the harness whose code this is.
fn crate_of(path: &str) -> Option<&str> {
    let (owner, _) = path.split_once("/src/").filter(|_| path.ends_with(".rs"))?;
    let is_harness = |name: &str| !name.starts_with("chat-") && !name.contains('/');
    match owner.strip_prefix("crates/") {
        Some(name) => is_harness(name).then_some(name),
        None => (owner == "xtask").then_some(owner),
    }
}

/// The name in a line that declares a type for everybody.
fn public_type(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ")?;
    let kinds = ["struct ", "enum ", "trait ", "type "];
    let name = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
    name.get(..end.unwrap_or(name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[(&str, &str)], still: &[&str]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        let breaches = shared_but(&sources, still);
        breaches.iter().map(ToString::to_string).collect()
    }

    const JUDGE: (&str, &str) = ("crates/judge/src/a.rs", "//! A.\npub struct Row<'a> {\n");

    #[test]
    fn a_type_name_of_two_crates_is_found() {
        for second in [
            "pub enum Row {\n",
            "pub trait Row: Sized {\n",
            "pub type Row = u8;\n",
        ] {
            let found = said(&[JUDGE, ("crates/report/src/b.rs", second)], &[]);
            assert_eq!(
                found,
                [
                    "crates/report/src/b.rs:1: `Row` is a public type of judge and report: one name, one idea"
                ]
            );
        }
    }

    #[test]
    fn what_one_crate_keeps_to_itself_or_has_twice_is_its_own_affair() {
        for second in [
            ("crates/report/src/b.rs", "pub(crate) struct Row;\n"),
            ("crates/report/src/b.rs", "#[cfg(test)]\npub struct Row;\n"),
            ("crates/judge/src/b.rs", "pub struct Row;\n"),
            ("crates/chat-crypto/src/b.rs", "pub struct Row;\n"),
            ("crates/report/src/b.rs", "pub struct Rows;\n"),
        ] {
            assert_eq!(said(&[JUDGE, second], &[]), [""; 0], "{second:?}");
        }
        let errors = [
            ("crates/judge/src/a.rs", "pub enum Error {\n"),
            ("crates/report/src/a.rs", "pub enum Error {\n"),
        ];
        assert_eq!(said(&errors, &[]), [""; 0]);
    }

    #[test]
    fn what_is_allowed_for_now_must_still_be_there() {
        let second = ("crates/report/src/b.rs", "pub struct Row;\n");
        assert_eq!(said(&[JUDGE, second], &["Row"]), [""; 0]);
        assert_eq!(said(&[JUDGE], &["Row"]).len(), 1);
    }
}
