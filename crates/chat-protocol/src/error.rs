//! Errors, by whose fault they are.

use serde::{Deserialize, Serialize};

/// Bytes that are no frame. The connection cannot go on: where the next frame begins is
/// not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFrame {
    /// The length field announces more than the limit in force.
    #[error("frame of {length} bytes is over the limit of {limit}")]
    TooLarge {
        /// Announced length.
        length: usize,
        /// Limit in force.
        limit: usize,
    },
    /// The frame is too short for the header that it announces, or announces none.
    #[error("frame of {length} bytes cannot hold its header")]
    NoHeader {
        /// Length of the frame.
        length: usize,
    },
}

/// A frame whose header is no message of this protocol. The connection goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMessage {
    /// Not JSON, or fields are missing or wrong.
    #[error("malformed message: {0}")]
    Malformed(String),
    /// Well-formed, of a type that this version does not know.
    #[error("unknown message type {0:?}")]
    UnknownType(String),
}

/// A body that is no envelope, or an opened envelope whose content does not parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEnvelope {
    /// Cut short or padded with bytes that belong to no part.
    #[error("envelope has the wrong length")]
    Length,
    /// The end-to-end header does not parse.
    #[error("envelope header is malformed")]
    Header,
    /// The content does not parse.
    #[error("content is malformed")]
    Content,
}

/// Whose fault an error is. It decides what the other side does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// What arrived does not parse: the sender's program has a fault.
    Bytes,
    /// It parses but breaks the rules of the protocol: the sender's program has a fault.
    Protocol,
    /// The rules are kept, the answer is no: the person can do something about it.
    Request,
    /// The relay cannot do it now.
    Relay,
}

/// What a relay answers when it does not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// A frame or message that does not parse.
    Malformed,
    /// A frame over the limit in force.
    TooLarge,
    /// A message type that this relay does not know.
    UnknownType,
    /// A protocol version that this relay does not speak.
    UnsupportedVersion,
    /// A message that has no place here: before the login, or a second hello.
    OutOfOrder,
    /// The login's signature is not by the key that was announced.
    BadSignature,
    /// The identity key breaks the policy on keys.
    BadKey,
    /// The encryption key's certificate is not by the identity, expired or breaks the policy.
    BadCertificate,
    /// The name breaks the rules for names.
    BadName,
    /// The name is bound to another key.
    NameTaken,
    /// The name is in use by a live connection.
    AlreadyOnline,
    /// Nobody has this name.
    UnknownName,
    /// The login was not finished in time.
    TooSlow,
    /// The recipient has too much waiting.
    Busy,
    /// Too many connections.
    Full,
    /// The relay is shutting down.
    ShuttingDown,
    /// A fault of the relay itself.
    Internal,
}

impl ErrorCode {
    /// Whose fault it is.
    pub fn blame(self) -> Blame {
        match self {
            Self::Malformed | Self::TooLarge | Self::UnknownType => Blame::Bytes,
            Self::UnsupportedVersion
            | Self::OutOfOrder
            | Self::BadSignature
            | Self::BadKey
            | Self::BadCertificate => Blame::Protocol,
            Self::BadName
            | Self::NameTaken
            | Self::AlreadyOnline
            | Self::UnknownName
            | Self::TooSlow => Blame::Request,
            Self::Busy | Self::Full | Self::ShuttingDown | Self::Internal => Blame::Relay,
        }
    }
}

/// The code as it travels, for example `name-taken`.
impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}
