//! What an adapter means: placeholders, patterns, programs.

use std::collections::BTreeSet;
use std::ops::Range;

use super::template::Template;
use crate::codes::adapter as code;
use crate::inside::stays_inside;
use crate::{name, pattern};
use toml_language::braces::{Token, part_of, scan};
use toml_language::suggest::{nearest, one_of};
use toml_language::{Node, Place, Problem};

/// Known in every template.
const ALWAYS: [&str; 2] = ["work", "control"];

/// Known in some.
const SOMETIMES: [&str; 11] = [
    "does",
    "keepalive",
    "port",
    "name",
    "to",
    "text",
    "path",
    "outbox",
    "from",
    "file",
    "seed",
];

/// Bytes of a control: fewer are not searched for.
const SHORTEST_CONTROL: usize = 6;

/// What is known of an adapter while it is read.
pub(super) struct Checker<'s> {
    source: &'s str,
    pub(super) problems: Vec<Problem>,
    /// Names of programs and settings.
    own: BTreeSet<String>,
    settings: BTreeSet<String>,
    /// Captured values, of the relay first.
    captures: [BTreeSet<String>; 2],
}

impl<'s> Checker<'s> {
    pub(super) fn new(source: &'s str, file: &Node<'_, '_>) -> Self {
        let captures = |who| names(file.node(who).and_then(|who| who.node("captures")));
        let mut own = names(file.node("programs"));
        let settings = names(file.node("settings"));
        own.extend(settings.iter().cloned());
        Self {
            source,
            problems: Vec::new(),
            own,
            settings,
            captures: [captures("relay"), captures("client")],
        }
    }

    /// Names of captured values: those that the relay shows, then those of clients.
    pub(super) fn captured(&self) -> [Vec<String>; 2] {
        self.captures
            .each_ref()
            .map(|names| names.iter().cloned().collect())
    }

    /// A name of a captured value.
    pub(super) fn capture_name(&mut self, name: &Place<'_>) {
        let is_twice = self.captures.iter().all(|names| names.contains(name.text));
        let taken = if self.own.contains(name.text) {
            Some("a program or setting already has this name")
        } else if is_twice {
            Some("the relay and the clients both capture a value with this name")
        } else {
            self.taken(name.text)
        };
        if let Some(why) = taken.or_else(|| name::bad_name(name.text)) {
            let title = format!("`{}` is not a valid name for a captured value", name.text);
            self.problems
                .push(Problem::new(code::CAPTURE, &name.span, title).label(why));
        }
    }

