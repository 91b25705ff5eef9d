//! What Tab adds to a line.

use std::collections::BTreeSet;
use std::path::Path;

use chat_protocol::{Name, RoomName};

use super::view::Outside;
use crate::locale::{Sentence, sentences as say};
use crate::session::{RoomVerb, Topic};

/// What the screen alone knows, as `/help` tells it.
pub(super) const LOCAL: [fn() -> Sentence; 4] = [
    say::help_window,
    say::help_close,
    say::help_keys,
    say::help_signs,
];

/// Who and what can be named.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) names: BTreeSet<Name>,
    pub(super) rooms: BTreeSet<RoomName>,
    pub(super) outside: Outside,
}

/// What a line has become.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Completed {
    /// This.
    Line(String),
    /// It cannot be said which of these.
    Several(Vec<String>),
    /// There is nothing to add.
    Nothing,
}

/// Completes the last word of a line that ends at the cursor.
pub(super) fn complete(line: &str, known: &Known) -> Completed {
    let Some((command, rest)) = line.split_once(' ') else {
        return match line.strip_prefix('/') {
            Some(begun) => choose("/", begun, commands(), " "),
            None => choose("", line, names(known), ": "),
        };
    };
    let head = |tail: &str| line.get(..line.len() - tail.len()).unwrap_or_default();
    match (command, rest.split_once(' ')) {
        ("/help", None) => choose(head(rest), rest, commands(), ""),
        ("/room", rest_of) => complete_room(line, rest_of, known),
        ("/file", Some((_, path))) => complete_path(head(path), path, known),
        ("/msg" | "/file" | "/verify" | "/trust", None) => {
            choose(head(rest), rest, names(known), " ")
        }
        (
            "/accept" | "/refuse" | "/cancel" | "/forget" | "/block" | "/unblock" | "/history"
            | "/window",
            None,
        ) => choose(head(rest), rest, names(known), ""),
        _ => {
            let begun = rest.rsplit(' ').next().unwrap_or_default();
            choose(head(begun), begun, names(known), " ")
        }
    }
}

/// `/room VERB ROOM NAME`; what stands behind the room's name may also be a text.
fn complete_room(line: &str, rest: Option<(&str, &str)>, known: &Known) -> Completed {
    let begun = line.rsplit(' ').next().unwrap_or_default();
    let head = line.get(..line.len() - begun.len()).unwrap_or_default();
    match rest {
        None => {
            let verbs = RoomVerb::ALL.iter().map(|verb| verb.name().to_owned());
            choose(head, begun, verbs.collect(), " ")
        }
        Some((_, room)) if !room.contains(' ') => {
            let rooms = known.rooms.iter().map(ToString::to_string);
            choose(head, begun, rooms.collect(), " ")
        }
        Some(_) => choose(head, begun, names(known), " "),
    }
}

fn commands() -> Vec<String> {
    let known = Topic::ALL.iter().map(|topic| topic.name());
    known
        .chain(["window", "close"])
        .map(str::to_owned)
        .collect()
}

fn names(known: &Known) -> Vec<String> {
    known.names.iter().map(ToString::to_string).collect()
}

/// Completes with the one candidate, or with what all of them begin with.
fn choose(head: &str, begun: &str, candidates: Vec<String>, end: &str) -> Completed {
    let fit = candidates.into_iter().filter(|one| one.starts_with(begun));
    let fit: Vec<String> = fit.collect();
    match fit.as_slice() {
        [] => Completed::Nothing,
        [one] if one.ends_with('/') => Completed::Line(format!("{head}{one}")),
        [one] => Completed::Line(format!("{head}{one}{end}")),
        [first, others @ ..] => {
            let shared = others
                .iter()
                .fold(first.as_str(), |all, one| common(all, one));
            if shared.len() > begun.len() {
                Completed::Line(format!("{head}{shared}"))
            } else {
                Completed::Several(fit)
            }
        }
    }
}

/// What both begin with.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let pairs = one.char_indices().zip(other.chars());
    let length = pairs
        .take_while(|((_, a), b)| a == b)
        .map(|((at, a), _)| at + a.len_utf8())
        .last();
    one.get(..length.unwrap_or(0)).unwrap_or_default()
}

fn complete_path(head: &str, path: &str, known: &Known) -> Completed {
    if path == "~" {
        return Completed::Line(format!("{head}~/"));
    }
    let begun = path.rsplit('/').next().unwrap_or_default();
    let folder = path.get(..path.len() - begun.len()).unwrap_or_default();
    let place = match folder {
        "" => ".".to_owned(),
        folder => expand(folder, known.outside.home.as_deref()),
    };
    let mut entries = (known.outside.list)(Path::new(&place));
    // Hidden ones only where they are asked for.
    entries.retain(|entry| begun.starts_with('.') || !entry.starts_with('.'));
    entries.sort();
    choose(&format!("{head}{folder}"), begun, entries, "")
}

/// A path with the home folder in place of its `~`.
pub(super) fn expand(path: &str, home: Option<&Path>) -> String {
    let Some(home) = home.map(|home| home.display().to_string()) else {
        return path.to_owned();
    };
    match path.strip_prefix('~') {
        Some("") => home,
        Some(rest) if rest.starts_with('/') => home + rest,
        Some(_) | None => path.to_owned(),
    }
}
