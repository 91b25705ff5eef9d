//! Opening: what arrives is hostile until every check has passed.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use chat_identity::{PublicIdentity, Statement, session_binding};
use chat_protocol::limits::{MAIL_SECONDS, MAX_SESSION_MESSAGES, SESSION_SECONDS};
use chat_protocol::{Conversation, Envelope, EnvelopeHeader, Fingerprint};
use rsa::RsaPrivateKey;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::expiry::{CLOCK_SKEW_SECONDS, is_over};
use crate::message_key::{MessageKey, unwrap};
use crate::padding::unpad;
use crate::replay::ReplayMemory;
use crate::{Freshness, Identity, OpenError, ReplayRecord};

/// How many key sessions are kept unwrapped. The oldest goes first; it costs one private RSA
/// operation when it comes back.
const CACHED_SESSIONS: usize = 1024;

/// Key sessions that one sender may open at once, and one more after so many seconds. An honest one starts another
/// every hour or 10 000 messages, and whenever its program starts; each costs us a private RSA operation. What is
/// above the limit is lost, so it is far above what waits for somebody who was away: a mailbox holds 256 envelopes
/// of one sender.
const NEW_SESSIONS: u64 = 1024;
const NEW_SESSION_SECONDS: u64 = 1;

/// Senders of whom this is remembered; there are at most as many contacts.
const SENDERS: usize = 10_000;

/// An opened envelope.
pub struct Opened {
    /// What was sealed. Wiped when it is dropped.
    pub content: Zeroizing<Vec<u8>>,
    /// Where it belongs, by its sender.
    pub conversation: Conversation,
    /// Whether it is new.
    pub freshness: Freshness,
}

/// Without the content.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("bytes", &self.content.len())
            .field("conversation", &self.conversation)
            .field("freshness", &self.freshness)
            .finish_non_exhaustive()
    }
}

/// Opens envelopes for one identity.
pub struct Receiver {
    cache: Cache,
    replays: ReplayMemory,
    private_operations: u64,
    /// When each sender may open all of [`NEW_SESSIONS`] again.
    full_at: BTreeMap<Fingerprint, u64>,
}

impl Receiver {
    /// A receiver that has seen nothing yet.
    pub fn new() -> Self {
        Self::with_cache(CACHED_SESSIONS)
    }

    /// The same, with room for another number of unwrapped key sessions, at least 1.
    pub fn with_cache(sessions: usize) -> Self {
        Self {
            cache: Cache::new(sessions),
            replays: ReplayMemory::default(),
            private_operations: 0,
            full_at: BTreeMap::new(),
        }
    }

    /// Opens one envelope that `me` got and that is said to be from `sender`, at `now` (Unix,
    /// seconds).
    ///
    /// The order is part of the protocol: cheap checks first, the signature before any private
    /// RSA operation, and the decision about a repetition only on what has proved genuine.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says which check failed. Nothing is remembered of a refused envelope, so
    /// that a forgery cannot stand in the way of the genuine one.
    pub fn open(
        &mut self,
        me: &Identity,
        sender: &PublicIdentity,
        envelope: &Envelope,
        now: u64,
    ) -> Result<Opened, OpenError> {
        let header = envelope.parse_header().map_err(|_| OpenError::Malformed)?;
        check_people(&header, me, sender)?;
        check_limits(&header, now)?;
        let private = me.decryption_key(header.key).ok_or(OpenError::UnknownKey)?;
        let key = self.message_key(private, sender, (&header, envelope), now)?;
        let padded = key
            .open(header.counter, &envelope.header, &envelope.ciphertext)
            .ok_or(OpenError::CannotOpen)?;
        let content = unpad(padded).ok_or(OpenError::CannotOpen)?;
        let record = ReplayRecord::of(envelope, &header);
        Ok(Opened {
            content,
            conversation: header.conversation,
            // Last: what is not genuine must not use up a counter of the genuine sender.
            freshness: self.replays.admit(record, now)?,
        })
    }

    /// Takes back the records that were stored before a restart. `now` is Unix time in
    /// seconds.
    pub fn restore(&mut self, records: impl IntoIterator<Item = ReplayRecord>, now: u64) {
        for record in records {
            self.replays.restore(&record, now);
        }
    }

    /// How many private RSA operations envelopes have caused so far. A stranger cannot make it
    /// grow.
    pub fn private_operations(&self) -> u64 {
        self.private_operations
    }

