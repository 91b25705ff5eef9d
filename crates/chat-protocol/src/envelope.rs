//! The end-to-end part: what the relay passes on and cannot open.
//!
//! ```text
//! u16 length  of the end-to-end header, big-endian
//!     end-to-end header (JSON): exact bytes, the associated data of the ciphertext
//!     wrap        384 bytes: the session's secret, RSA-OAEP for the recipient
//!     signature   384 bytes: RSA-PSS of the sender over the wrap and the session
//!     ciphertext  AES-256-GCM, the rest
//! ```

use bytes::{BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_ENVELOPE_HEADER, RSA_BLOCK};
use crate::{Fingerprint, InvalidEnvelope, SessionId};

/// Names the construction. There is one; another one would be another suite.
pub const SUITE: &str = "rsa3072-oaep-pss-aes256gcm";

/// A sealed message in its four parts.
///
/// The header is kept as the exact bytes that were signed and sealed; it is never
/// serialised again (signing bytes, not objects).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The exact bytes of the end-to-end header.
    pub header: Bytes,
    /// The wrapped secret of the key session, [`RSA_BLOCK`] bytes.
    pub wrap: Bytes,
    /// The sender's signature over wrap and session, [`RSA_BLOCK`] bytes.
    pub signature: Bytes,
    /// Ciphertext and tag.
    pub ciphertext: Bytes,
}

impl Envelope {
    /// Cuts a frame's body into the four parts, without copying.
    ///
    /// # Errors
    ///
    /// [`InvalidEnvelope::Length`] when a part is cut short.
    pub fn decode(mut body: Bytes) -> Result<Self, InvalidEnvelope> {
        let length = body.first_chunk::<2>().ok_or(InvalidEnvelope::Length)?;
        let header = usize::from(u16::from_be_bytes(*length));
        if header == 0 || header > MAX_ENVELOPE_HEADER || body.len() < 2 + header + 2 * RSA_BLOCK {
            return Err(InvalidEnvelope::Length);
        }
        let ciphertext = body.split_off(2 + header + 2 * RSA_BLOCK);
        let signature = body.split_off(2 + header + RSA_BLOCK);
        let wrap = body.split_off(2 + header);
        let header = body.split_off(2);
        Ok(Self {
            header,
            wrap,
            signature,
            ciphertext,
        })
    }

    /// The bytes of the envelope, a frame's body.
    ///
    /// # Panics
    ///
    /// When the header is over [`MAX_ENVELOPE_HEADER`] or a block has the wrong length:
    /// only `chat-crypto` builds envelopes, and it does neither.
    pub fn encode(&self) -> Bytes {
        assert!(self.header.len() <= MAX_ENVELOPE_HEADER, "header too long");
        assert!(self.wrap.len() == RSA_BLOCK && self.signature.len() == RSA_BLOCK);
        let length = u16::try_from(self.header.len()).expect("checked above");
        let parts = [&self.header, &self.wrap, &self.signature, &self.ciphertext];
        let mut bytes = BytesMut::with_capacity(2 + parts.iter().map(|p| p.len()).sum::<usize>());
        bytes.put_u16(length);
        for part in parts {
            bytes.put_slice(part);
        }
        bytes.freeze()
    }

    /// Reads the end-to-end header.
    ///
    /// # Errors
    ///
    /// [`InvalidEnvelope::Header`] when it does not parse or names another suite.
    pub fn parse_header(&self) -> Result<EnvelopeHeader, InvalidEnvelope> {
        let header: EnvelopeHeader =
            serde_json::from_slice(&self.header).map_err(|_| InvalidEnvelope::Header)?;
        if header.suite == SUITE {
            Ok(header)
        } else {
            Err(InvalidEnvelope::Header)
        }
    }
}

/// The end-to-end header: everything that the ciphertext is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopeHeader {
    /// [`SUITE`].
    pub suite: String,
    /// Fingerprint of the sender's identity.
    pub from: Fingerprint,
    /// Fingerprint of the recipient's identity.
    pub to: Fingerprint,
    /// Number of the recipient's encryption key.
    pub key: u32,
    /// The key session.
    pub session: SessionId,
    /// Until when the session may be used, Unix time in seconds.
    pub expires: u64,
    /// The message's number in its session, from 0. It is the nonce.
    pub counter: u64,
    /// Where the message belongs.
    pub conversation: Conversation,
}

/// Where a message belongs. Authenticated, so that a relay cannot move one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversation {
    /// To everyone: the same text went to each, sealed for each.
    All,
    /// To this recipient alone.
    Private,
}
