//! `type`: a line as it is.

use toml_language::shape::{Table, ValueKind, must};

use super::Verb;
use super::described::{Described, Site};
use crate::check::Checker;
use crate::model::Outcome;

pub(super) static TYPE: Described = Described::new(
    "type a line verbatim",
    ValueKind::Table(&TYPE_TABLE),
    r#type,
)
.clients(&["client"]);

static TYPE_TABLE: Table = Table::new(
    "type",
    "It expects nothing by itself.",
    &[
        must("client", ValueKind::Text, "the client to type into"),
        must(
            "line",
            ValueKind::Text,
            "the line; may contain placeholders",
        ),
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
