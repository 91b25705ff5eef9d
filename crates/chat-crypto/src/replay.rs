//! What was opened before.

use std::collections::BTreeMap;

use chat_protocol::{Blob, Envelope, EnvelopeHeader, Fingerprint, SessionId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::OpenError;
use crate::expiry::is_over;

/// Whether an opened envelope is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Opened for the first time. Store the record durably before the envelope is
    /// acknowledged.
    New(ReplayRecord),
    /// The identical envelope was opened before: acknowledge it again, do not show it.
    Repeated,
}

/// One opened envelope, to be remembered until its session's signed expiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRecord {
    /// The key session.
    pub session: SessionId,
    /// Its sender.
    pub from: Fingerprint,
    /// The message's number in the session.
    pub counter: u64,
    /// SHA-256 over the whole envelope, the first half.
    #[serde(serialize_with = "write_digest", deserialize_with = "read_digest")]
    pub digest: [u8; 16],
    /// Until when the session may be used, Unix time in seconds. The record can be thrown
    /// away [`crate::CLOCK_SKEW_SECONDS`] later.
    pub expires: u64,
}

impl ReplayRecord {
    /// The record of this envelope, whose header has been parsed.
    pub(crate) fn of(envelope: &Envelope, header: &EnvelopeHeader) -> Self {
        let whole = Sha256::digest(chat_identity::pae(&[
            &envelope.header,
            &envelope.wrap,
            &envelope.signature,
            &envelope.ciphertext,
        ]));
        let digest = whole.first_chunk().expect("SHA-256 has 32 bytes");
        Self {
            session: header.session,
            from: header.from,
            counter: header.counter,
            digest: *digest,
            expires: header.expires,
        }
    }
}

/// The counters seen, by session.
///
/// It grows by one entry for each message that was shown, and only a known sender's signature
/// gets one in; when nothing of it opens any more, a session is forgotten.
#[derive(Debug, Default)]
pub(crate) struct ReplayMemory {
    sessions: BTreeMap<(Fingerprint, SessionId), Seen>,
}

#[derive(Debug)]
struct Seen {
    expires: u64,
    digests: BTreeMap<u64, [u8; 16]>,
}

impl ReplayMemory {
    /// Decides about an envelope that has been opened and remembers it. `now` is Unix time in
    /// seconds.
    pub(crate) fn admit(&mut self, record: ReplayRecord, now: u64) -> Result<Freshness, OpenError> {
        let key = (record.from, record.session);
        // Only for a new session: to clean up for each message would cost as much as there are
        // sessions.
        if !self.sessions.contains_key(&key) {
            self.sessions.retain(|_, seen| !is_over(seen.expires, now));
        }
        let seen = self.sessions.entry(key).or_insert_with(|| Seen {
            expires: record.expires,
            digests: BTreeMap::new(),
        });
        // One session has one expiry, unless its sender signs another: then the later counts.
        seen.expires = seen.expires.max(record.expires);
        match seen.digests.get(&record.counter) {
            None => {
                seen.digests.insert(record.counter, record.digest);
                Ok(Freshness::New(record))
            }
            Some(digest) if *digest == record.digest => Ok(Freshness::Repeated),
            Some(_) => Err(OpenError::Reused),
        }
    }

    /// Takes back what was stored. What has expired meanwhile is left out.
    pub(crate) fn restore(&mut self, record: &ReplayRecord, now: u64) {
        if is_over(record.expires, now) {
            return;
        }
        let key = (record.from, record.session);
        let seen = self.sessions.entry(key).or_insert_with(|| Seen {
            expires: record.expires,
            digests: BTreeMap::new(),
        });
        seen.expires = seen.expires.max(record.expires);
        seen.digests.entry(record.counter).or_insert(record.digest);
    }
}

fn write_digest<S: Serializer>(digest: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
    Blob(digest.to_vec()).serialize(serializer)
}

fn read_digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
    let bytes = Blob::deserialize(deserializer)?.0;
    let length = bytes.len();
    bytes
        .try_into()
        .map_err(|_| de::Error::invalid_length(length, &"16 bytes"))
}
