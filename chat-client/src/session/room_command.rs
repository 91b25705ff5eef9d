//! What a user types about rooms: `/room create team`, `/room say #team hello`.

use chat_protocol::{InvalidRoomName, Name, RoomName};
use strum::{IntoStaticStr, VariantArray};

use super::command::{checked, near, person, split_name};
use super::{Command, Refusal};
use crate::locale::{Sentence, sentences as say};

/// What the user wants of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomCommand {
    /// A new one.
    Create {
        /// Its name.
        room: RoomName,
    },
    /// Somebody shall be a member.
    Invite {
        /// Of this one.
        room: RoomName,
        /// Who.
        name: Name,
    },
    /// Somebody shall not be a member any more.
    Remove {
        /// Of this one.
        room: RoomName,
        /// Who.
        name: Name,
    },
    /// The user goes.
    Leave {
        /// Out of this one.
        room: RoomName,
    },
    /// A text to its members.
    Say {
        /// Which one.
        room: RoomName,
        /// The text.
        text: String,
    },
    /// Which rooms are there?
    All,
    /// Who is in it?
    Members {
        /// Which one.
        room: RoomName,
    },
}

/// The word behind `/room`.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum RoomVerb {
    /// `/room create`.
    Create,
    /// `/room invite`.
    Invite,
    /// `/room remove`.
    Remove,
    /// `/room leave`.
    Leave,
    /// `/room say`.
    Say,
    /// `/room list`.
    List,
}

impl RoomVerb {
    /// Every one.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The word.
    pub fn name(self) -> &'static str {
        self.into()
    }

    fn usage(self) -> Sentence {
        say::room_usage_of(self.name())
    }

    fn named(word: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.iter().copied().find(|verb| verb.name() == word);
        found.ok_or_else(|| {
            let names = Self::ALL.iter().map(|verb| verb.name());
            let guess = near(word, names).map(|guess| say::did_you_mean(format!("/room {guess}")));
            let usages = Self::ALL.iter().map(|verb| verb.usage());
            let usage = say::usage(Sentence::joined(usages, ", "));
            let both = guess.into_iter().chain([usage]);
            Refusal::new("usage", Sentence::joined(both, " "))
        })
    }
}

/// Reads what stands behind `/room `; `free` undoes the escapes of a text.
pub(super) fn parse(
    rest: &str,
    free: impl Fn(&str) -> Result<String, Refusal>,
) -> Result<Command, Refusal> {
    let (word, rest) = split_name(rest);
    let verb = RoomVerb::named(word)?;
    let usage = || Refusal::new("usage", say::usage(verb.usage()));
    let (room, rest) = split_name(rest);
    if room.is_empty() {
        return match verb {
            RoomVerb::List => Ok(Command::Room(RoomCommand::All)),
            _ => Err(usage()),
        };
    }
    let room = match room.parse::<RoomName>() {
        Ok(room) => room,
        Err(InvalidRoomName::Lobby) => return lobby(verb, free(rest)?),
        Err(error) => {
            let (shown, why) = (room.escape_debug().to_string(), Sentence::from(&error));
            let why = say::invalid_room_name(shown, why);
            return Err(Refusal::new("unknown-room", why));
        }
    };
    let alone = |command: RoomCommand| match rest.trim() {
        "" => Ok(command),
        _ => Err(usage()),
    };
    let command = match verb {
        RoomVerb::Create => alone(RoomCommand::Create { room })?,
        RoomVerb::Leave => alone(RoomCommand::Leave { room })?,
        RoomVerb::List => alone(RoomCommand::Members { room })?,
        RoomVerb::Invite => RoomCommand::Invite {
            room,
            name: person(rest.trim(), usage)?,
        },
        RoomVerb::Remove => RoomCommand::Remove {
            room,
            name: person(rest.trim(), usage)?,
        },
        RoomVerb::Say => RoomCommand::Say {
            room,
            text: checked(free(rest)?)?,
        },
    };
    Ok(Command::Room(command))
}

/// The conversation with everyone has no list of members: the relay says who is here.
fn lobby(verb: RoomVerb, text: String) -> Result<Command, Refusal> {
    match verb {
        RoomVerb::Say => Command::say(text),
        RoomVerb::List => Ok(Command::Who),
        RoomVerb::Create | RoomVerb::Invite | RoomVerb::Remove | RoomVerb::Leave => {
            Err(Refusal::new("open-room", say::lobby_is_open()))
        }
    }
}
