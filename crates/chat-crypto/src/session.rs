//! Sealing: one-way key sessions to one recipient each.

use std::fmt;

use chat_identity::{EncryptionKey, PublicIdentity, Statement, session_binding};
use chat_protocol::limits::{
    MAIL_SECONDS, MAX_ENVELOPE_HEADER, MAX_FRAME, MAX_HOP_HEADER, MAX_SESSION_MESSAGES, RSA_BLOCK,
    SESSION_SECONDS,
};
use chat_protocol::{Conversation, Envelope, EnvelopeHeader, Fingerprint, SUITE, SessionId};
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::message_key::{MessageKey, Secret, wrap};
use crate::padding::pad;
use crate::{Identity, SealError, padded_len};

/// The tag of AES-GCM.
const TAG: usize = 16;

/// The most that a padded content may have, in bytes: with everything around it, it fits into
/// one frame.
pub const MAX_CONTENT: usize =
    MAX_FRAME - MAX_HOP_HEADER - MAX_ENVELOPE_HEADER - 2 * RSA_BLOCK - TAG - 4;

/// A key session from this identity to one recipient.
///
/// Invariants: no counter is used twice, since the session is never stored or copied and each
/// start draws a fresh secret; it ends with its hour or after [`MAX_SESSION_MESSAGES`].
pub struct SendingSession {
    from: Fingerprint,
    to: Fingerprint,
    key: u32,
    session: SessionId,
    started: u64,
    /// Until when it seals.
    ends: u64,
    /// Until when what it has sealed opens: mail may wait.
    expires: u64,
    wrap: Vec<u8>,
    signature: Vec<u8>,
    cipher: MessageKey,
    counter: u64,
}

impl SendingSession {
    /// Draws a secret, wraps it for the recipient and signs the wrap. Costs one public and one
    /// private RSA operation. `now` is Unix time in seconds.
    ///
    /// # Errors
    ///
    /// [`SealError`] when `key` is not `to`'s or has expired, or `to` is `from`.
    pub fn start(
        rng: &mut impl CryptoRng,
        from: &Identity,
        to: &PublicIdentity,
        key: &EncryptionKey,
        now: u64,
    ) -> Result<Self, SealError> {
        let (sender, recipient) = (from.public().fingerprint(), to.fingerprint());
        if sender == recipient {
            return Err(SealError::ToSelf);
        }
        if key.owner() != recipient {
            return Err(SealError::WrongOwner);
        }
        if key.not_after() < now {
            return Err(SealError::KeyExpired);
        }
        // The recipient may delete its key when the certificate ends: a session must not outlive it.
        let ends = now.saturating_add(SESSION_SECONDS).min(key.not_after());
        let expires = ends.saturating_add(MAIL_SECONDS).min(key.not_after());
        let number = key.number();
        let mut session = SessionId([0; 16]);
        rng.fill_bytes(&mut session.0);
        let mut secret: Secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *secret);

        // One string binds the session twice: as the label of the wrap and as the info of the
        // derivation. A wrap that somebody else signs again opens nothing.
        let binding = session_binding(&sender, &recipient, number, &session, expires);
        let cipher = MessageKey::derive(&secret, &binding);
        let wrap = wrap(rng, key.rsa(), binding, &secret);
        let statement = Statement::session(&sender, &recipient, number, &session, expires, &wrap);
        let signature = from.sign(rng, &statement);
        Ok(Self {
            from: sender,
            to: recipient,
            key: number,
            session,
            started: now,
            ends,
            expires,
            wrap,
            signature,
            cipher,
            counter: 0,
        })
    }

    /// Until when its envelopes open, Unix time in seconds.
    pub fn expires(&self) -> u64 {
        self.expires
    }

    /// Whether another message can be sealed at `now` (Unix, seconds). When not, start another
    /// session. One that was started in the future is none: the clock was wrong then, and others
    /// refuse what expires so late.
    pub fn is_usable(&self, now: u64) -> bool {
        (self.started..=self.ends).contains(&now) && self.counter < MAX_SESSION_MESSAGES
    }

    /// Seals one message. Costs no RSA. `now` is Unix time in seconds.
    ///
    /// # Errors
    ///
    /// [`SealError::SessionOver`] and [`SealError::TooLong`]; then no counter is used up.
    pub fn seal(
        &mut self,
        conversation: Conversation,
        content: &[u8],
        now: u64,
    ) -> Result<Envelope, SealError> {
        if !self.is_usable(now) {
            return Err(SealError::SessionOver);
        }
        let (length, limit) = (content.len(), MAX_CONTENT);
        if padded_len(length) > limit {
            return Err(SealError::TooLong { length, limit });
        }
        // Counted before it is used: whatever fails from here on, this counter is not used again.
        let counter = self.counter;
        self.counter += 1;
        let header = self.header(conversation, counter);
        let ciphertext = self.cipher.seal(counter, &header, &pad(content));
        Ok(Envelope {
            header: header.into(),
            wrap: self.wrap.clone().into(),
            signature: self.signature.clone().into(),
            ciphertext: ciphertext.into(),
        })
    }

    fn header(&self, conversation: Conversation, counter: u64) -> Vec<u8> {
        let header = EnvelopeHeader {
            suite: SUITE.to_owned(),
            from: self.from,
            to: self.to,
            key: self.key,
            session: self.session,
            expires: self.expires,
            counter,
            conversation,
        };
        serde_json::to_vec(&header).expect("a header has string keys and no maps")
    }
}

/// Without the key and the counter.
impl fmt::Debug for SendingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendingSession")
            .field("to", &self.to)
            .field("session", &self.session)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
