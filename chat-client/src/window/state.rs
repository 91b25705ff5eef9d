//! What the page is told: everything that it shows, each time.

use chat_protocol::Name;
use serde::Serialize;

use super::seat::Seat;
use crate::screen::{Connection, ShownBar, ShownEntry, Tab, With};
use crate::session::FileState;

/// People who are listed.
const MOST_PEOPLE: usize = 500;

/// The whole page.
#[derive(Debug, Serialize)]
pub(super) struct State<'a> {
    me: &'a Name,
    relay: Connection<'a>,
    conversations: Vec<Tab<'a>>,
    current: &'a With,
    /// What was begun in it.
    draft: &'a str,
    entries: Vec<ShownEntry<'a>>,
    has_older: bool,
    people: Vec<Person<'a>>,
    /// How many are here, listed or not.
    here: usize,
    /// Of the room that is shown.
    members: Option<&'a [RoomMember]>,
    comparison: Option<&'a Comparison>,
    /// Files that wait or are on their way, and how far those are that move.
    files: &'a [FileState],
    bars: Vec<ShownBar<'a>>,
    received: Vec<&'a Received>,
    rings: u64,
    ended: Option<&'a str>,
}

/// Somebody who is here, or blocked.
#[derive(Debug, Serialize)]
struct Person<'a> {
    name: &'a Name,
    /// How far the identity is trusted, where that was asked.
    state: &'a str,
    blocked: bool,
}

/// Somebody who is in a room.
#[derive(Debug, Serialize)]
pub(super) struct RoomMember {
    pub(super) name: Name,
    pub(super) creator: bool,
}

/// A safety number that is to be compared.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    pub(super) name: Name,
    pub(super) state: &'static str,
    pub(super) number: String,
}

/// A file that has come.
#[derive(Debug, Serialize)]
pub(super) struct Received {
    pub(super) from: Name,
    pub(super) size: u64,
    pub(super) name: String,
    pub(super) at: u64,
}

impl<'a> State<'a> {
    pub(super) fn of(seat: &'a Seat) -> Self {
        let current = seat.view.current_with();
        let (entries, has_older) = seat.view.entries(seat.most);
        Self {
            me: seat.view.me(),
            relay: seat.view.connection(),
            conversations: seat.view.tabs(),
            current,
            draft: seat.drafts.get(current).map_or("", String::as_str),
            entries,
            has_older,
            people: people(seat),
            here: seat.view.present().len(),
            members: match current {
                With::Room(room) => seat.rooms.get(room).map(Vec::as_slice),
                With::Everyone | With::Person(_) => None,
            },
            comparison: seat.comparison.as_ref(),
            files: &seat.files,
            bars: seat.view.bars().collect(),
            received: seat.received.iter().collect(),
            rings: seat.rings,
            ended: seat.ended.as_deref(),
        }
    }
}

fn people(seat: &Seat) -> Vec<Person<'_>> {
    let here = seat
        .view
        .present()
        .filter(|name| !seat.blocked.contains(*name));
    let here = here.map(|name| Person {
        name,
        state: seat.people.get(name).copied().unwrap_or_default(),
        blocked: false,
    });
    let blocked = seat.blocked.iter().map(|name| Person {
        name,
        state: "blocked",
        blocked: true,
    });
    here.chain(blocked).take(MOST_PEOPLE).collect()
}
