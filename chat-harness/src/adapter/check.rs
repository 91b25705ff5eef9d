//! What an adapter means: placeholders, patterns, programs.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::model::Template;
use super::recognise::whole_line;
use crate::scenario::EventKind;
use crate::scenario::codes::adapter as code;
use crate::scenario::diagnostic::Problem;
use crate::scenario::suggest::{nearest, one_of};
use crate::scenario::text::{Token, part_of, scan};
use crate::scenario::value;
use crate::scenario::walk::{Node, Place};

/// Known in every template.
const ALWAYS: [&str; 2] = ["work", "control"];

/// Known in some.
const SOMETIMES: [&str; 7] = ["keepalive", "port", "name", "to", "text", "path", "outbox"];

/// What is known of an adapter while it is read.
pub(super) struct Checker<'s> {
    source: &'s str,
    pub(super) problems: Vec<Problem>,
    /// Names of programs and settings.
    own: BTreeSet<String>,
}

impl<'s> Checker<'s> {
    pub(super) fn new(source: &'s str, file: &Node<'_, '_>) -> Self {
        let tables = [file.node("programs"), file.node("settings")];
        let names = tables
            .iter()
            .flatten()
            .flat_map(Node::entries)
            .map(|(name, _)| name.text.to_owned());
        Self {
            source,
            problems: Vec::new(),
            own: names.collect(),
        }
    }

    /// A name that templates use: of a program or a setting.
    pub(super) fn placeholder_name(&mut self, name: &Place<'_>) {
        let taken = ALWAYS
            .iter()
            .chain(&SOMETIMES)
            .any(|taken| *taken == name.text);
        let why = if taken {
            Some("this placeholder has a meaning already")
        } else {
            None
        };
        // `relay` cannot name a client, and is the natural name of a program.
        let bad = if name.text == "relay" {
            None
        } else {
            value::bad_name(name.text)
        };
        if let Some(why) = why.or(bad) {
            let title = format!("`{}` cannot name a program or a setting", name.text);
            self.problems
                .push(Problem::new(code::BAD_PROGRAM, &name.span, title).label(why));
        }
    }

    /// A text with placeholders: those that are always known, the adapter's own, and `known`.
    pub(super) fn template(&mut self, place: &Place<'_>, known: &[&str]) -> Template {
        let own: Vec<String> = self.own.iter().cloned().collect();
        let all = ALWAYS.into_iter().chain(known.iter().copied());
        let all: Vec<&str> = all.chain(own.iter().map(String::as_str)).collect();
        self.only(place, &all)
    }

    /// A text with placeholders, all of them in `known`.
    pub(super) fn only(&mut self, place: &Place<'_>, known: &[&str]) -> Template {
        for (part, token) in scan(place.text) {
            let (title, label) = match token {
                Token::Plain(_) => continue,
                Token::Stray => (
                    "a stray brace".to_owned(),
                    "a brace without its partner; `{{` and `}}` are braces".to_owned(),
                ),
                Token::Placeholder(name) => {
                    if known.contains(&name) {
                        continue;
                    }
                    let label = match nearest(name, known.iter().copied()) {
                        Some(meant) => format!("did you mean `{{{meant}}}`?"),
                        None => "nobody has a value for it here".to_owned(),
                    };
                    (format!("`{{{name}}}` is not known here"), label)
                }
            };
            let span = part_of(place, self.source, &part);
            let help = format!("known here: {}", one_of(known.iter().copied()));
            self.problems.push(
                Problem::new(code::PLACEHOLDER, &span, title)
                    .label(label)
                    .help(help),
            );
        }
        Template(place.text.to_owned())
    }

    /// What is typed for a verb holds what the verb says.
    pub(super) fn typed(&mut self, place: &Place<'_>, verb: &str, needed: &[&str]) -> Template {
        let known: Vec<&str> = needed.iter().copied().chain(["name"]).collect();
        let template = self.template(place, &known);
        for name in needed.iter().filter(|name| !template.holds(name)) {
            let title = format!("what is typed for `{verb}` lacks `{{{name}}}`");
            let problem = Problem::new(code::NO_TEXT, &place.span, title);
            self.problems
                .push(problem.help(format!("put `{{{name}}}` where it belongs")));
        }
        template
    }

    /// A regular expression whose named groups are among `groups`.
    pub(super) fn pattern(&mut self, place: &Place<'_>, groups: &[&str]) {
        match Regex::new(&whole_line(place.text)) {
            Err(error) => {
                let why = value::last_line(&error.to_string());
                let problem = Problem::new(
                    code::BAD_PATTERN,
                    &place.span,
                    "this is no regular expression",
                );
                let help = "single quotes keep backslashes as they are: '\\d+'";
                self.problems.push(problem.label(why).help(help));
            }
            Ok(regex) => {
                for name in regex
                    .capture_names()
                    .flatten()
                    .filter(|name| !groups.contains(name))
                {
                    self.unknown_group(place, name, groups);
                }
            }
        }
    }

    fn unknown_group(&mut self, place: &Place<'_>, name: &str, groups: &[&str]) {
        let at = place
            .text
            .find(&format!("<{name}>"))
            .map(|at| at + 1..at + 1 + name.len());
        let span = at.map_or_else(
            || place.span.clone(),
            |part| part_of(place, self.source, &part),
        );
        let problem = Problem::new(
            code::NO_CAPTURE,
            &span,
            format!("`{name}` is no capture here"),
        );
        let known = groups.iter().copied();
        self.problems.push(match nearest(name, known.clone()) {
            Some(meant) if span != place.span => {
                problem.replace(format!("did you mean `{meant}`?"), &span, meant)
            }
            Some(_) | None if groups.is_empty() => {
                problem.help("this event has none; write `(?:…)`")
            }
            Some(_) | None => problem.help(format!("known here: {}", one_of(known))),
        });
    }

    /// The patterns of all events.
    pub(super) fn events(&mut self, node: &Node<'_, '_>) -> BTreeMap<EventKind, String> {
        let mut events = BTreeMap::new();
        for kind in EventKind::ALL {
            if let Some(pattern) = node.text(kind.word()) {
                self.pattern(&pattern, kind.captures());
                events.insert(kind, pattern.text.to_owned());
            }
        }
        events
    }
}
