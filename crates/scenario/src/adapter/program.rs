//! Programs: where they come from, and what they start with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml_language::Node;
use toml_language::shape::{Table, ValueKind, may, must};

use super::check::Checker;
use super::template::Template;

/// Where a program comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// A binary of this workspace, by its name.
    Cargo(String),
    /// A path, relative to the adapter file, or a name to be found on `PATH`.
    Path(String),
}

/// A file to put into a participant's scratch directory before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// A file; or, with `pool`, a directory of which the nth client gets the nth file.
    pub from: PathBuf,
    /// `from` is a pool.
    pub pool: bool,
    /// Below `{work}`.
    pub to: PathBuf,
}

/// A command line.
pub(super) const ARGUMENTS: ValueKind = ValueKind::Array(&ValueKind::Text, 1);

/// Texts by name.
pub(super) const VARIABLES: ValueKind = ValueKind::Map(&ValueKind::Text);

/// Files for a scratch directory.
pub(super) const COPIES: ValueKind = ValueKind::Array(&ValueKind::Table(&COPY), 0);

/// A program, described.
pub(super) static PROGRAM: Table = Table::new(
    "program",
    "Where a program comes from.",
    &[
        may(
            "cargo",
            ValueKind::Text,
            "a binary of this workspace, by its name",
        ),
        may(
            "path",
            ValueKind::Text,
            "a file, relative to the adapter file, or a name to be found on PATH",
        ),
    ],
)
.exactly_one(&["cargo", "path"], "origin");

static COPY: Table = Table::new(
    "copy",
    "A file for a scratch directory.",
    &[
        must(
            "from",
            ValueKind::Text,
            "a file, relative to the adapter file; with `pool`, a directory",
        ),
        may(
            "pool",
            ValueKind::Bool,
            "give the nth file of the directory to the nth client",
        ),
        must(
            "to",
            ValueKind::Text,
            "its destination in the scratch directory",
        ),
    ],
);

/// Reads `programs`.
pub(super) fn programs(
    node: &Node<'_, '_>,
    checker: &mut Checker<'_>,
) -> BTreeMap<String, Program> {
    let mut programs = BTreeMap::new();
    for (name, value) in node.entries() {
        checker.placeholder_name(&name);
        let Some(origin) = toml_language::node(value) else {
            continue;
        };
        let program = match (origin.owned("cargo"), origin.owned("path")) {
            (Some(binary), _) => Program::Cargo(binary),
            (None, Some(path)) => Program::Path(path),
            (None, None) => continue,
        };
        programs.insert(name.text.to_owned(), program);
    }
    programs
}

/// Reads a command line.
pub(super) fn command(
    node: &Node<'_, '_>,
    key: &str,
    known: &[&str],
    checker: &mut Checker<'_>,
) -> Vec<Template> {
    node.texts(key)
        .iter()
        .map(|text| checker.template(text, known))
        .collect()
}

/// Reads `env`.
pub(super) fn environment(
    node: &Node<'_, '_>,
    known: &[&str],
    checker: &mut Checker<'_>,
) -> BTreeMap<String, Template> {
    let Some(variables) = node.node("env") else {
        return BTreeMap::new();
    };
    let pairs = variables.entries().filter_map(|(name, value)| {
        Some((
            name.text.to_owned(),
            checker.template(&toml_language::place(value)?, known),
        ))
    });
    pairs.collect()
}

/// Reads `copy`.
pub(super) fn copies(node: &Node<'_, '_>, here: &Path, checker: &mut Checker<'_>) -> Vec<Copy> {
    let copies = node.nodes("copy").into_iter().filter_map(|copy| {
        if let Some(to) = copy.text("to") {
            checker.own_path(&to);
        }
        Some(Copy {
            from: here.join(copy.owned("from")?),
            pool: copy.bool("pool").unwrap_or(false),
            to: copy.owned("to")?.into(),
        })
    });
    copies.collect()
}