    fn taken(&self, name: &str) -> Option<&'static str> {
        let mut taken = ALWAYS.iter().chain(&SOMETIMES);
        taken
            .any(|taken| *taken == name)
            .then_some("this placeholder is already defined")
    }

    /// A name that templates use: of a program or a setting.
    pub(super) fn placeholder_name(&mut self, name: &Place<'_>) {
        let why = self.taken(name.text);
        // `relay` cannot name a client, and is the natural name of a program.
        let bad = if name.text == "relay" {
            None
        } else {
            name::bad_name(name.text)
        };
        if let Some(why) = why.or(bad) {
            let title = format!(
                "`{}` is not a valid name for a program or setting",
                name.text
            );
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

    /// The name of a setting of the adapter.
    pub(super) fn names_setting(&mut self, place: &Place<'_>) {
        if self.settings.contains(place.text) {
            return;
        }
        let title = format!("the adapter has no setting `{}`", place.text);
        let problem = Problem::new(code::BUILD, &place.span, title);
        let settings = self.settings.iter().map(String::as_str);
        self.problems.push(match nearest(place.text, settings) {
            Some(suggestion) => problem.label(format!("did you mean `{suggestion}`?")),
            None => problem.help("add it to `[settings]`, with the directory of the sources"),
        });
    }

    /// A text that is filled in before anything is played: it knows programs and settings.
    pub(super) fn before_plays(&mut self, place: &Place<'_>) -> Template {
        let own: Vec<String> = self.own.iter().cloned().collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        self.only(place, &own)
    }

    /// A path in the participant's own directory.
    pub(super) fn own_path(&mut self, place: &Place<'_>) {
        let from_there = place.text.strip_prefix("{work}/").unwrap_or(place.text);
        let is_itself = place.text == "{work}";
        if !is_itself && !stays_inside(from_there) {
            let shown = place.text.escape_debug();
            let title = format!("`{shown}` is not in the participant's own directory");
            self.problems
                .push(Problem::new(code::OUTSIDE, &place.span, title).label("it leads out"));
        }
    }

    /// A passphrase: what it is must be known before the play, so that it can be searched for.
    pub(super) fn pass_phrase(&mut self, place: &Place<'_>) -> Template {
        let settings = self.settings.clone();
        let settings = settings.iter().map(String::as_str);
        let known: Vec<&str> = settings.chain(["name"]).collect();
        self.only(place, &known)
    }

    /// What a search must find. `{control}` is long enough by itself.
    pub(super) fn control(&mut self, place: &Place<'_>) -> Template {
        if !place.text.contains('{') && place.text.len() < SHORTEST_CONTROL {
            let title = format!("a control of {} bytes is too short", place.text.len());
            let label = format!("at least {SHORTEST_CONTROL} bytes, or `{{control}}`");
            self.problems
                .push(Problem::new(code::SHORT_CONTROL, &place.span, title).label(label));
        }
        self.only(place, &["control"])
    }

    /// A text with placeholders, all of them in `known`.
    pub(super) fn only(&mut self, place: &Place<'_>, known: &[&str]) -> Template {
        for (part, token) in scan(place.text) {
            let (title, label) = match token {
                Token::Plain(_) => continue,
                Token::Stray => (
                    "unmatched brace".to_owned(),
                    "write `{{` or `}}` for a literal brace".to_owned(),
                ),
                Token::Placeholder(name) => {
                    if known.contains(&name) {
                        continue;
                    }
                    let label = match nearest(name, known.iter().copied()) {
                        Some(suggestion) => format!("did you mean `{{{suggestion}}}`?"),
                        None => "it has no value here".to_owned(),
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
    pub(super) fn typed(&mut self, place: &Place<'_>, own: &[&str]) -> Template {
        let captured = self.captured().concat();
        let captured = captured.iter().map(String::as_str);
        let known = own.iter().copied().chain(["name"]);
        let known: Vec<&str> = known.chain(captured).collect();
        self.template(place, &known)
    }

    /// A regular expression whose named groups are among `groups`.
    pub(super) fn pattern(&mut self, place: &Place<'_>, groups: &[&str]) {
        match pattern::compile(place, &whole_line(place.text), code::BAD_PATTERN) {
            Err(problem) => self.problems.push(*problem),
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
            format!("`{name}` is not a capture here"),
        );
        let known = groups.iter().copied();
        self.problems.push(match nearest(name, known.clone()) {
            Some(suggestion) if span != place.span => {
                problem.replace(format!("did you mean `{suggestion}`?"), &span, suggestion)
            }
            Some(_) | None if groups.is_empty() => {
                problem.help("this event has no captures; write `(?:…)`")
            }
            Some(_) | None => problem.help(format!("known here: {}", one_of(known))),
        });
    }

    /// The relay's ready line does not tell its port.
    pub(super) fn no_port(&mut self, line: &Place<'_>) {
        let problem = Problem::new(code::NO_PORT, &line.span, "this line does not give a port");
        self.problems
            .push(problem.label("there is no group `port`").help(
            "write `(?<port>\\d+)` where the port is printed, or `listens = PORT` if the port is fixed",
        ));
    }

    /// Something gets ready with a dialogue that is not there.
    pub(super) fn no_dialogue(&mut self, span: &Range<usize>) {
        let problem = Problem::new(code::DIALOGUE, span, "this program has no dialogue");
        self.problems
            .push(problem.help("add `dialogue`, or use another sign of readiness"));
    }
}

/// The keys of a table.
fn names(table: Option<Node<'_, '_>>) -> BTreeSet<String> {
    let entries = table.iter().flat_map(Node::entries);
    entries.map(|(name, _)| name.text.to_owned()).collect()
}

/// Patterns are about whole lines, whether or not they say so.
pub fn whole_line(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}
