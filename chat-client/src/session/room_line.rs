//! What a user is told of rooms.

use chat_protocol::{Name, RoomName};
use serde::Serialize;

/// A line about a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event")]
pub enum RoomLine {
    /// A room was made.
    #[serde(rename = "room-created")]
    Created {
        /// Its name.
        room: RoomName,
    },
    /// Somebody is in a room now.
    #[serde(rename = "room-added")]
    Added {
        /// Which room.
        room: RoomName,
        /// Who; also this client itself.
        name: Name,
        /// By whose doing.
        by: Name,
    },
    /// Somebody was taken out of a room.
    #[serde(rename = "room-removed")]
    Removed {
        /// Which room.
        room: RoomName,
        /// Who; also this client itself.
        name: Name,
    },
    /// Somebody has gone out of a room.
    #[serde(rename = "room-left")]
    Left {
        /// Which room.
        room: RoomName,
        /// Who.
        name: Name,
    },
    /// A message in a room.
    #[serde(rename = "room-message")]
    Message {
        /// Which room.
        room: RoomName,
        /// Who sent it.
        from: Name,
        /// What was written.
        text: String,
    },
    /// The next message in a room was written for another list of members than this client's.
    #[serde(rename = "room-differs")]
    Differs {
        /// Which room.
        room: RoomName,
        /// Whose.
        from: Name,
    },
    /// A room that this client is in.
    #[serde(rename = "room")]
    Listed {
        /// Which one; `None` for the conversation with everyone.
        room: Option<RoomName>,
        /// How many are in it.
        members: usize,
    },
    /// The end of the list of rooms.
    #[serde(rename = "rooms")]
    Count {
        /// How many there were, without the conversation with everyone.
        count: usize,
    },
    /// Somebody who is in a room.
    #[serde(rename = "room-member")]
    Member {
        /// Which room.
        room: RoomName,
        /// Who.
        name: Name,
        /// Whether the room is this member's.
        creator: bool,
    },
}
