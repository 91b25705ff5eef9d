//! What travels between the relay and its clients.
//!
//! ```text
//! bytes ──► Deframer ──► Frame { header, body } ──► ToRelay | ToClient
//!                                      │
//!                                      └──► Envelope (opaque to the relay)
//!                                              │ opened by chat-crypto
//!                                              └──► Content
//! ```
//!
//! This crate does no I/O, reads no clock and knows no cryptography. Every decoder is
//! total: any bytes give a value or an error that says whose fault it is, never a panic.
//! `docs/protocol.md` describes the same bytes for implementers in other languages.

mod blob;
mod content;
mod envelope;
mod error;
mod frame;
mod id;
pub mod limits;
mod message;
mod name;
mod peer;
mod room;

pub use blob::Blob;
pub use content::{Content, FileAnswer, FileOffer, Place, ReceiptStatus};
pub use envelope::{Conversation, Envelope, EnvelopeHeader, SUITE};
pub use error::{Blame, ErrorCode, InvalidEnvelope, InvalidFrame, InvalidMessage};
pub use frame::{Deframer, Frame};
pub use id::{
    Digest, FileId, Fingerprint, InvalidHex, MessageId, Nonce, RelayKey, RoomId, SessionId,
};
pub use message::{CancelReason, LeaveReason, Presence, ReturnReason, ToClient, ToRelay};
pub use name::{InvalidName, Name};
pub use peer::{Certificate, Peer};
pub use room::{InvalidRoomName, RoomAct, RoomEntry, RoomName};

/// The version of the protocol that this crate speaks. A relay answers any other one with
/// [`ErrorCode::UnsupportedVersion`].
pub const VERSION: u16 = 2;
