//! Values that one participant shows and others need.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::template::Template;
use crate::codes::adapter as code;
use toml_language::shape::{Table, ValueKind, may};
use toml_language::{Node, Place, Problem};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// The one group of a regular expression, found anywhere in a line that it shows.
    Line(String),
    /// A file that it writes.
    File {
        /// Which.
        file: Template,
        /// A regular expression with one group, found anywhere in it; without, the value is the
        /// whole text but for blanks around it.
        pattern: Option<String>,
    },
}

/// A value, described.
pub(super) static CAPTURE: Table = Table::new(
    "capture",
    "A value that one participant shows and others need.",
    &[
        may(
            "line",
            ValueKind::Text,
            "a regular expression with one group, found anywhere in a line of its output",
        ),
        may("file", ValueKind::Text, "a file that it writes"),
        may(
            "pattern",
            ValueKind::Text,
            "with `file`: a regular expression with one group (default: the whole file)",
        ),
    ],
)
.exactly_one(&["line", "file"], "origin");

/// Reads the values of one kind of participant, by the names that templates use.
pub(super) fn read(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> BTreeMap<String, Capture> {
    let Some(table) = node.node("captures") else {
        return BTreeMap::new();
    };
    let mut captures = BTreeMap::new();
    for (name, value) in table.entries() {
        checker.capture_name(&name);
        let Some(origin) = toml_language::node(value) else {
            continue;
        };
        let capture = match (origin.text("line"), origin.text("file")) {
            (Some(line), _) => {
                one_group(&line, checker);
                Capture::Line(line.text.to_owned())
            }
            (None, Some(file)) => {
                let pattern = origin.text("pattern");
                if let Some(pattern) = &pattern {
                    one_group(pattern, checker);
                }
                checker.own_path(&file);
                Capture::File {
                    file: checker.template(&file, &[]),
                    pattern: pattern.map(|pattern| pattern.text.to_owned()),
                }
            }
            (None, None) => continue,
        };
        captures.insert(name.text.to_owned(), capture);
    }
    captures
}

fn one_group(pattern: &Place<'_>, checker: &mut Checker<'_>) {
    let before = checker.problems.len();
    checker.pattern(pattern, &[]);
    let parses = checker.problems.len() == before;
    let groups = Regex::new(pattern.text).map_or(0, |regex| regex.captures_len() - 1);
    if parses && groups != 1 {
        let title = format!("a captured value needs exactly one group; this pattern has {groups}");
        let problem = Problem::new(code::CAPTURE, &pattern.span, title);
        let help = "put parentheses around the value and write other groups as `(?:…)`";
        checker.problems.push(problem.help(help));
    }
}

/// What is in a planned line for a value that is captured only in the play.
pub fn captured(name: &str) -> String {
    format!("{{captured:{name}}}")
}
