//! How programs are made from their sources before anything is played: `[build]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml_language::shape::{Table, ValueKind, may, must};
use toml_language::{Node, place};

use super::check::Checker;
use super::program::ARGUMENTS;
use super::template::Template;

/// How long the commands may take together, where an adapter does not say.
const WITHIN: Duration = Duration::from_secs(2 * 60);

/// How programs are made from their sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildSpec {
    /// The setting that names the directory of the sources. In plays it names the copy in which
    /// the commands have run.
    pub setting: String,
    /// Command lines, one after another.
    pub run: Vec<Vec<Template>>,
    /// How long they may take together.
    pub within: Duration,
}

/// The table, described.
pub(super) static BUILD: Table = Table::new(
    "build",
    "How programs are built from their sources. The commands run once for the same sources, in a copy of their directory, without a network.",
    &[
        must(
            "setting",
            ValueKind::Text,
            "the setting that names the directory of the sources; in plays it names the copy that was built",
        ),
        must(
            "run",
            ValueKind::Array(&ARGUMENTS, 1),
            "command lines, run one after another in the copy; templates know programs and settings",
        ),
        may(
            "within",
            ValueKind::Duration,
            "how long the commands may take together (default: `2m`)",
        ),
    ],
);

/// Reads the table.
pub(super) fn read(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<BuildSpec> {
    let setting = node.text("setting")?;
    checker.names_setting(&setting);
    let commands = node.items("run").iter().map(|command| {
        let words = command.get_ref().as_array().into_iter().flatten();
        let words = words.filter_map(place);
        words.map(|word| checker.before_plays(&word)).collect()
    });
    Some(BuildSpec {
        setting: setting.text.to_owned(),
        run: commands.collect(),
        within: node.duration("within").unwrap_or(WITHIN),
    })
}
