//! What the page may ask for. It names no file of this machine.

use chat_protocol::{Name, RoomName};
use serde::Deserialize;

use crate::screen::With;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Ask {
    /// Show a conversation.
    Show {
        /// Which.
        with: With,
    },
    /// Close one.
    Close {
        /// Which.
        with: With,
    },
    /// Take a line: a text, or a command.
    Say {
        /// For which conversation it was typed.
        with: With,
        /// As it was typed.
        line: String,
    },
    /// Keep what was begun.
    Draft {
        /// In which conversation.
        with: With,
        /// So far.
        text: String,
    },
    /// Show older entries.
    Older,
    /// Show the safety number with somebody.
    Verify {
        /// With whom.
        name: Name,
    },
    /// The number that is shown was compared.
    Compared {
        /// With whom.
        name: Name,
        /// The number that was shown.
        number: String,
        /// Whether the other one has the same.
        same: bool,
    },
    /// Compare later.
    Later,
    /// Hear nothing from somebody.
    Block {
        /// From whom.
        name: Name,
    },
    /// End that.
    Unblock {
        /// For whom.
        name: Name,
    },
    /// Make a room.
    CreateRoom {
        /// Its name.
        room: RoomName,
    },
    /// Add somebody to a room.
    Invite {
        /// To which.
        room: RoomName,
        /// Whom.
        name: Name,
    },
    /// Take somebody out of a room.
    Remove {
        /// Out of which.
        room: RoomName,
        /// Whom.
        name: Name,
    },
    /// Go out of a room.
    LeaveRoom {
        /// Out of which.
        room: RoomName,
    },
    /// Take a file that somebody offers.
    Accept {
        /// Its number.
        number: u64,
    },
    /// Do not take it.
    Refuse {
        /// Its number.
        number: u64,
    },
    /// Give up a file.
    Cancel {
        /// Its number.
        number: u64,
    },
    /// Leave the chat.
    Leave,
}

/// Why something is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this request is not allowed")]
pub(super) struct InvalidAsk;

impl Ask {
    /// # Errors
    ///
    /// When it is none.
    pub(super) fn parse(body: &[u8]) -> Result<Self, InvalidAsk> {
        serde_json::from_slice(body).map_err(|_| InvalidAsk)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, InvalidAsk};
    use crate::screen::With;

    #[test]
    fn only_what_is_known_can_be_asked() {
        let said = br#"{"ask":"say","with":{"kind":"person","name":"bob"},"line":"hi"}"#;
        let expected = Ask::Say {
            with: With::Person("bob".parse().unwrap()),
            line: "hi".to_owned(),
        };
        assert_eq!(Ask::parse(said), Ok(expected));
        assert_eq!(Ask::parse(br#"{"ask":"leave"}"#), Ok(Ask::Leave));
        for wrong in [
            "",
            "leave",
            r#"{"ask":"fly"}"#,
            r#"{"ask":"file","name":"bob","path":"/etc/passwd"}"#,
            r#"{"ask":"block"}"#,
            r#"{"ask":"block","name":"bob /quit"}"#,
            r#"{"ask":"block","name":"bob","yes":true}"#,
            r#"{"ask":"say","with":{"kind":"person","name":"Bob!"},"line":"hi"}"#,
        ] {
            assert_eq!(Ask::parse(wrong.as_bytes()), Err(InvalidAsk), "{wrong}");
        }
    }
}
