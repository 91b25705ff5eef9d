//! Words of a private vocabulary that were replaced by the field's own. They do not come back:
//! neither in names, nor, where English has no other use for them, in comments.

use super::Breach;
use super::lexer::{Token, tokens};
use super::tree::Source;

/// Where a word is banned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// In parts of names: English needs the word elsewhere.
    Names,
    /// In comments, too.
    Everywhere,
}

use Scope::{Everywhere, Names};

/// A word that must not come back, where, and what to say instead. Lower case; for a name, one
/// part of it: `command` of `CommandError`. To ban another, add a line.
const BANNED: &[(&str, Scope, &str)] = &[
    ("amiss", Everywhere, "lint"),
    ("below", Names, "nested, or the name of what lies there"),
    ("board", Names, "state broadcast"),
    ("chaff", Everywhere, "echo filter"),
    ("clerk", Everywhere, "background writer"),
    ("console", Names, "I/O settings"),
    ("deed", Everywhere, "fate"),
    ("desk", Everywhere, "background writer"),
    ("door", Names, "session guard"),
    ("film", Names, "recording"),
    ("folder", Everywhere, "directory"),
    ("folders", Everywhere, "directories"),
    ("incarnation", Everywhere, "process instance"),
    ("inquiries", Names, "status requests"),
    ("inquiry", Names, "status request"),
    ("manner", Names, "sampling mode"),
    ("manners", Everywhere, "tty mode"),
    ("manual", Names, "spec"),
    ("meant", Names, "suggestion, or what it is"),
    ("pile", Names, "pending"),
    ("pulse", Names, "progress"),
    ("ran", Names, "command result"),
    ("recall", Everywhere, "detection tests"),
    ("reconcile", Everywhere, "de-duplicate or merge"),
    ("reel", Everywhere, "recording"),
    ("seat", Names, "participant"),
    ("speaker", Everywhere, "output writer"),
    ("spell", Names, "encode"),
    ("spelled", Everywhere, "encoded"),
    ("spellings", Everywhere, "encodings"),
    ("strays", Everywhere, "reparented children"),
    ("tally", Names, "counters"),
    ("tape", Everywhere, "recording"),
    (
        "told",
        Names,
        "reported, or what it is: printed, sentence, reason",
    ),
    ("torment", Everywhere, "torture"),
    ("trouble", Names, "command error"),
    ("winnow", Everywhere, "echo filter"),
];

/// Every banned word in the harness and in `xtask`.
pub(super) fn banned(sources: &[Source]) -> Vec<Breach> {
    let ours = sources.iter().filter(|source| is_ours(&source.path));
    ours.flat_map(|source| {
        let in_text = in_text(&source.path, &source.text);
        in_path(&source.path).into_iter().chain(in_text)
    })
    .collect()
}

/// The reference chat has a vocabulary of its own.
fn is_ours(path: &str) -> bool {
    let is_harness = path.starts_with("crates/") && !path.starts_with("crates/chat-");
    path.ends_with(".rs") && (is_harness || path.starts_with("xtask/"))
}

fn in_path(path: &str) -> Option<Breach> {
    let name = path.trim_end_matches(".rs");
    let (word, instead) = name.split('/').find_map(in_name)?;
    Some(Breach::of(path, complaint(word, instead)))
}

fn in_text(path: &str, text: &str) -> Vec<Breach> {
    let found = |(line, token): (usize, Token<'_>)| {
        let (word, instead) = match token {
            Token::Name(name) => in_name(name)?,
            Token::Comment(comment) => in_comment(comment)?,
        };
        Some(Breach::at(path, line, complaint(word, instead)))
    };
    tokens(text).into_iter().filter_map(found).collect()
}

fn complaint(word: &str, instead: &str) -> String {
    format!("`{word}` is a private word: say {instead} (xtask/src/tidy/words.rs)")
}

fn in_name(name: &str) -> Option<(&'static str, &'static str)> {
    parts(name).iter().find_map(|part| {
        let banned = BANNED.iter().find(|(word, _, _)| word == part)?;
        Some((banned.0, banned.2))
    })
}

fn in_comment(comment: &str) -> Option<(&'static str, &'static str)> {
    let mut words = comment.split(|c: char| !c.is_alphabetic());
    words.find_map(|one| {
        let one = one.to_lowercase();
        let mut everywhere = BANNED.iter().filter(|banned| banned.1 == Everywhere);
        let banned = everywhere.find(|(word, _, _)| *word == one)?;
        Some((banned.0, banned.2))
    })
}

/// The parts of `snake_case`, `kebab-case`, `CamelCase` and `SCREAMING_CASE`, in lower case.
fn parts(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for word in name.split(['_', '-', '.']) {
        let mut part = String::new();
        let mut was_lower = false;
        for c in word.chars() {
            if c.is_uppercase() && was_lower {
                parts.push(std::mem::take(&mut part));
            }
            was_lower = !c.is_uppercase();
            part.extend(c.to_lowercase());
        }
        parts.push(part);
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        banned(&[source]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_old_word_in_a_name_is_found_whatever_its_case() {
        for name in ["has_trouble", "Trouble", "TROUBLE_CODE", "FileTrouble"] {
            let found = said(
                "crates/judge/src/a.rs",
                &format!("//! A.\nlet {name} = 1;\n"),
            );
            assert_eq!(found.len(), 1, "{name}");
            assert!(
                found[0].starts_with(
                    "crates/judge/src/a.rs:2: `trouble` is a private word: say command error"
                ),
                "{found:?}"
            );
        }
        assert_eq!(
            said("crates/judge/src/a.rs", "let troubled = transmit;\n"),
            [""; 0]
        );
    }

    #[test]
    fn an_old_word_in_a_comment_is_found_where_english_has_no_use_for_it() {
        let path = "xtask/src/a.rs";
        assert_eq!(said(path, "let a = 1; // Recall says so.\n").len(), 1);
        assert_eq!(said(path, "// The door and the trouble.\n"), [""; 0]);
    }

    #[test]
    fn an_old_word_as_a_file_is_found() {
        assert_eq!(said("crates/web-stage/src/door.rs", "").len(), 1);
        assert_eq!(said("crates/web-stage/src/indoors.rs", ""), [""; 0]);
    }

    #[test]
    fn texts_and_the_reference_chat_may_say_anything() {
        let path = "xtask/src/a.rs";
        assert_eq!(said(path, "let a = \"a trouble // door\";\n"), [""; 0]);
        assert_eq!(
            said("crates/chat-crypto/src/door.rs", "let door = 1;\n"),
            [""; 0]
        );
        assert_eq!(said("docs/door.md", "door\n"), [""; 0]);
    }

    #[test]
    fn the_list_is_sorted_and_its_words_are_parts_of_names() {
        assert!(BANNED.is_sorted_by_key(|(word, _, _)| *word));
        for (word, _, _) in BANNED {
            assert_eq!(parts(word), [*word]);
        }
    }
}
