//! Why something could not be sealed, opened or loaded.

use chat_protocol::limits::{MAX_FILE, MAX_SESSION_MESSAGES};

/// A key store that cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No key store, or one whose parts do not fit together.
    #[error("this is not a key store, or it is damaged: restore it from a copy")]
    Malformed,
    /// Written by a later version of this program.
    #[error("the key store has version {0}: use the program that wrote it")]
    UnknownVersion(u64),
    /// Encrypted, and no passphrase was given.
    #[error("the key store is encrypted: give its passphrase")]
    NeedsPassPhrase,
    /// The passphrase does not open it. A damaged store looks the same.
    #[error("the passphrase is wrong, or the key store is damaged")]
    WrongPassPhrase,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Recipient and sender are one person.
    #[error("sender and recipient are the same identity")]
    ToSelf,
    /// The encryption key is certified by somebody else.
    #[error("the encryption key does not belong to the recipient")]
    WrongOwner,
    /// The recipient's encryption key has expired.
    #[error("the recipient's encryption key has expired: ask the relay for the new one")]
    KeyExpired,
    /// The session has had its time or its number of messages.
    #[error(
        "the key session is over after its time or {MAX_SESSION_MESSAGES} messages: start another"
    )]
    SessionOver,
    /// More than one frame can carry.
    #[error("content of {length} bytes is over the limit of {limit}: send it as a file")]
    TooLong {
        /// Bytes of content.
        length: usize,
        /// The most that fits, with padding.
        limit: usize,
    },
}

/// Why an envelope was refused. The texts are for the recipient; none of them is ever sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The header does not parse or breaks a limit.
    #[error("the envelope is malformed")]
    Malformed,
    /// Our own envelope came back.
    #[error("the envelope was sent by this identity itself and came back")]
    Reflected,
    /// For another identity.
    #[error("the envelope is for somebody else")]
    NotForMe,
    /// Not from the identity that is known under the sender's name.
    #[error("the envelope is not from the identity that is known for its sender")]
    WrongSender,
    /// After the expiry that its sender signed, or one too far ahead.
    #[error("the envelope has expired, or a clock is wrong")]
    Expired,
    /// For an encryption key that we do not have, or no longer.
    #[error("the envelope is for an encryption key that this identity does not have")]
    UnknownKey,
    /// The sender did not sign this session.
    #[error("the envelope is not signed by its sender")]
    BadSignature,
    /// The sender has started very many sessions in a short time.
    #[error("the sender opens key sessions too fast")]
    TooManySessions,
    /// The sender signed the session, but the rest does not open.
    #[error("the envelope cannot be opened: it was changed on the way")]
    CannotOpen,
    /// The counter was used before, by other bytes.
    #[error("the envelope repeats the number of another one with different bytes")]
    Reused,
}

impl OpenError {
    /// A stable name for programs, for example `bad-signature`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Reflected => "reflected",
            Self::NotForMe => "not-for-me",
            Self::WrongSender => "wrong-sender",
            Self::Expired => "expired",
            Self::UnknownKey => "unknown-key",
            Self::BadSignature => "bad-signature",
            Self::TooManySessions => "too-many-sessions",
            Self::CannotOpen => "cannot-open",
            Self::Reused => "reused",
        }
    }
}

/// Why a file's chunk was refused. The file is given up: nothing of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The offer announces more than we accept.
    #[error("file of {0} bytes is over the limit of {MAX_FILE}")]
    TooLarge(u64),
    /// Not the chunk that belongs here: changed, cut, in another order or of another file.
    #[error("chunk {0} of the file cannot be opened: it was changed on the way")]
    Chunk(u32),
    /// A chunk after the last one.
    #[error("the file has only {0} chunks, and one more arrived")]
    TooMany(u32),
}
