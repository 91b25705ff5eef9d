//! What a user is told: one value for each line.

use std::fmt::Write as _;

use chat_protocol::{Conversation, ErrorCode, Name, RelayKey, RoomName};
use serde::{Serialize, Serializer};

use super::{Past, RoomLine};
use crate::locale::{Sentence, sentences as say};

/// One line of output. The faces decide how it looks; nothing in it is escaped yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    /// The login is done, and everyone who is here is known.
    Ready {
        /// This client's name.
        me: Name,
        /// Who is here, sorted.
        with: Vec<Name>,
        /// Those of them whom this client has never seen before.
        first_contacts: Vec<Name>,
        /// The relay's key.
        #[serde(serialize_with = "as_text")]
        relay: RelayKey,
        /// Whether this relay is at this address for the first time.
        first_relay: bool,
        /// Another address at which it was before, then.
        #[serde(skip_serializing_if = "Option::is_none")]
        relay_known_at: Option<String>,
    },
    /// Somebody has come.
    Joined {
        /// Who.
        name: Name,
        /// Whether this client has never seen the person before.
        first_contact: bool,
    },
    /// Somebody has gone.
    Left {
        /// Who.
        name: Name,
        /// Why.
        reason: String,
        /// Whether this client had never seen the person before it came.
        stranger: bool,
    },
    /// A message.
    Message {
        /// Who sent it.
        from: Name,
        /// To everyone, or to us alone.
        conversation: Conversation,
        /// What was written.
        text: String,
        /// Whether the sender's identity has changed and is not trusted.
        flagged: bool,
    },
    /// Every envelope of a message to everyone, or in a room, has been answered for.
    SentAll {
        /// Which text, where it was given a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<u64>,
        /// In which room.
        #[serde(skip_serializing_if = "Option::is_none")]
        room: Option<RoomName>,
        /// How many recipients have it.
        accepted: usize,
    },
    /// A private message has arrived, or one envelope of a message to everyone that has a number.
    Sent {
        /// Which text, where it was given a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<u64>,
        /// At whom.
        to: Name,
    },
    /// The recipient of a text says that it was shown.
    Delivered {
        /// Which text, where it was given a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<u64>,
        /// Who.
        to: Name,
    },
    /// The recipient of a text says to have read it.
    Read {
        /// Which text, where it was given a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<u64>,
        /// Who.
        to: Name,
    },
    /// Somebody begins to write to the user, or has ended.
    Typing {
        /// Who.
        name: Name,
        /// Whether that person is writing.
        active: bool,
    },
    /// Nobody has said that these texts were shown.
    Unconfirmed {
        /// Their recipient.
        to: Name,
        /// How many.
        count: usize,
    },
    /// Messages of somebody have not come: the next one stands behind them.
    Missing {
        /// Whose.
        from: Name,
        /// How many.
        count: u64,
    },
    /// The next message of somebody was missing until now.
    Late {
        /// Whose.
        from: Name,
    },
    /// Somebody counts messages anew.
    Anew {
        /// Who.
        from: Name,
    },
    /// The next message of somebody contradicts those before it.
    Forked {
        /// Whose.
        from: Name,
    },
    /// A message did not arrive and is not sent again.
    Undelivered {
        /// Which text, where it was given a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<u64>,
        /// At whom.
        to: Name,
        /// Why.
        reason: String,
    },
    /// Somebody offers a file, and the user is asked.
    FileAsks {
        /// Its number, for the answer.
        number: u64,
        /// Who offers it.
        from: Name,
        /// Bytes.
        size: u64,
        /// SHA-256 of the content, as its sender says.
        #[serde(serialize_with = "as_hex")]
        sha256: [u8; 32],
        /// The name that it will have, if that is free.
        name: String,
    },
    /// The recipient of our file is asked, or has to read what is there of it: that may take long.
    FileAsked {
        /// Its number, to give it up.
        number: u64,
        /// Who.
        to: Name,
        /// `asked`, or `checking`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The user has accepted, refused or given up a file.
    FileAnswered {
        /// Its number.
        number: u64,
        /// The other side.
        with: Name,
        /// `accepted`, `refused` or `cancelled`.
        answer: &'static str,
        /// Its name.
        name: String,
    },
    /// A file that waits or is on its way.
    File(FileState),
    /// The end of that list.
    Files {
        /// How many there were.
        count: usize,
    },
    /// A file is on its way to us.
    FileOffered {
        /// Who sends it.
        from: Name,
        /// Bytes.
        size: u64,
        /// The name that it will have, if that is free.
        name: String,
    },
    /// A file to somebody waits until others to the same person are over.
    FileWaiting {
        /// Who gets it.
        to: Name,
        /// Its name.
        name: String,
    },
    /// A file has arrived, is verified and has its name.
    FileReceived {
        /// Who sent it.
        from: Name,
        /// Bytes.
        size: u64,
        /// SHA-256 of the content.
        #[serde(serialize_with = "as_hex")]
        sha256: [u8; 32],
        /// Its name in the folder of downloads.
        name: String,
    },
    /// The recipient has saved our file.
    FileDelivered {
        /// Who.
        to: Name,
        /// Bytes.
        size: u64,
        /// SHA-256 of the content.
        #[serde(serialize_with = "as_hex")]
        sha256: [u8; 32],
        /// Its name, as it was sent.
        name: String,
    },
    /// A file was given up, by either side.
    FileFailed {
        /// The other side.
        with: Name,
        /// Why.
        reason: String,
        /// Its name.
        name: String,
    },
    /// Something was not done.
    Refused(Refusal),
    /// A known name comes with another identity.
    KeyChanged {
        /// Who.
        name: Name,
    },
    /// The changed identity is trusted now.
    Trusted {
        /// Whose.
        name: Name,
    },
    /// Somebody is no contact any more.
    Forgot {
        /// Who.
        name: Name,
    },
    /// Nothing of this person is shown any more, and nothing sent.
    Blocked {
        /// Who.
        name: Name,
    },
    /// The person is no longer blocked.
    Unblocked {
        /// Who.
        name: Name,
        /// Whether the person is here: how it came and went meanwhile was not told.
        here: bool,
    },
    /// The identity counts as verified now.
    Verified {
        /// Whose.
        name: Name,
    },
    /// The safety number with somebody.
    Safety {
        /// With whom.
        name: Name,
        /// How far the identity is trusted.
        state: &'static str,
        /// Twelve groups of five digits.
        number: String,
    },
    /// Somebody who is here.
    Contact {
        /// Who.
        name: Name,
        /// How far the identity is trusted.
        state: &'static str,
    },
    /// The end of the list.
    Contacts {
        /// How many there were.
        count: usize,
    },
    /// Which relay this is.
    Relay {
        /// Its key, as its log shows it.
        #[serde(serialize_with = "as_text")]
        key: RelayKey,
        /// Where it is.
        address: String,
    },
    /// A text of an earlier time.
    Past(Past),
    /// The end of such a list.
    Pasts {
        /// How many there were.
        count: usize,
    },
    /// A line of help.
    Help {
        /// For people.
        text: Sentence,
    },
    /// An envelope that did not open.
    Rejected {
        /// Who sent it, as the relay says.
        from: Name,
        /// Why.
        code: &'static str,
    },
    /// The relay is gone.
    Disconnected {
        /// Why.
        reason: String,
    },
    /// Something about a room.
    #[serde(untagged)]
    Room(RoomLine),
}

