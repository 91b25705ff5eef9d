//! What is told of rooms, for programs and for people.

use crate::escape::escape;
use crate::locale::{Locale, sentences as say};
use crate::session::RoomLine;

/// The line for programs.
pub(super) fn plain(line: &RoomLine) -> String {
    match line {
        RoomLine::Created { room } => format!("room-created {room}"),
        RoomLine::Added { room, name, by } => format!("room-added {room} {name} {by}"),
        RoomLine::Removed { room, name } => format!("room-removed {room} {name}"),
        RoomLine::Left { room, name } => format!("room-left {room} {name}"),
        RoomLine::Message { room, from, text } => {
            format!("room-message {room} {from} {}", escape(text))
        }
        RoomLine::Differs { room, from } => format!("room-differs {room} {from}"),
        RoomLine::Listed {
            room: Some(room),
            members,
        } => format!("room {room} members {members}"),
        RoomLine::Listed { members, .. } => format!("room #lobby open {members}"),
        RoomLine::Count { count } => format!("rooms {count}"),
        RoomLine::Member {
            room,
            name,
            creator,
        } => {
            let role = if *creator { "creator" } else { "member" };
            format!("room-member {room} {name} {role}")
        }
    }
}

/// The line for people.
pub(super) fn for_people(line: &RoomLine, locale: Locale) -> String {
    let (sign, sentence) = match line {
        RoomLine::Created { room } => ("*", say::room_created(room)),
        RoomLine::Added { room, name, by } => ("*", say::room_added(room, name, by)),
        RoomLine::Removed { room, name } => ("*", say::room_removed(room, name)),
        RoomLine::Left { room, name } => ("*", say::room_left(room, name)),
        RoomLine::Message { room, from, text } => {
            return format!("[{room}] {from}: {}", escape(text));
        }
        RoomLine::Differs { room, from } => ("!", say::room_differs(room, from)),
        RoomLine::Listed {
            room: Some(room),
            members,
        } => (" ", say::room_listed(room, *members)),
        RoomLine::Listed { members, .. } => (" ", say::room_lobby(*members)),
        RoomLine::Count { count } => ("*", say::rooms(*count)),
        RoomLine::Member {
            name,
            creator: true,
            ..
        } => (" ", say::room_creator(name)),
        RoomLine::Member { name, .. } => return format!("  {name}"),
    };
    format!("{sign} {}", sentence.in_locale(locale))
}
