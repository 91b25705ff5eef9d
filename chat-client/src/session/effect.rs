//! What the session asks its surroundings to do, and what they answer.

use std::path::PathBuf;

use chat_protocol::{FileId, Frame, Name};

use super::{Line, Past, Refusal, Sought};
use crate::account::Entry;
use crate::file_name::SafeName;
use crate::locale::Sentence;
use crate::relays::WrongRelay;

/// Something to do. Effects are carried out in their order: what must be durable comes
/// before the line that tells of it, and before the acknowledgement that promises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a frame to the relay.
    Send(Frame),
    /// Show a line to the user.
    Show(Line),
    /// Store these entries durably.
    Record(Vec<Entry>),
    /// Store relays and contacts durably; the new contents of their file.
    SaveContacts(String),
    /// Add these to the history, durably.
    Remember(Vec<Past>),
    /// Show these entries of the history.
    Recall(Sought),
    /// Everything that was to be stored and shown so far is: say so, to
    /// [`super::Session::on_confirmed`].
    Confirm,
    /// Do something with a file.
    File(FileJob),
    /// Make another encryption key where one is due after so many messages, delete those that are over, store the
    /// rest durably, and say so to [`super::Session::on_keys`].
    RenewKeys {
        /// What was opened with the newest key.
        messages: u64,
    },
    /// A transfer has come further.
    Progress(Progress),
    /// It is over. Flush, then end the program.
    End(Ending),
}

/// The order in which effects that have come together are carried out: what is stored comes before what is shown, and
/// all of a kind at once. The history comes before the journal: who is killed in between finds a text twice in the
/// history, and loses none.
pub fn stored_first(effects: Vec<Effect>) -> Vec<Effect> {
    let mut contacts = None;
    let mut past = Vec::new();
    let mut records = Vec::new();
    let mut rest = Vec::new();
    for effect in effects {
        match effect {
            Effect::SaveContacts(json) => contacts = Some(json),
            Effect::Remember(some) => past.extend(some),
            Effect::Record(some) => records.extend(some),
            other => rest.push(other),
        }
    }
    let contacts = contacts.map(Effect::SaveContacts);
    let past = (!past.is_empty()).then_some(Effect::Remember(past));
    let records = (!records.is_empty()).then_some(Effect::Record(records));
    let stored = contacts.into_iter().chain(past).chain(records);
    stored.chain(rest).collect()
}

/// How the session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The user left.
    Left,
    /// The relay said no to the login.
    LoginRefused(Refusal),
    /// The relay is another one than the user means.
    WrongRelay(WrongRelay),
    /// The relay was gone before the login was finished.
    NoLogin(String),
    /// The relay is gone.
    Gone(String),
}

/// A file that somebody sends us. Its id is the sender's choice, so it counts only together
/// with the sender.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transfer {
    /// Who sends it.
    pub from: Name,
    /// Which of that person's files.
    pub file: FileId,
}

/// Work on files. Sources are those we send, numbered by the session; transfers are those
/// that we receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileJob {
    /// Open a source and read it once for its size and digest.
    Open {
        /// The source's number.
        source: u64,
        /// Where it lies.
        path: PathBuf,
    },
    /// Read the next bytes of a source.
    Read {
        /// The source's number.
        source: u64,
        /// How many; fewer mean that the file has changed.
        length: usize,
    },
    /// Close a source.
    Close {
        /// The source's number.
        source: u64,
    },
    /// Create the hidden partial file of a transfer.
    Create {
        /// Which transfer.
        transfer: Transfer,
        /// The name that the file shall have.
        name: SafeName,
    },
    /// Append to the partial file.
    Write {
        /// Which transfer.
        transfer: Transfer,
        /// The next bytes of the content.
        bytes: Vec<u8>,
    },
    /// Make the partial file durable and give it its name.
    Finish {
        /// Which transfer.
        transfer: Transfer,
    },
    /// Remove the partial file.
    Discard {
        /// Which transfer.
        transfer: Transfer,
    },
}

/// What came of a [`FileJob`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileReport {
    /// A source is open and has been read once.
    Opened {
        /// The source's number.
        source: u64,
        /// Bytes.
        size: u64,
        /// SHA-256 of the content.
        sha256: [u8; 32],
    },
    /// A source cannot be sent.
    NotOpened {
        /// The source's number.
        source: u64,
        /// What to tell the user.
        refusal: Refusal,
    },
    /// The next bytes of a source; nothing when it could not be read.
    Read {
        /// The source's number.
        source: u64,
        /// As many as were asked for, unless the file has changed.
        bytes: Vec<u8>,
    },
    /// The partial file of a transfer can be written to.
    Created {
        /// Which transfer.
        transfer: Transfer,
    },
    /// A transfer has its final name and is durable.
    Saved {
        /// Which transfer.
        transfer: Transfer,
        /// The name that it got.
        name: String,
    },
    /// A transfer could not be written; its partial file is gone.
    NotSaved {
        /// Which transfer.
        transfer: Transfer,
    },
}

/// How far a transfer is, for a bar on the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It begins.
    Started {
        /// Which file.
        file: FileId,
        /// What to write beside the bar.
        label: Sentence,
        /// Bytes in all.
        size: u64,
    },
    /// It has come further.
    At {
        /// Which file.
        file: FileId,
        /// Bytes so far.
        done: u64,
    },
    /// It is over, one way or the other.
    Over {
        /// Which file.
        file: FileId,
    },
}
