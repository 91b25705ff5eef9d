//! What the directory says of a person.

use serde::{Deserialize, Serialize};

use crate::{Blob, Name};

/// A person as the relay announces it. Nothing in it is trusted until `chat-identity` has
/// checked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The name that the relay has bound to the key; the certificate says the same.
    pub name: Name,
    /// The public identity key: SPKI, DER.
    pub key: Blob,
    /// The encryption key to seal for.
    pub certificate: Certificate,
}

/// An encryption key, certified by an identity key for one name.
///
/// The signature is PSS-SHA-256 over `chat_identity::statement::certificate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Counts this person's encryption keys, from 1; a lower one never replaces a higher.
    pub number: u32,
    /// The public encryption key: SPKI, DER.
    pub key: Blob,
    /// First second in which the key may be used, Unix time.
    pub not_before: u64,
    /// Last second in which the key may be used, Unix time.
    pub not_after: u64,
    /// By the identity key.
    pub signature: Blob,
}
