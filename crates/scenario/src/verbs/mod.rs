//! The verbs: what each is called, what it holds, how it is read, and what is true of it.
//!
//! Steps and verbs are one language and one module: a step has a verb, and `all` and `repeat`
//! hold steps. A verb is a variant of [`Verb`], and a description (its table and its reader)
//! in the file of its kind; the matches below ask for the rest. What clients type for it stands
//! here as well, because an adapter calls its lines as the verbs are called.

mod described;
mod fault;
mod links;
mod nested;
mod pause;
mod presence;
mod relay;
mod room;
mod seen;
mod send;
mod steps;
mod typed;

use std::time::Duration;

use strum::{EnumDiscriminants, IntoStaticStr, VariantArray, VariantNames};

use super::model::{FileSource, Join, LeaveHow, Outcome, RelayAction, Want, What};
use super::text::Text;
use super::world::Effect;
use crate::Capability;
use described::Described;
use timeline::EventKind;

pub(crate) use described::{STEP, VERBS};
pub use fault::{Fault, FaultKind, FaultWord, Links, Way, When};
pub use room::{InRoom, RoomWord};
pub(crate) use seen::events;
pub use steps::Step;
pub(crate) use steps::{first_named_by_join, read};

/// What a step does.
#[derive(Clone, Debug, EnumDiscriminants)]
#[strum_discriminants(
    name(VerbWord),
    vis(pub(crate)),
    derive(IntoStaticStr, VariantArray, VariantNames),
    strum(serialize_all = "kebab-case", const_into_str),
    doc = "The verbs, in the order of the reference page."
)]
#[expect(
    missing_docs,
    reason = "the fields are those of the language, documented in docs/scenarios.md"
)]
pub enum Verb {
    /// A text for everyone.
    Say {
        from: String,
        text: Text,
        outcome: Outcome,
    },
    /// A text for one.
    Msg {
        from: String,
        to: String,
        text: Text,
        outcome: Outcome,
    },
    /// A text for one: for it alone where the sender's program can, for everyone elsewhere.
    Send {
        from: String,
        to: String,
        text: Text,
    },
    /// A file for one.
    File {
        from: String,
        to: String,
        source: FileSource,
        /// The path it is sent from, in the sender's outbox.
        name: String,
        outcome: Outcome,
    },
    /// A client starts.
    Join { client: String, outcome: Join },
    /// A client goes.
    Leave { client: String, how: LeaveHow },
    /// Something happens to the relay.
    Relay(RelayAction),
    /// Something happens to links.
    Fault { links: Links, fault: Fault },
    /// All faults of links are over.
    Heal { links: Links },
    /// A client does something in a room.
    Room {
        client: String,
        room: String,
        act: InRoom,
    },
    /// A line typed as it is.
    Type { client: String, line: Text },
    /// Something must be seen.
    Expect(Want),
    /// Something must not be seen.
    Never(Want),
    /// At once, each its own; what happens is compared as a set.
    All(Vec<Step>),
    /// The same steps again and again; `{n}` counts from 1.
    Repeat { times: u32, steps: Vec<Step> },
    /// Nothing, for a while: for the eye in a demo, skipped elsewhere.
    Beat(Duration),
}

impl VerbWord {
    const fn described(self) -> &'static Described {
        match self {
            Self::All => &nested::ALL,
            Self::Beat => &pause::BEAT,
            Self::Expect => &seen::EXPECT,
            Self::Fault => &links::FAULT,
            Self::File => &send::FILE,
            Self::Heal => &links::HEAL,
            Self::Join => &presence::JOIN,
            Self::Leave => &presence::LEAVE,
            Self::Msg => &send::MSG,
            Self::Never => &seen::NEVER,
            Self::Relay => &relay::RELAY,
            Self::Repeat => &nested::REPEAT,
            Self::Room => &room::ROOM,
            Self::Say => &send::SAY,
            Self::Send => &send::SEND,
            Self::Type => &typed::TYPE,
        }
    }
}

