//! The messages between a client and the relay: the hop header of each frame.
//!
//! Unknown fields are ignored, so that a later version can add some. An unknown type is an
//! error of its own, which the receiver answers without closing.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    Blob, Certificate, ErrorCode, FileId, Frame, InvalidMessage, Name, Nonce, Peer, RelayKey,
    limits,
};

/// From a client to the relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum ToRelay {
    /// First frame: who wants to log in.
    Hello {
        /// Version of the protocol.
        v: u16,
        /// Wanted name, as typed: the relay checks it, so that a bad one gets an answer.
        name: String,
        /// Public identity key: SPKI, DER.
        key: Blob,
        /// Fresh.
        nonce: Nonce,
        /// Program and version, for the relay's log.
        agent: String,
    },
    /// Answers [`ToClient::Challenge`]: proof of possession.
    Login {
        /// The encryption key that others seal for.
        certificate: Certificate,
        /// PSS-SHA-256 over `chat_identity::statement::login`.
        signature: Blob,
    },
    /// One envelope for one recipient; the frame's body is the envelope.
    Send {
        /// Chosen by the sender, unique on its connection.
        id: u64,
        /// Recipient.
        to: Name,
    },
    /// An envelope that says which messages were shown; the frame's body. It is no mail: nobody acknowledges it, and
    /// where it cannot be passed on it is lost.
    Receipt {
        /// Who wrote the messages.
        to: Name,
    },
    /// Everything up to and including this delivery has been dealt with.
    Ack {
        /// As in [`ToClient::Deliver`].
        seq: u64,
        /// Those among them, by the same number, that were not accepted: they do not open.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<u64>,
    },
    /// One sealed chunk of a file; the frame's body is the chunk.
    Chunk {
        /// Recipient.
        to: Name,
        /// Which file.
        file: FileId,
        /// From 0, without gaps.
        index: u32,
    },
    /// The recipient of a file lets its sender go on.
    Credit {
        /// The file's sender.
        to: Name,
        /// Which file.
        file: FileId,
        /// Chunks with an index below this may be sent.
        until: u32,
    },
    /// Either side gives a file up.
    Cancel {
        /// The other side.
        to: Name,
        /// Which file.
        file: FileId,
        /// Why.
        reason: CancelReason,
    },
    /// Asks the directory.
    Find {
        /// Whom.
        name: Name,
    },
    /// From now on others seal for this encryption key.
    Renew {
        /// With a higher number than all before.
        certificate: Certificate,
    },
    /// Still there? Answered by a pong with the same number.
    Ping {
        /// Any number.
        n: u64,
    },
    /// Answers [`ToClient::Ping`].
    Pong {
        /// As in the ping.
        n: u64,
    },
    /// The client leaves on purpose.
    Bye {},
}

