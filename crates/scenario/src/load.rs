//! `load`: how many play a scenario at once.

use std::time::Duration;

use toml_language::shape::{Table, ValueKind, may};
use toml_language::{Node, closed};

/// How many play a scenario at once, for how long; what is left out is up to the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Clients.
    pub clients: Option<u32>,
    /// How long rounds begin.
    pub length: Option<Duration>,
    /// Who hears what is said to all.
    pub say: Option<Hearing>,
}

closed_list! {
    /// Who hears what is said to all, where many groups share one relay.
    pub enum Hearing {
        /// everyone at the relay: traffic grows with the square of the number of clients
        Everyone,
        /// the sender's group: each member gets a private message
        Group,
    }
}

/// The table, described.
pub(crate) static LOAD: Table = Table::new(
    "load",
    "Many groups of clients play the same steps against one relay, round after round.",
    &[
        may(
            "clients",
            ValueKind::Integer(1, 1000),
            "how many clients, rounded down to whole groups of the scenario (default: 50)",
        ),
        may(
            "for",
            ValueKind::Duration,
            "how long to keep starting rounds (default: `10s`)",
        ),
        may(
            "say",
            ValueKind::Word(closed::words::<Hearing>),
            "who receives messages to everyone (default: `group`)",
        ),
    ],
);

impl Load {
    /// Reads the table, where there is one.
    pub(crate) fn read(node: Option<&Node<'_, '_>>) -> Self {
        Self {
            clients: node.and_then(|load| load.integer("clients")),
            length: node.and_then(|load| load.duration("for")),
            say: node.and_then(|load| load.word("say")),
        }
    }
}
