//! `room`: groups with a list of members.

use toml_language::Problem;
use toml_language::closed;
use toml_language::shape::{Table, ValueKind, may, must};

use super::Verb;
use super::described::{Described, Site};
use crate::Text;
use crate::check::Checker;
use crate::codes::scenario as code;
use crate::model::Outcome;

closed_list! {
    /// What a client does in a room, as files have it.
    pub enum RoomWord {
        /// create it, and become its first member
        Create,
        /// add `who` to it
        Invite,
        /// leave it
        Leave,
        /// remove `who` from it
        Remove,
        /// send `text` to its members
        Say,
    }
}

/// What a client does in a room.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the words of the language say it")]
pub enum InRoom {
    Create,
    Invite { who: String },
    Leave,
    Remove { who: String },
    Say { text: Text },
}

pub(super) static ROOM: Described = Described::new(
    "do something in a room: a group with members",
    ValueKind::Table(&ROOM_TABLE),
    room,
)
.clients(&["client"]);

static ROOM_TABLE: Table = Table::new(
    "room",
    "It expects nothing by itself: use `expect` and `never` to say who must show what.",
    &[
        must("client", ValueKind::Text, "the client that does it"),
        must(
            "does",
            ValueKind::Word(closed::words::<RoomWord>),
            "what it does",
        ),
        must("room", ValueKind::Text, "the name of the room"),
        may(
            "who",
            ValueKind::Text,
            "the client that is added or removed",
        ),
        may(
            "text",
            ValueKind::Text,
            "the text; may contain placeholders",
        ),
    ],
);

fn room(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let (client, room) = (node.text("client"), node.text("room"));
    if let Some(client) = &client {
        checker.acts(client);
    }
    let word = node.word("does")?;
    let (who, text) = (node.text("who"), node.text("text"));
    let (needs_who, needs_text) = match word {
        RoomWord::Create | RoomWord::Leave => (false, false),
        RoomWord::Invite | RoomWord::Remove => (true, false),
        RoomWord::Say => (false, true),
    };
    let word_text: &str = word.into();
    for (key, is_there, is_needed) in [
        ("who", who.is_some(), needs_who),
        ("text", text.is_some(), needs_text),
    ] {
        if is_there != is_needed {
            let (title, help) = match is_needed {
                true => (
                    format!("`{word_text}` lacks `{key}`"),
                    format!("add `{key}`"),
                ),
                false => (
                    format!("`{word_text}` has no `{key}`"),
                    format!("leave `{key}` out"),
                ),
            };
            let problem = Problem::new(code::ROOM, &node.span(), title).help(help);
            checker.problems.push(problem);
        }
    }
    if let Some(who) = &who {
        checker.shows(who);
    }
    let who = who.map(|who| who.text.to_owned());
    let act = match word {
        RoomWord::Create => InRoom::Create,
        RoomWord::Leave => InRoom::Leave,
        RoomWord::Invite => InRoom::Invite { who: who? },
        RoomWord::Remove => InRoom::Remove { who: who? },
        RoomWord::Say => InRoom::Say {
            text: checker.message(&text?, Outcome::Delivered),
        },
    };
    Some(Verb::Room {
        client: client?.text.to_owned(),
        room: room?.text.to_owned(),
        act,
    })
}