/// From the relay to a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum ToClient {
    /// Answers a hello that the relay can go on with.
    Challenge {
        /// The relay's name. A client signs only for the relay that it was told to use, so
        /// that a hostile relay cannot pass on a challenge of another one.
        relay: String,
        /// Its own key: what it calls itself can be said by anybody.
        key: RelayKey,
        /// Fresh.
        nonce: Nonce,
        /// By that key, over `chat_identity::Statement::challenge`.
        signature: Blob,
    },
    /// The login is accepted. `present` frames follow, as many as it says.
    Welcome {
        /// The relay pings after this much silence, in milliseconds; 0 for never.
        keepalive_ms: u64,
        /// How many [`ToClient::Present`] follow.
        present: u32,
        /// For how many days the relay keeps envelopes for those who are away; 0 where it keeps none.
        #[serde(default, skip_serializing_if = "is_zero")]
        mail_days: u32,
    },
    /// Somebody who was there before.
    Present {
        /// Who.
        peer: Peer,
    },
    /// Somebody has come.
    Joined {
        /// Who.
        peer: Peer,
    },
    /// Somebody who is here has another encryption key; told to everybody, that person as well.
    Renewed {
        /// Who.
        name: Name,
        /// The key from now on.
        certificate: Certificate,
    },
    /// Somebody has gone.
    Left {
        /// Who.
        name: Name,
        /// Why.
        reason: LeaveReason,
    },
    /// One envelope; the frame's body.
    Deliver {
        /// Counts the deliveries on this connection from 1, for [`ToRelay::Ack`].
        seq: u64,
        /// Who sent it, as the relay says. The envelope says it with proof.
        from: Name,
    },
    /// An envelope that says which messages were shown; the frame's body.
    Receipt {
        /// Who read them, as the relay says.
        from: Name,
    },
    /// The recipient's client has acknowledged the envelope.
    Accepted {
        /// As in [`ToRelay::Send`].
        id: u64,
        /// It came, and was not accepted: it does not open. A field and not a type, so that
        /// a client that does not know it is still told that the envelope was dealt with.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
    },
    /// The envelope did not reach the recipient and never will.
    Undelivered {
        /// As in [`ToRelay::Send`].
        id: u64,
        /// Why: `unknown-name`, or `busy`.
        reason: ErrorCode,
    },
    /// An envelope that waited for somebody, and was accepted for that, has not reached that person and never will.
    Returned {
        /// As in [`Self::Deliver`]: it is acknowledged like a delivery.
        seq: u64,
        /// Its recipient.
        to: Name,
        /// Why.
        reason: ReturnReason,
    },
    /// One sealed chunk of a file; the frame's body.
    Chunk {
        /// Sender.
        from: Name,
        /// Which file.
        file: FileId,
        /// From 0, without gaps.
        index: u32,
    },
    /// The recipient of a file lets this client go on sending it.
    Credit {
        /// The file's recipient.
        from: Name,
        /// Which file.
        file: FileId,
        /// Chunks with an index below this may be sent.
        until: u32,
    },
    /// The other side gives a file up, or is gone.
    Cancel {
        /// The other side.
        from: Name,
        /// Which file.
        file: FileId,
        /// Why.
        reason: CancelReason,
    },
    /// Answers [`ToRelay::Find`].
    Found {
        /// Who.
        peer: Peer,
        /// Whether that person is connected.
        presence: Presence,
    },
    /// Still there? Answered by a pong with the same number.
    Ping {
        /// Any number.
        n: u64,
    },
    /// Answers [`ToRelay::Ping`].
    Pong {
        /// As in the ping.
        n: u64,
    },
    /// Something was not done. Before the login, and where the frames themselves are broken,
    /// the relay closes after it.
    Error {
        /// What.
        code: ErrorCode,
        /// For people.
        text: String,
    },
    /// The relay closes the connection on purpose.
    Bye {
        /// Why.
        reason: LeaveReason,
    },
}

/// Whether a person is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Connected.
    Online,
    /// Known, not connected.
    Offline,
}

/// Why a connection ended, as the others are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaveReason {
    /// Said bye.
    Quit,
    /// The connection was closed or reset without a word: the program ended or was killed.
    Dropped,
    /// Did not answer pings.
    Silent,
    /// Did not read fast enough.
    Slow,
    /// Broke the protocol.
    Misbehaved,
    /// A new login of the same person took its place.
    Replaced,
    /// The relay shuts down.
    ShuttingDown,
}

/// The reason as it travels, for example `shutting-down`.
impl std::fmt::Display for LeaveReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// Why an envelope that waited comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnReason {
    /// Nobody fetched it in time.
    Expired,
    /// It was fetched, and does not open there.
    Refused,
}

/// The reason as it travels.
impl std::fmt::Display for ReturnReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// Why a file was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancelReason {
    /// The other side is not connected (any more).
    Gone,
    /// Not wanted, or nobody offered it.
    Refused,
    /// A chunk does not verify, or the digest differs.
    Corrupt,
    /// The file cannot be written there.
    Storage,
    /// The file changed or vanished while it was being sent.
    Source,
    /// Nothing has come of it for too long.
    Stalled,
    /// Nobody has answered the offer in time.
    Expired,
}

/// The reason as it travels.
impl std::fmt::Display for CancelReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// Only the type, to tell an unknown one from a malformed message.
#[derive(Deserialize)]
struct Type<'a> {
    #[serde(borrow)]
    t: std::borrow::Cow<'a, str>,
}

/// The fields of the messages of which most of the traffic consists. They are read in one go, where a message of any
/// type is first read into pieces on the heap; whatever is not exactly one of them is left to that.
#[derive(Deserialize)]
struct Frequent<'a> {
    #[serde(borrow)]
    t: std::borrow::Cow<'a, str>,
    id: Option<u64>,
    to: Option<Name>,
    seq: Option<u64>,
    #[serde(default)]
    refused: Vec<u64>,
    file: Option<FileId>,
    index: Option<u32>,
    until: Option<u32>,
}