impl Line {
    /// The person by whose doing the line comes: of somebody who is blocked, it is not shown. `None` for what became
    /// of the user's own texts and files by the relay's word, and for answers.
    pub(super) fn whose(&self) -> Option<&Name> {
        match self {
            Self::Joined { name, .. }
            | Self::Left { name, .. }
            | Self::KeyChanged { name }
            | Self::Message { from: name, .. }
            | Self::Rejected { from: name, .. }
            | Self::Missing { from: name, .. }
            | Self::Late { from: name }
            | Self::Anew { from: name }
            | Self::Forked { from: name }
            | Self::FileAsks { from: name, .. }
            | Self::FileOffered { from: name, .. }
            | Self::Delivered { to: name, .. }
            | Self::Read { to: name, .. }
            | Self::Typing { name, active: true }
            | Self::Unconfirmed { to: name, .. }
            | Self::Room(
                RoomLine::Message { from: name, .. } | RoomLine::Differs { from: name, .. },
            ) => Some(name),
            _ => None,
        }
    }
}

/// A file that waits or is on its way, as `/files` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileState {
    /// Its number.
    pub number: u64,
    /// Whether it is the user's own.
    pub outgoing: bool,
    /// The other side.
    pub with: Name,
    /// How far it is.
    pub state: &'static str,
    /// Bytes; `None` where it is still being read.
    pub size: Option<u64>,
    /// Its name.
    pub name: String,
}

/// A digest as lines show it: 64 lower-case hexadecimal digits.
pub fn hex(digest: &[u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest {
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    text
}

fn as_hex<S: Serializer>(digest: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(digest))
}

fn as_text<S: Serializer>(key: &RelayKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(key)
}

/// A no, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which line it answers, where that was given a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<u64>,
    /// For programs: kebab-case.
    pub code: String,
    /// For people.
    pub text: Sentence,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: impl Into<String>, text: Sentence) -> Self {
        Self {
            tag: None,
            code: code.into(),
            text,
        }
    }

    /// By the relay, in its words.
    pub(super) fn by_relay(code: ErrorCode, text: String) -> Self {
        let code = code.to_string();
        let text = say::relay_says(code.as_str(), text);
        Self::new(code, text)
    }

    /// The same, of the line with this number.
    #[must_use]
    pub fn of(self, tag: Option<u64>) -> Self {
        Self { tag, ..self }
    }
}
