//! What keeps a scenario from being played with an implementation.

use timeline::EventKind;

use crate::adapter::{Adapter, Transport, UnknownPlaceholder};
use crate::{Capability, Outcome, RelayDoes};

/// Why a scenario cannot be played. Most are facts about the implementation, which nobody did
/// wrong; those of a load, and a missing adapter, are up to who chose the scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says it in its message")]
pub enum Unsupported {
    #[error("`{adapter}` declares that it cannot do `{}`, which the scenario needs", .capability.word())]
    Declared {
        adapter: String,
        capability: Capability,
    },
    #[error(
        "`{adapter}` runs on a terminal, which acts on {} instead of passing it on: this cannot be \
         typed on a terminal",
        code_point(*.character)
    )]
    Eaten { adapter: String, character: char },
    #[error(
        "`{adapter}` types no `{{to}}` for `{verb}`, so it is for two people only, and the scenario \
         has {clients} clients"
    )]
    NamesNobody {
        adapter: String,
        verb: &'static str,
        clients: usize,
    },
    #[error("`{adapter}` cannot type a text with line breaks")]
    LineBreaks { adapter: String },
    #[error("`{client}` is played with `{adapter}`, which is not here")]
    NoAdapter { client: String, adapter: String },
    #[error(
        "`{client}` is played with `{adapter}`, which speaks {}, and the relay is that of `{relay}`, \
         which does not",
        <&str>::from(*.transport)
    )]
    OtherTransport {
        client: String,
        adapter: String,
        transport: Transport,
        relay: String,
    },
    #[error("`{adapter}` does not capture `{capture}` of `{}`", .event.word())]
    NoCapture {
        adapter: String,
        capture: String,
        event: EventKind,
    },
    #[error("`{adapter}` has no pattern for the event `{}`", .event.word())]
    NoEvent { adapter: String, event: EventKind },
    #[error("the frames of `{adapter}` are not known, so `fault` cannot affect one")]
    NoFrames { adapter: String },
    #[error("`{adapter}` sends datagrams: there is no connection for `{what}`")]
    NoStream { adapter: String, what: &'static str },
    #[error(
        "the scenario sets a keep-alive, but `{adapter}` never passes it to its relay: put \
         `{{keepalive}}` into its `run`, `env` or dialogue"
    )]
    NoKeepalive { adapter: String },
    #[error(
        "the scenario needs a relay that does `{}`, and that of `{adapter}` is not made for it: play \
         it with zoo/adapters/hostile.toml, or put `{{does}}` into the relay's `run`",
        .does.word()
    )]
    HonestRelay { adapter: String, does: RelayDoes },
    #[error("`{adapter}` has no way to do `{verb}`")]
    NoWay { adapter: String, verb: &'static str },
    #[error(
        "`{adapter}` has no pattern for the event {}, so that `outcome = \"{}\"` could not be \
         seen: add it to its [client.events]",
        either(.events), <&str>::from(*.outcome)
    )]
    Unseen {
        adapter: String,
        /// One of them would do.
        events: &'static [EventKind],
        outcome: Outcome,
    },
    /// The templates of an adapter are checked when it is read: this one is our own fault.
    #[error(transparent)]
    Template(#[from] UnknownPlaceholder),
    #[error(transparent)]
    Load(#[from] NotUnderLoad),
}

/// Why a scenario cannot be played by many groups at once: its author can change it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says it in its message")]
pub enum NotUnderLoad {
    #[error("under load all clients are there from the beginning, and {client} joins later")]
    JoinsLater { client: String },
    #[error("`{name}` is too long for a name: shorten the names of the scenario")]
    LongName { name: String },
    #[error("nothing of the scenario can be played under load: line {line}: {why}")]
    NothingLeft { line: usize, why: String },
    #[error("nothing of the scenario can be played under load: nothing is sent in it")]
    NothingSent,
    #[error(
        "line {line}: `type` names {client}, which has another name in each group: use `say`, `msg` \
         or `file`"
    )]
    TypesName { line: usize, client: String },
}

impl Unsupported {
    /// Datagrams are no connection that could be closed, and no stream that could be cut elsewhere.
    pub(super) fn unless_streams(adapter: &Adapter, what: &'static str) -> Result<(), Self> {
        match adapter.wire.transport {
            Transport::Tcp => Ok(()),
            Transport::Udp => Err(Self::NoStream {
                adapter: adapter.name.clone(),
                what,
            }),
        }
    }

    pub(super) fn no_way(adapter: &Adapter, verb: &'static str) -> Self {
        Self::NoWay {
            adapter: adapter.name.clone(),
            verb,
        }
    }
}

fn either(events: &[EventKind]) -> String {
    let words = events.iter().map(|event| format!("`{}`", event.word()));
    words.collect::<Vec<_>>().join(" or ")
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
