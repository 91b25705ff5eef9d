//! What the tap may decode: `[wire]`.

use serde::{Deserialize, Serialize};
use toml_language::shape::{Table, ValueKind, may};
use toml_language::{Node, closed};

use super::size::{SIZE, SizeRule};

/// What the tap may decode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WireSpec {
    /// What carries it.
    #[serde(default)]
    pub transport: Transport,
    /// How frames are cut.
    pub framing: Framing,
    /// Frame types that come and go with timing; left out of the protocol record.
    pub background: Vec<String>,
    /// The sizes that bodies of frames may have.
    #[serde(default)]
    pub sizes: Vec<SizeRule>,
}

closed_list! {
    /// What carries traffic.
    #[derive(Default)]
    pub enum Transport {
        /// streams
        #[default]
        Tcp,
        /// datagrams: each is recorded and passed on as it was sent, and is a frame for faults
        Udp,
    }
}

closed_list! {
    /// How frames are cut.
    #[derive(Default)]
    pub enum Framing {
        /// as the reference implementation does
        Chat,
        /// unknown: there is no protocol record
        #[default]
        None,
    }
}

/// The table, described.
pub(super) static WIRE: Table = Table::new(
    "wire",
    "How traffic can be decoded.",
    &[
        may(
            "transport",
            ValueKind::Word(closed::words::<Transport>),
            "what carries traffic between clients and the relay (default: `tcp`)",
        ),
        may(
            "framing",
            ValueKind::Word(closed::words::<Framing>),
            "how traffic is split into frames (default: `none`)",
        ),
        may(
            "background",
            ValueKind::Array(&ValueKind::Text, 0),
            "frame types whose count depends on timing; left out of protocol records",
        ),
        may(
            "sizes",
            ValueKind::Array(&ValueKind::Table(&SIZE), 0),
            "the sizes that frame bodies may have; every frame is checked",
        ),
    ],
);

impl WireSpec {
    /// A fault can meet single frames, or datagrams.
    pub fn has_frames(&self) -> bool {
        self.framing != Framing::None || self.transport == Transport::Udp
    }

    /// Reads the table, where there is one.
    pub(super) fn read(node: Option<&Node<'_, '_>>) -> Self {
        Self {
            transport: node
                .and_then(|node| node.word("transport"))
                .unwrap_or_default(),
            framing: node
                .and_then(|node| node.word("framing"))
                .unwrap_or_default(),
            background: node
                .map(|node| node.owned_texts("background"))
                .unwrap_or_default(),
            sizes: node.map(SizeRule::read).unwrap_or_default(),
        }
    }
}
