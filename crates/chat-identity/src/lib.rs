//! What is public about a person: the identity key, certificates of encryption keys,
//! fingerprints and safety numbers, and the checks of signatures.
//!
//! ```text
//! SPKI bytes ──► PublicIdentity ──► verify(Statement, signature)
//!                      │
//!                      ├──► EncryptionKey::certified(Certificate)   what one may seal for
//!                      └──► SafetyNumber::between                   what two people compare
//! ```
//!
//! [`verify_relay`] checks what a relay says about itself.
//!
//! This crate holds no private key and links no code that seals or opens: the relay uses it
//! as well. Everything here takes foreign bytes and answers with a value or an error; the
//! work that a hostile key can cause is bounded before any arithmetic is done.

mod certificate;
mod error;
mod key;
mod relay;
mod safety_number;
mod statement;

pub use certificate::EncryptionKey;
pub use error::{BadSignature, InvalidCertificate, InvalidKey};
pub use key::PublicIdentity;
pub use relay::verify_relay;
pub use safety_number::SafetyNumber;
pub use statement::{Channel, Statement, pae, session_binding};
