//! What is inside an opened envelope.

use serde::{Deserialize, Serialize};

use crate::{Blob, Digest, FileId, InvalidEnvelope, MessageId, RoomEntry, RoomId};

/// The plaintext of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum Content {
    /// Something that a person wrote.
    Text {
        /// Where it belongs.
        place: Place,
        /// At most [`crate::limits::MAX_TEXT`] bytes.
        text: String,
    },
    /// Something that a person wrote in a room. It travels as a private message to each member.
    RoomText {
        /// Where it belongs among the private messages to this recipient.
        place: Place,
        /// Which room.
        room: RoomId,
        /// The list of members that it was written for: SHA-256 of the ascending digests of its entries.
        list: Digest,
        /// At most [`crate::limits::MAX_TEXT`] bytes.
        text: String,
    },
    /// The list of a room's members, all of it.
    RoomList {
        /// Where it belongs among the private messages to this recipient.
        place: Place,
        /// Each behind those that it refers to; at most [`crate::limits::MAX_ROOM_ENTRIES`].
        entries: Vec<RoomEntry>,
    },
    /// A file is on its way.
    File {
        /// Where it belongs.
        place: Place,
        /// All that the recipient needs to receive it.
        offer: FileOffer,
    },
    /// These messages have been shown to the one who sends this. It travels as a receipt, not as mail.
    Delivered {
        /// At most [`crate::limits::MAX_RECEIPTS`].
        ids: Vec<MessageId>,
    },
    /// These messages have been read by a person. It travels as a receipt, not as mail.
    Read {
        /// At most [`crate::limits::MAX_RECEIPTS`].
        ids: Vec<MessageId>,
    },
    /// Its sender is writing to the recipient. It travels as a receipt, not as mail: it means nothing later.
    Typing {},
    /// Answers the offer of a file. It travels as a receipt, not as mail: it means nothing later.
    FileAnswer {
        /// Which file.
        file: FileId,
        /// What its recipient says.
        answer: FileAnswer,
    },
    /// Tells how a file ended.
    Receipt {
        /// Which file.
        file: FileId,
        /// How it ended.
        status: ReceiptStatus,
    },
}

/// What the recipient of an offer says before its chunks come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum FileAnswer {
    /// It is wanted. Without this, sealed by the recipient, no chunk is sent.
    Accepted {
        /// Exactly this offer: `chat_crypto::offer_digest`.
        offer: Digest,
        /// The first chunk that is wanted; those before it are there.
        from: u32,
    },
    /// A person is asked: that may take long.
    Asked {},
    /// What is there from before is read: that takes as long as it takes.
    Checking {},
}

/// Where a message belongs among all that one person ever writes to another, in one conversation. It is sealed with
/// the message, so no relay can lose or move one without a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Names the message.
    pub id: MessageId,
    /// Counts the messages, from 1.
    pub seq: u64,
    /// The message before this one; zeros before the first.
    pub prev: Digest,
}

/// Announces a file. Its chunks follow outside of envelopes, sealed under `key`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOffer {
    /// Names the transfer.
    pub file: FileId,
    /// As the sender's system has it: hostile until made safe.
    pub name: String,
    /// Bytes, before padding.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: Blob,
    /// The key of this file alone, 32 bytes.
    pub key: Blob,
}

/// Without the key.
impl std::fmt::Debug for FileOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileOffer")
            .field("file", &self.file)
            .field("name", &self.name)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// How a file ended, by its recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum ReceiptStatus {
    /// Complete, verified and under its final name.
    Saved {
        /// SHA-256 of what was saved.
        sha256: Blob,
    },
    /// Given up; nothing was kept.
    Failed {
        /// Why, for people.
        why: String,
    },
}

impl Content {
    /// The bytes to seal.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("our contents have string keys and no maps")
    }

    /// Reads what was opened.
    ///
    /// # Errors
    ///
    /// [`InvalidEnvelope::Content`]: the sender's program has a fault.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidEnvelope> {
        serde_json::from_slice(bytes).map_err(|_| InvalidEnvelope::Content)
    }
}
