//! `join`, `leave`: who is there.

use toml_language::closed;
use toml_language::shape::{Table, ValueKind, may, must};

use super::Verb;
use super::described::{Described, Site};
use crate::check::Checker;
use crate::model::{Join, LeaveHow};

pub(super) static JOIN: Described = Described::new(
    "start a client now; a client first named here starts late",
    ValueKind::Table(&JOIN_TABLE),
    join,
)
.clients(&["client"]);

static JOIN_TABLE: Table = Table::new(
    "join",
    "It becomes ready, and the others see it join.",
    &[
        must("client", ValueKind::Text, "the client that starts"),
        may(
            "outcome",
            ValueKind::Word(closed::words::<Join>),
            "the required outcome",
        ),
    ],
);

pub(super) static LEAVE: Described =
    Described::new("a client leaves", ValueKind::Table(&LEAVE_TABLE), leave).clients(&["client"]);

static LEAVE_TABLE: Table = Table::new(
    "leave",
    "The others see it leave, the relay keeps running, and no process is left behind.",
    &[
        must("client", ValueKind::Text, "the client that leaves"),
        must(
            "how",
            ValueKind::Word(closed::words::<LeaveHow>),
            "how it leaves",
        ),
    ],
);

fn join(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let client = node.text("client")?;
    checker.joins(&client);
    checker.answers(&node.span());
    Some(Verb::Join {
        client: client.text.to_owned(),
        outcome: node.word("outcome").unwrap_or_default(),
    })
}

fn leave(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let client = node.text("client")?;
    checker.acts(&client);
    checker.answers(&node.span());
    Some(Verb::Leave {
        client: client.text.to_owned(),
        how: node.word("how")?,
    })
}