impl Frequent<'_> {
    fn decode(header: &[u8]) -> Option<ToRelay> {
        let Frequent {
            t,
            id,
            to,
            seq,
            refused,
            file,
            index,
            until,
        } = serde_json::from_slice(header).ok()?;
        Some(match &*t {
            "send" => ToRelay::Send { id: id?, to: to? },
            "receipt" => ToRelay::Receipt { to: to? },
            "ack" => ToRelay::Ack { seq: seq?, refused },
            "chunk" => ToRelay::Chunk {
                to: to?,
                file: file?,
                index: index?,
            },
            "credit" => ToRelay::Credit {
                to: to?,
                file: file?,
                until: until?,
            },
            _ => return None,
        })
    }
}

impl ToRelay {
    /// Every type, as it travels.
    pub const TYPES: &'static [&'static str] = &[
        "hello", "login", "send", "receipt", "ack", "chunk", "credit", "cancel", "find", "renew",
        "ping", "pong", "bye",
    ];

    /// Reads the hop header of a frame that came from a client.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`]; the connection can go on.
    pub fn decode(frame: &Frame) -> Result<Self, InvalidMessage> {
        match Frequent::decode(&frame.header) {
            Some(message) => Ok(message),
            None => decode(&frame.header, Self::TYPES),
        }
    }

    /// The frame of this message, with its body (empty for most).
    pub fn frame(&self, body: Bytes) -> Frame {
        encode(self, body)
    }
}

impl ToClient {
    /// Every type, as it travels.
    pub const TYPES: &'static [&'static str] = &[
        "challenge",
        "welcome",
        "present",
        "joined",
        "renewed",
        "left",
        "deliver",
        "receipt",
        "accepted",
        "undelivered",
        "returned",
        "chunk",
        "credit",
        "cancel",
        "found",
        "ping",
        "pong",
        "error",
        "bye",
    ];

    /// Reads the hop header of a frame that came from the relay.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`]; the connection can go on.
    pub fn decode(frame: &Frame) -> Result<Self, InvalidMessage> {
        decode(&frame.header, Self::TYPES)
    }

    /// The frame of this message, with its body (empty for most).
    pub fn frame(&self, body: Bytes) -> Frame {
        encode(self, body)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn decode<'de, M: Deserialize<'de>>(
    header: &'de [u8],
    known: &[&str],
) -> Result<M, InvalidMessage> {
    serde_json::from_slice(header).map_err(|error| {
        match serde_json::from_slice::<Type<'_>>(header) {
            Ok(Type { t }) if !known.contains(&&*t) => {
                InvalidMessage::UnknownType(t.chars().take(limits::MAX_NAME).collect())
            }
            Ok(_) | Err(_) => InvalidMessage::Malformed(error.to_string()),
        }
    })
}

fn encode(message: &impl Serialize, body: Bytes) -> Frame {
    let header = serde_json::to_vec(message).expect("our messages have string keys and no maps");
    Frame {
        header: header.into(),
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_in_one_go_is_what_is_read_piece_by_piece() {
        let file = "AAAAAAAAAAAAAAAAAAAAAA";
        let rest = [
            r#""id":7,"to":"bob""#.to_owned(),
            r#""id":7,"to":"bob","seq":"words","n":[1]"#.to_owned(),
            r#""id":7,"id":8,"to":"bob""#.to_owned(),
            r#""id":null,"to":"bob""#.to_owned(),
            r#""id":-1,"to":"bob""#.to_owned(),
            r#""id":7,"to":"Bob""#.to_owned(),
            r#""id":7,"to":"b\u006fb""#.to_owned(),
            r#""seq":9"#.to_owned(),
            r#""seq":9,"refused":[1,2]"#.to_owned(),
            r#""seq":9,"refused":null"#.to_owned(),
            format!(r#""to":"bob","file":"{file}","index":3"#),
            format!(r#""to":"bob","file":"{file}","until":3"#),
            format!(r#""to":"bob","file":"{file}","index":4294967296"#),
            r#""to":"bob","file":"short","index":3"#.to_owned(),
            String::new(),
        ];
        let mut read = 0;
        for kind in ToRelay::TYPES.iter().chain(&["other"]) {
            for rest in &rest {
                let text = format!(r#"{{"t":"{kind}",{rest}}}"#);
                let whole = decode::<ToRelay>(text.as_bytes(), ToRelay::TYPES);
                if let Some(message) = Frequent::decode(text.as_bytes()) {
                    assert_eq!(whole, Ok(message), "{text}");
                    read += 1;
                }
            }
        }
        assert!(read > 10, "{read}");
    }
}