/// What a step is worth where many groups play it round after round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnderLoad {
    /// It is traffic.
    Sends,
    /// It is played, and sends nothing.
    Plays,
    /// It says nothing under load, for this reason.
    LeftOut(&'static str),
    /// Neither it nor what follows can be played, for this reason.
    Ends(&'static str),
}

impl Verb {
    /// The steps in it.
    pub(crate) fn inner(&self) -> &[Step] {
        match self {
            Self::All(steps) | Self::Repeat { steps, .. } => steps,
            _ => &[],
        }
    }

    /// What it changes by itself; the steps in it come with changes of their own.
    pub(crate) fn effect(&self) -> Effect<'_> {
        match self {
            Self::Join { client, outcome } => Effect::Starts(client, *outcome),
            Self::Leave { client, .. } => Effect::Goes(client),
            Self::Relay(action) => Effect::Relay(*action),
            Self::Expect(Want {
                client,
                what: What::Event(EventKind::Reconnected, _),
            }) => Effect::IsBack(client),
            Self::Expect(Want {
                client,
                what: What::Event(EventKind::Disconnected, _),
            }) => Effect::IsCutOff(client),
            Self::Fault { links, fault } if fault.ends_at_once() => match links {
                Links::All => Effect::AllAreCutOff,
                Links::One(client) => Effect::IsCutOff(client),
            },
            Self::All(_)
            | Self::Beat(_)
            | Self::Expect(_)
            | Self::Fault { .. }
            | Self::File { .. }
            | Self::Heal { .. }
            | Self::Msg { .. }
            | Self::Never(_)
            | Self::Repeat { .. }
            | Self::Room { .. }
            | Self::Say { .. }
            | Self::Send { .. }
            | Self::Type { .. } => Effect::Nothing,
        }
    }

    /// What it and the steps in it change, in their order.
    pub(crate) fn effects(&self) -> Vec<Effect<'_>> {
        let inner = self.inner().iter().flat_map(|step| step.verb.effects());
        inner.chain([self.effect()]).collect()
    }

    /// What it is worth under load by itself, without the steps in it.
    pub(crate) fn under_load(&self) -> UnderLoad {
        match self {
            Self::File { .. }
            | Self::Msg { .. }
            | Self::Say { .. }
            | Self::Send { .. }
            | Self::Type { .. } => UnderLoad::Sends,
            Self::All(_) | Self::Beat(_) | Self::Expect(_) | Self::Repeat { .. } => {
                UnderLoad::Plays
            }
            Self::Never(_) => UnderLoad::LeftOut(
                "`never` has no end while others continue; a check of the whole load covers texts that are not meant for a client",
            ),
            Self::Join { .. } | Self::Leave { .. } => UnderLoad::Ends(
                "`join` and `leave` change who is there, and under load everybody stays",
            ),
            Self::Room { .. } => UnderLoad::LeftOut("a room is not a measure of a relay"),
            Self::Relay(_) => UnderLoad::Ends("`relay` would do it to all groups at once"),
            Self::Fault { .. } | Self::Heal { .. } => UnderLoad::Ends(
                "`fault` and `heal` are for single links, and figures of them would say nothing",
            ),
        }
    }

    /// The same for clients with other names. Steps in it keep theirs, and so do links, and
    /// lines that are typed as they are.
    pub(crate) fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let mut verb = self.clone();
        match &mut verb {
            Self::Say { from, .. } => *from = name(from),
            Self::File { from, to, .. }
            | Self::Msg { from, to, .. }
            | Self::Send { from, to, .. } => {
                *from = name(from);
                *to = name(to);
            }
            Self::Join { client, .. } | Self::Leave { client, .. } | Self::Type { client, .. } => {
                *client = name(client);
            }
            Self::Room { client, act, .. } => {
                *client = name(client);
                if let InRoom::Invite { who } | InRoom::Remove { who } = act {
                    *who = name(who);
                }
            }
            Self::Expect(want) | Self::Never(want) => *want = want.renamed(name),
            Self::All(_)
            | Self::Beat(_)
            | Self::Fault { .. }
            | Self::Heal { .. }
            | Self::Relay(_)
            | Self::Repeat { .. } => {}
        }
        verb
    }
}

closed_list! {
    /// What a client does when its line is typed, by the word of its verb.
    pub enum Typed {
        /// a text for everyone
        Say,
        /// a text for one
        Msg,
        /// a file for one
        File,
        /// the recipient's consent to a file
        Accept,
        /// the way users quit it
        Quit,
        /// a new room
        #[serde(rename = "room_create")]
        #[strum(serialize = "room_create")]
        RoomCreate,
        /// a new member of a room
        #[serde(rename = "room_invite")]
        #[strum(serialize = "room_invite")]
        RoomInvite,
        /// the end of one's own membership
        #[serde(rename = "room_leave")]
        #[strum(serialize = "room_leave")]
        RoomLeave,
        /// the end of a membership
        #[serde(rename = "room_remove")]
        #[strum(serialize = "room_remove")]
        RoomRemove,
        /// a text for the members of a room
        #[serde(rename = "room_say")]
        #[strum(serialize = "room_say")]
        RoomSay,
    }
}

/// What is in the lines that are typed for one verb.
pub(crate) struct Line {
    /// Placeholders that must be there.
    pub(crate) needed: &'static [&'static str],
    /// Placeholders that may be there besides.
    pub(crate) allowed: &'static [&'static str],
    /// For the reference page.
    pub(crate) doc: &'static str,
}

impl Typed {
    /// As it is written.
    pub fn word(self) -> &'static str {
        self.into()
    }

    pub(crate) const fn line(self) -> Line {
        let (needed, allowed, doc): (&[&str], &[&str], &str) = match self {
            Self::Accept => (
                &[],
                &["from", "file"],
                "consent to a file that is offered; begins with an `await`, and may contain `{from}` and `{file}`",
            ),
            Self::File => (
                &["path"],
                &["to"],
                "with `{path}`, and `{to}` unless there are two people only",
            ),
            Self::Msg => (
                &["text"],
                &["to"],
                "with `{text}`, and `{to}` unless there are two people only",
            ),
            Self::Quit => (&[], &[], "the way users quit it"),
            Self::RoomCreate => (&["room"], &[], "with `{room}`"),
            Self::RoomInvite => (&["room", "who"], &[], "with `{room}` and `{who}`"),
            Self::RoomLeave => (&["room"], &[], "with `{room}`"),
            Self::RoomRemove => (&["room", "who"], &[], "with `{room}` and `{who}`"),
            Self::RoomSay => (&["room", "text"], &[], "with `{room}` and `{text}`"),
            Self::Say => (&["text"], &[], "with `{text}`"),
        };
        Line {
            needed,
            allowed,
            doc,
        }
    }

    /// What an implementation that cannot do it may say of itself: the capability with the same
    /// word, if there is one.
    pub(crate) fn capability(self) -> Option<Capability> {
        match self {
            Self::RoomCreate
            | Self::RoomInvite
            | Self::RoomLeave
            | Self::RoomRemove
            | Self::RoomSay => Some(Capability::Rooms),
            Self::Accept | Self::File | Self::Msg | Self::Quit | Self::Say => {
                self.word().parse().ok()
            }
        }
    }
}
