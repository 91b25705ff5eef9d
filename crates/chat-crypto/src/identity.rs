//! A person's secret keys.

use std::fmt;

use chat_identity::{Channel, PublicIdentity, Statement};
use chat_protocol::limits::{MAIL_SECONDS, RSA_BITS, SESSION_SECONDS};
use chat_protocol::{Blob, Certificate, Digest, Name, Nonce, RelayKey, RoomAct, RoomEntry};
use rand::CryptoRng;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::{Pss, RsaPrivateKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::CLOCK_SKEW_SECONDS;

/// How long the newest encryption key is used before another one takes its place, unless much is sealed for it.
const ROTATION_SECONDS: u64 = 24 * 60 * 60;

/// After so many messages that were sealed for it, another one takes its place earlier.
const ROTATION_MESSAGES: u64 = 1_000;

/// But not earlier than this: a key is made in half a second, and each is kept for more than a week.
const MIN_ROTATION_SECONDS: u64 = 6 * 60 * 60;

/// What is sealed in the last second of its use must open as long as a relay keeps it.
const REST_SECONDS: u64 = MAIL_SECONDS + SESSION_SECONDS + CLOCK_SKEW_SECONDS;

/// How long a fresh encryption key is valid. After that nothing that was sealed for it opens, and it is deleted.
const VALID_SECONDS: u64 = ROTATION_SECONDS + REST_SECONDS;

/// A fresh encryption key is valid from a little earlier, for others whose clocks are behind.
const BACKDATED_SECONDS: u64 = 300;

/// A person: the identity key that signs, and the encryption keys that it certifies.
///
/// Everything secret in it is wiped when it is dropped, and never shown.
pub struct Identity {
    signing: RsaPrivateKey,
    public: PublicIdentity,
    /// Ascending by number, never empty.
    encryption: Vec<EncryptionSecret>,
}

/// An encryption key with what its owner says about it.
pub(crate) struct EncryptionSecret {
    pub(crate) key: RsaPrivateKey,
    pub(crate) validity: Validity,
}

/// Which encryption key it is, and when it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// Counts a person's encryption keys, from 1.
    pub number: u32,
    /// First second in which the key may be used, Unix time.
    pub not_before: u64,
    /// Last second in which the key may be used, Unix time.
    pub not_after: u64,
}

impl Validity {
    /// Whether the key may be used at `now` (Unix, seconds).
    pub fn contains(self, now: u64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    fn is_over(self, now: u64) -> bool {
        self.not_after.saturating_add(CLOCK_SKEW_SECONDS) < now
    }
}

impl Identity {
    /// A new person with encryption key number 1, valid from now (Unix, seconds) for eight days.
    pub fn generate(rng: &mut impl CryptoRng, now: u64) -> Self {
        let not_before = now.saturating_sub(BACKDATED_SECONDS);
        Self::generate_valid_until(rng, not_before, now.saturating_add(VALID_SECONDS))
    }

    /// A new person whose encryption key is valid from `not_before` to `not_after`, both
    /// included (Unix, seconds).
    pub fn generate_valid_until(rng: &mut impl CryptoRng, not_before: u64, not_after: u64) -> Self {
        let signing = generate_key(rng);
        let public = PublicIdentity::from_spki(&spki(&signing)).expect("made by the policy");
        let mut identity = Self {
            signing,
            public,
            encryption: Vec::new(),
        };
        identity.add_key(rng, 1, not_before, not_after);
        identity
    }

    /// Makes another encryption key, valid from now (Unix, seconds) for eight days. The older ones stay, so that
    /// what is on its way can be opened. Store the identity before its new certificate is shown to anyone.
    pub fn renew(&mut self, rng: &mut impl CryptoRng, now: u64) {
        let number = self.newest().validity.number + 1;
        let not_before = now.saturating_sub(BACKDATED_SECONDS);
        self.add_key(rng, number, not_before, now.saturating_add(VALID_SECONDS));
    }

    /// Whether another encryption key should take the place of the newest one, for which others have sealed so many
    /// messages: it is a day old, or these are many. A key that was made to last longer is used until its last week.
    pub fn is_due(&self, messages: u64, now: u64) -> bool {
        let validity = self.validity(now);
        let is_old = validity.not_after < now.saturating_add(REST_SECONDS);
        let age = now.saturating_sub(validity.not_before);
        is_old || messages >= ROTATION_MESSAGES && age >= MIN_ROTATION_SECONDS
    }

    /// Whether there are encryption keys for which nothing opens any more at `now` (Unix, seconds).
    pub fn has_expired(&self, now: u64) -> bool {
        self.encryption
            .iter()
            .any(|secret| secret.validity.is_over(now))
    }

    /// Deletes those: whoever steals the keys afterwards cannot open what was recorded before. The newest stays, so
    /// that no number is used twice.
    pub fn forget_expired(&mut self, now: u64) {
        let newest = self.newest().validity.number;
        self.encryption.retain(|EncryptionSecret { validity, .. }| {
            validity.number == newest || !validity.is_over(now)
        });
    }