    /// The key of the envelope's session: from the cache, or by checking its signature and
    /// unwrapping its secret.
    fn message_key(
        &mut self,
        private: &RsaPrivateKey,
        sender: &PublicIdentity,
        (header, envelope): (&EnvelopeHeader, &Envelope),
        now: u64,
    ) -> Result<&MessageKey, OpenError> {
        let (from, to, session) = (&header.from, &header.to, &header.session);
        let (key, expires) = (header.key, header.expires);
        let statement = Statement::session(from, to, key, session, expires, &envelope.wrap);
        // Statement and signature together: only what was checked as a whole is found again.
        let parts = [statement.as_bytes(), &envelope.signature];
        let digest: Digest = Sha256::digest(chat_identity::pae(&parts)).into();
        if !self.cache.contains(&digest) {
            // Before the private operation: whoever is no known sender costs us one public one.
            sender
                .verify(&statement, &envelope.signature)
                .map_err(|_| OpenError::BadSignature)?;
            self.count_session(*from, now)?;
            let binding = session_binding(from, to, key, session, expires);
            self.private_operations += 1;
            let secret =
                unwrap(private, binding.clone(), &envelope.wrap).ok_or(OpenError::CannotOpen)?;
            self.cache
                .insert(digest, MessageKey::derive(&secret, &binding));
        }
        self.cache.get(&digest).ok_or(OpenError::CannotOpen)
    }

    /// Takes note of a new key session of this sender, who has signed it.
    fn count_session(&mut self, from: Fingerprint, now: u64) -> Result<(), OpenError> {
        // A clock that was set back must not lock anybody out.
        let latest = now.saturating_add(NEW_SESSIONS * NEW_SESSION_SECONDS);
        let full_at = self.full_at.get(&from).copied().unwrap_or(now);
        let after = full_at
            .clamp(now, latest)
            .saturating_add(NEW_SESSION_SECONDS);
        if after > latest {
            return Err(OpenError::TooManySessions);
        }
        if self.full_at.len() >= SENDERS {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        self.full_at.insert(from, after);
        Ok(())
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

/// Numbers only.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("cached_sessions", &self.cache.keys.len())
            .field("private_operations", &self.private_operations)
            .finish_non_exhaustive()
    }
}

/// Who sent it to whom.
fn check_people(
    header: &EnvelopeHeader,
    me: &Identity,
    sender: &PublicIdentity,
) -> Result<(), OpenError> {
    let mine = me.public().fingerprint();
    if header.from == mine {
        return Err(OpenError::Reflected);
    }
    if header.to != mine {
        return Err(OpenError::NotForMe);
    }
    if header.from != sender.fingerprint() {
        return Err(OpenError::WrongSender);
    }
    Ok(())
}

/// No sender can make us remember its session for longer, or with more messages, than the
/// protocol has.
fn check_limits(header: &EnvelopeHeader, now: u64) -> Result<(), OpenError> {
    let latest = now.saturating_add(SESSION_SECONDS + MAIL_SECONDS + CLOCK_SKEW_SECONDS);
    if is_over(header.expires, now) || header.expires > latest {
        return Err(OpenError::Expired);
    }
    if header.counter >= MAX_SESSION_MESSAGES {
        return Err(OpenError::Malformed);
    }
    Ok(())
}

type Digest = [u8; 32];

/// Unwrapped sessions, bounded.
struct Cache {
    limit: usize,
    keys: BTreeMap<Digest, MessageKey>,
    /// Oldest first; holds exactly the keys of `keys`.
    order: VecDeque<Digest>,
}

impl Cache {
    fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            keys: BTreeMap::new(),
            order: VecDeque::new(),
        }
    }

    fn contains(&self, digest: &Digest) -> bool {
        self.keys.contains_key(digest)
    }

    fn get(&self, digest: &Digest) -> Option<&MessageKey> {
        self.keys.get(digest)
    }

    fn insert(&mut self, digest: Digest, key: MessageKey) {
        if self.order.len() == self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        self.order.push_back(digest);
        self.keys.insert(digest, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_causes_only_so_many_private_operations_in_a_while() {
        let (alice, eve) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        let mut receiver = Receiver::new();
        for _ in 0..1024 {
            receiver.count_session(eve, 100).unwrap();
        }
        let too_many = Err(OpenError::TooManySessions);
        assert_eq!(receiver.count_session(eve, 100), too_many);
        receiver.count_session(alice, 100).unwrap();
        receiver.count_session(eve, 101).unwrap();
        assert_eq!(receiver.count_session(eve, 101), too_many);
    }
}
