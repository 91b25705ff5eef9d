//! Numbers that name things: fixed lengths, checked when they are read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::blob::Blob;

/// Declares a newtype over `[u8; N]` that travels as a [`Blob`] of exactly `N` bytes.
macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub [u8; $length]);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Blob(self.0.to_vec()).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = Blob::deserialize(deserializer)?.0;
                let length = bytes.len();
                bytes.try_into().map(Self).map_err(|_| {
                    de::Error::invalid_length(length, &concat!(stringify!($length), " bytes"))
                })
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        /// Lower-case hexadecimal.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    };
}

fixed_bytes!(
    /// SHA-256 of a public identity key (SPKI, DER). It names the person.
    Fingerprint,
    32
);
fixed_bytes!(
    /// Names one key session; drawn at random by its sender.
    SessionId,
    16
);
fixed_bytes!(
    /// Names one file transfer; drawn at random by its sender.
    FileId,
    16
);
fixed_bytes!(
    /// Names one message for ever; drawn at random by its sender.
    MessageId,
    16
);
fixed_bytes!(
    /// SHA-256 of a message: of the bytes that are sealed, without their padding.
    Digest,
    32
);
fixed_bytes!(
    /// A room: the digest of the entry that creates it.
    RoomId,
    32
);
fixed_bytes!(
    /// A fresh random number in the login.
    Nonce,
    32
);
fixed_bytes!(
    /// A relay's own key, Ed25519 (RFC 8032). It names the relay, whatever its address.
    RelayKey,
    32
);

impl FromStr for Fingerprint {
    type Err = InvalidHex;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_hex(text).map(Self)
    }
}

impl FromStr for RelayKey {
    type Err = InvalidHex;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_hex(text).map(Self)
    }
}

fn from_hex(text: &str) -> Result<[u8; 32], InvalidHex> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(InvalidHex);
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| InvalidHex)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| InvalidHex)?;
    }
    Ok(bytes)
}

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this has 64 hexadecimal digits")]
pub struct InvalidHex;
