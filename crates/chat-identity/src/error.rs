//! Why something public was refused.

use chat_protocol::limits::RSA_BITS;

/// A public key that breaks the policy on keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// No RSA public key in SPKI, or one that cannot work: an even modulus, for example.
    #[error("the key is not an RSA public key (SPKI, DER)")]
    Malformed,
    /// More bytes than any key that we accept: refused before its numbers are looked at.
    #[error("the key of {0} bytes is too large: RSA keys have {RSA_BITS} bits")]
    TooLarge(usize),
    /// A modulus of another size.
    #[error("the key has {0} bits: RSA keys have {RSA_BITS} bits")]
    Size(usize),
    /// Another public exponent.
    #[error("the key's public exponent is not 65537")]
    Exponent,
    /// A second spelling of the same key, which would be a second fingerprint.
    #[error("the key is not in canonical DER")]
    NotCanonical,
}

/// An encryption key that is not to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCertificate {
    /// Numbers count from 1.
    #[error("the encryption key has number 0: they count from 1")]
    Number,
    /// Today is before its first day.
    #[error("the encryption key is not valid yet: check both clocks")]
    NotYetValid,
    /// Today is after its last day.
    #[error("the encryption key has expired: its owner makes a new one by logging in")]
    Expired,
    /// The key breaks the policy on keys.
    #[error("encryption key refused: {0}")]
    Key(#[from] InvalidKey),
    /// One key for both uses.
    #[error("the encryption key is the identity key: they must differ")]
    IdentityKey,
    /// Not by this identity, for another name, or about something else.
    #[error("the encryption key's certificate is not signed by its owner's identity for this name")]
    Signature(#[from] BadSignature),
}

/// The signature is not by this identity over this statement. There is one answer for every
/// cause, so that nothing can be learned from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct BadSignature;
