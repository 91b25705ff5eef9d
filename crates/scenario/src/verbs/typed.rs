//! `type`: a line as it is.

use toml_language::shape::{Kind, Table, must};

use super::Verb;
use super::described::{Described, Site};
use crate::check::Checker;
use crate::model::Outcome;

pub(super) static TYPE: Described =
    Described::new("a line typed as it is", Kind::Table(&TYPE_TABLE), r#type).clients(&["client"]);

static TYPE_TABLE: Table = Table::new(
    "type",
    "Expects nothing by itself.",
    &[
        must("client", Kind::Text, "the client that it is typed into"),
        must("line", Kind::Text, "the line; may hold placeholders"),
    ],
);

fn r#type(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let client = node.text("client")?;
    checker.shows(&client);
    let line = checker.sent_text(&node.text("line")?, Outcome::Delivered);
    Some(Verb::Type {
        client: client.text.to_owned(),
        line,
    })
}
