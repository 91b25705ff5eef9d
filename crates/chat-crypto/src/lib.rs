//! What is secret: identities, key sessions, sealing and opening. No I/O, no clock: times
//! are Unix seconds that the caller passes in, and so is the randomness.
//!
//! ```text
//! Identity ──► SendingSession::start ──► seal ──► Envelope ──► Receiver::open ──► Opened
//!    │             (RSA: wrap, sign)   (AES-256-GCM)    (check, unwrap once, AES-256-GCM)
//!    └──► to_store / from_store / to_pem
//! FileKey ──► FileSealer ──► chunks ──► FileOpener
//! ```
//!
//! # The construction
//!
//! | step | construction |
//! |---|---|
//! | signature | RSASSA-PSS, SHA-256, MGF1-SHA-256, salt 32 (RFC 8017 section 8.1), RSA-3072 |
//! | wrap | RSAES-OAEP, SHA-256, MGF1-SHA-256, label (RFC 8017 section 7.1), RSA-3072 |
//! | message key | HKDF-SHA-256 (RFC 5869) of the wrapped secret over identities, session, expiry |
//! | message | AES-256-GCM (NIST SP 800-38D), nonce = counter, associated data = exact header |
//! | file | STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM |
//! | key store | Argon2id (RFC 9106), then AES-256-GCM |
//! | lengths | buckets, then Padmé (Nikitin and others 2019) |
//!
//! # Threat model, in short
//!
//! The relay and everyone on the network are hostile: they read, drop, delay, repeat, cut,
//! change, reflect and re-address what they carry, and invent more. They learn nothing of a
//! content but its size bucket, and everything that the sender did not seal for this
//! recipient, in this conversation and for the first time, is refused. A signature is checked
//! before any private RSA operation, so only a known sender can cause one. The secret of a
//! key session is bound to both identities twice, as the label of its wrap and in the
//! derivation of the key: a wrap that somebody else signs again opens nothing.
//!
//! # Not promised
//!
//! - No forward secrecy against the theft of an encryption key that is still kept: whoever has it and the
//!   recorded traffic reads what was sealed for that key. Keys are kept for eight days.
//! - No deniability: the signature shows a third party who opened the key session.
//! - No protection of names, times, padded sizes and who writes to whom.
//! - The first contact trusts the relay, until safety numbers are compared.
//! - Nothing against a relay that delivers nothing, or a thief of an unlocked machine.
//! - RSA is not secure against a quantum computer.
//! - Secrets are wiped from memory when they are dropped, as far as the language lets us:
//!   copies that a register spill or the allocator of another crate made are not.

mod error;
mod expiry;
mod file;
mod history;
mod identity;
mod message_key;
mod padding;
mod pem;
mod receiver;
mod replay;
mod session;
mod store;

pub use error::{FileError, OpenError, SealError, StoreError};
pub use expiry::CLOCK_SKEW_SECONDS;
pub use file::{FileKey, FileOpener, FileSealer, InvalidFileKey, offer_digest};
pub use history::HistoryKey;
pub use identity::{Identity, Validity};
pub use padding::padded_len;
pub use pem::Pem;
pub use receiver::{Opened, Receiver};
pub use replay::{Freshness, ReplayRecord};
pub use session::{MAX_CONTENT, SendingSession};
