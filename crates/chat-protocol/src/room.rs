//! Rooms: their names, and the entries of their lists of members as they travel.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Blob, Digest, Fingerprint, InvalidName, Name, Nonce};

/// What the conversation with everyone is called. No room has this name.
const LOBBY: &str = "lobby";

/// The name of a room: as that of a person, shown behind a `#`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName(Name);

impl RoomName {
    /// The name without its `#`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for RoomName {
    type Error = InvalidRoomName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == LOBBY {
            return Err(InvalidRoomName::Lobby);
        }
        Ok(Self(text.try_into()?))
    }
}

/// With or without its `#`.
impl FromStr for RoomName {
    type Err = InvalidRoomName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.strip_prefix('#').unwrap_or(text).to_owned())
    }
}

impl From<RoomName> for String {
    fn from(name: RoomName) -> Self {
        name.0.into()
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Why a text is not a [`RoomName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoomName {
    /// It is that of the conversation with everyone.
    #[error("#{LOBBY} is open to everyone who is here, and is no room with members")]
    Lobby,
    /// It breaks the rules for names.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

/// One entry in the list of a room's members. `chat-room` says which ones count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomEntry {
    /// Who wrote and signed it.
    pub by: Fingerprint,
    /// The latest entries that its author knew, ascending; none for the first.
    pub parents: Vec<Digest>,
    /// What it does.
    #[serde(flatten)]
    pub act: RoomAct,
    /// By its author's identity key.
    pub signature: Blob,
}

/// What an entry does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum RoomAct {
    /// Makes the room; its author is the first member.
    Create {
        /// The room's name.
        room: RoomName,
        /// The author's name.
        name: Name,
        /// The author's identity key: SPKI, DER.
        key: Blob,
        /// Makes this room another one than all before.
        nonce: Nonce,
    },
    /// Makes somebody a member.
    Add {
        /// Who.
        name: Name,
        /// The new member's identity key: SPKI, DER.
        key: Blob,
    },
    /// Takes a member out.
    Remove {
        /// Whom.
        who: Fingerprint,
    },
    /// Its author goes.
    Leave,
}
