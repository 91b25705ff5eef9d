//! What is told of rooms, for programs and for people.

use crate::escape::escape;
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
pub(super) fn for_people(line: &RoomLine) -> String {
    match line {
        RoomLine::Created { room } => format!(
            "* {room} is yours: /room invite {room} NAME adds people, and only you can remove them"
        ),
        RoomLine::Added { room, name, by } => {
            format!("* {name} is in {room} now, added by {by}: /room list {room} shows who is")
        }
        RoomLine::Removed { room, name } => format!("* {name} was removed from {room}"),
        RoomLine::Left { room, name } => format!("* {name} left {room}"),
        RoomLine::Message { room, from, text } => format!("[{room}] {from}: {}", escape(text)),
        RoomLine::Differs { room, from } => format!(
            "! {from} wrote this for another list of members of {room} than yours: somebody else may have it, or \
             somebody in {room} may not"
        ),
        RoomLine::Listed {
            room: Some(room),
            members,
        } => format!("  {room}: {members} members"),
        RoomLine::Listed { members, .. } => {
            format!("  #lobby: open, everyone who is here ({members})")
        }
        RoomLine::Count { count } => format!("* {count} rooms with members"),
        RoomLine::Member { name, creator, .. } => {
            let role = if *creator { " (created it)" } else { "" };
            format!("  {name}{role}")
        }
    }
}