    /// What others know of this person.
    pub fn public(&self) -> &PublicIdentity {
        &self.public
    }

    /// The newest encryption key that is valid at `now` (Unix, seconds); where none is, the newest.
    /// A clock that was wrong once may have made one for the future.
    pub fn validity(&self, now: u64) -> Validity {
        self.shown_at(now).validity
    }

    /// That key, certified for the name under which this person logs in. Costs one private RSA
    /// operation.
    pub fn certify(&self, rng: &mut impl CryptoRng, name: &Name, now: u64) -> Certificate {
        let EncryptionSecret { key, validity } = self.shown_at(now);
        let Validity {
            number,
            not_before,
            not_after,
        } = *validity;
        let spki = spki(key);
        let owner = self.public.fingerprint();
        let statement = Statement::certificate(name, &owner, number, &spki, not_before, not_after);
        Certificate {
            number,
            key: Blob(spki),
            not_before,
            not_after,
            signature: Blob(self.sign(rng, &statement)),
        }
    }

    /// Proves to a relay that this identity logs in to it, now: the relay's name and key, the connection, the relay's nonce, the
    /// client's nonce and the client's name, with the certificate that the login shows.
    pub fn sign_login(
        &self,
        rng: &mut impl CryptoRng,
        (relay, relay_nonce, client_nonce, name): (
            (&str, &RelayKey, &Channel),
            &Nonce,
            &Nonce,
            &str,
        ),
        certificate: &Certificate,
    ) -> Vec<u8> {
        let identity = self.public.fingerprint();
        let statement = Statement::login(
            relay,
            relay_nonce,
            client_nonce,
            name,
            &identity,
            certificate,
        );
        self.sign(rng, &statement)
    }

    /// Signs an entry in the list of a room's members, and nothing else.
    pub fn sign_room_entry(
        &self,
        rng: &mut impl CryptoRng,
        parents: &[Digest],
        act: RoomAct,
    ) -> RoomEntry {
        let by = self.public.fingerprint();
        let statement = Statement::room_entry(&by, parents, &act);
        RoomEntry {
            by,
            parents: parents.to_vec(),
            act,
            signature: Blob(self.sign(rng, &statement)),
        }
    }

    /// From parts that [`crate::store`] has checked against each other.
    pub(crate) fn from_parts(
        signing: RsaPrivateKey,
        public: PublicIdentity,
        encryption: Vec<EncryptionSecret>,
    ) -> Self {
        Self {
            signing,
            public,
            encryption,
        }
    }

    /// RSASSA-PSS (RFC 8017 section 8.1) with SHA-256, MGF1-SHA-256 and a salt of 32 bytes,
    /// blinded.
    pub(crate) fn sign(&self, rng: &mut impl CryptoRng, statement: &Statement) -> Vec<u8> {
        let hash = Sha256::digest(statement.as_bytes());
        self.signing
            .sign_with_rng(rng, Pss::<Sha256>::new_blinded(), &hash)
            .expect("a checked key signs, unless the machine miscalculates")
    }

    pub(crate) fn signing_key(&self) -> &RsaPrivateKey {
        &self.signing
    }

    pub(crate) fn encryption_keys(&self) -> &[EncryptionSecret] {
        &self.encryption
    }

    pub(crate) fn decryption_key(&self, number: u32) -> Option<&RsaPrivateKey> {
        let found = |secret: &&EncryptionSecret| secret.validity.number == number;
        self.encryption.iter().find(found).map(|secret| &secret.key)
    }

    pub(crate) fn newest(&self) -> &EncryptionSecret {
        self.encryption.last().expect("never empty")
    }

    fn shown_at(&self, now: u64) -> &EncryptionSecret {
        let mut newest_first = self.encryption.iter().rev();
        let valid = newest_first.find(|secret| secret.validity.contains(now));
        valid.unwrap_or_else(|| self.newest())
    }

    fn add_key(&mut self, rng: &mut impl CryptoRng, number: u32, not_before: u64, not_after: u64) {
        let key = generate_key(rng);
        let validity = Validity {
            number,
            not_before,
            not_after,
        };
        self.encryption.push(EncryptionSecret { key, validity });
    }
}

/// The public half alone.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("public", &self.public)
            .field("encryption_key", &self.newest().validity.number)
            .finish_non_exhaustive()
    }
}

/// The public half of a key: SPKI, DER.
pub(crate) fn spki(key: &RsaPrivateKey) -> Vec<u8> {
    key.as_public_key()
        .to_public_key_der()
        .expect("a checked key has an encoding")
        .into_vec()
}

/// RSA with [`RSA_BITS`] and exponent 65537.
fn generate_key(rng: &mut impl CryptoRng) -> RsaPrivateKey {
    RsaPrivateKey::new(rng, RSA_BITS).expect("the size is within the limits of the generator")
}
