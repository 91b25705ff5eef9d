//! What libraries and the operating system say, as sentences of ours.

use std::io::{self, ErrorKind};

use chat_crypto::{SealError, StoreError};
use chat_identity::{InvalidCertificate, InvalidKey};
use chat_protocol::limits::{MAX_NAME, MAX_SESSION_MESSAGES, RSA_BITS};
use chat_protocol::{InvalidName, InvalidRoomName};

use super::{Sentence, sentences as say};

impl From<&io::Error> for Sentence {
    fn from(error: &io::Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::AlreadyExists => "already-exists",
            ErrorKind::ConnectionRefused => "connection-refused",
            ErrorKind::ConnectionReset => "connection-reset",
            ErrorKind::HostUnreachable => "host-unreachable",
            ErrorKind::IsADirectory => "is-a-directory",
            ErrorKind::NetworkUnreachable => "network-unreachable",
            ErrorKind::NotADirectory => "not-a-directory",
            ErrorKind::NotFound => "not-found",
            ErrorKind::PermissionDenied => "permission-denied",
            ErrorKind::ReadOnlyFilesystem => "read-only",
            ErrorKind::StorageFull => "storage-full",
            ErrorKind::TimedOut => "timed-out",
            _ => "other",
        };
        say::os_error(kind, error.to_string())
    }
}

impl From<&InvalidName> for Sentence {
    fn from(error: &InvalidName) -> Self {
        match error {
            InvalidName::Empty => say::name_empty(),
            InvalidName::TooLong(length) => say::name_too_long(MAX_NAME, *length),
            InvalidName::Character(character) => say::name_character(format!("{character:?}")),
            InvalidName::Start(character) => say::name_start(format!("{character:?}")),
        }
    }
}

impl From<&InvalidRoomName> for Sentence {
    fn from(error: &InvalidRoomName) -> Self {
        match error {
            InvalidRoomName::Lobby => say::lobby_is_open(),
            InvalidRoomName::Name(error) => Self::from(error),
        }
    }
}

impl From<&StoreError> for Sentence {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Malformed => say::store_malformed(),
            StoreError::UnknownVersion(version) => say::store_version(*version),
            StoreError::NeedsPassPhrase => say::store_needs_passphrase(),
            StoreError::WrongPassPhrase => say::store_wrong_passphrase(),
        }
    }
}

impl From<&InvalidKey> for Sentence {
    fn from(error: &InvalidKey) -> Self {
        match error {
            InvalidKey::Malformed => say::key_malformed(),
            InvalidKey::TooLarge(size) => say::key_too_large(*size, RSA_BITS),
            InvalidKey::Size(size) => say::key_size(*size, RSA_BITS),
            InvalidKey::Exponent => say::key_exponent(),
            InvalidKey::NotCanonical => say::key_not_canonical(),
        }
    }
}

impl From<&InvalidCertificate> for Sentence {
    fn from(error: &InvalidCertificate) -> Self {
        match error {
            InvalidCertificate::Number => say::certificate_number(),
            InvalidCertificate::NotYetValid => say::certificate_early(),
            InvalidCertificate::Expired => say::certificate_expired(),
            InvalidCertificate::Key(key) => say::certificate_key(Self::from(key)),
            InvalidCertificate::IdentityKey => say::certificate_identity_key(),
            InvalidCertificate::Signature(_) => say::certificate_signature(),
        }
    }
}

impl From<&SealError> for Sentence {
    fn from(error: &SealError) -> Self {
        match error {
            SealError::ToSelf => say::seal_to_self(),
            SealError::WrongOwner => say::seal_wrong_owner(),
            SealError::KeyExpired => say::seal_key_expired(),
            SealError::SessionOver => say::seal_session_over(MAX_SESSION_MESSAGES),
            SealError::TooLong { length, limit } => say::seal_too_long(*length, *limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Display;

    use chat_identity::BadSignature;

    use super::*;
    use crate::locale::Locale;

    fn says_the_same<T: Display>(errors: &[T])
    where
        for<'a> Sentence: From<&'a T>,
    {
        for error in errors {
            let sentence = Sentence::from(error);
            assert_eq!(sentence.in_locale(Locale::English), error.to_string());
            assert_ne!(sentence.in_locale(Locale::German), error.to_string());
        }
    }

    #[test]
    fn what_libraries_say_is_said_in_their_words_in_english_and_in_german_too() {
        says_the_same(&[
            InvalidName::Empty,
            InvalidName::TooLong(40),
            InvalidName::Character('!'),
            InvalidName::Start('-'),
        ]);
        says_the_same(&[
            StoreError::Malformed,
            StoreError::UnknownVersion(9),
            StoreError::NeedsPassPhrase,
            StoreError::WrongPassPhrase,
        ]);
        let keys = [
            InvalidKey::Malformed,
            InvalidKey::TooLarge(9_999),
            InvalidKey::Size(2_048),
            InvalidKey::Exponent,
            InvalidKey::NotCanonical,
        ];
        says_the_same(&keys);
        says_the_same(&[
            InvalidCertificate::Number,
            InvalidCertificate::NotYetValid,
            InvalidCertificate::Expired,
            InvalidCertificate::Key(InvalidKey::Exponent),
            InvalidCertificate::IdentityKey,
            InvalidCertificate::Signature(BadSignature),
        ]);
        says_the_same(&[
            SealError::ToSelf,
            SealError::WrongOwner,
            SealError::KeyExpired,
            SealError::SessionOver,
            SealError::TooLong {
                length: 7,
                limit: 5,
            },
        ]);
        says_the_same(&[
            io::Error::from_raw_os_error(2),
            io::Error::from_raw_os_error(13),
        ]);
    }
}
