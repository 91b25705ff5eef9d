//! Public keys and the policy on them.

use std::fmt;

use chat_protocol::Fingerprint;
use chat_protocol::limits::RSA_BITS;
use rsa::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256};

use crate::{BadSignature, InvalidKey, Statement};

/// Longer than the encoding of a 4096-bit key, far shorter than one of 16384 bits.
const MAX_SPKI: usize = 640;

/// The public exponent of every key: small ones invite attacks on bad padding, large
/// ones cost the checker time.
const EXPONENT: u64 = 65_537;

/// The length of the salt in PSS: that of the hash.
const PSS_SALT: usize = 32;

/// A person, as others know them: the public half of an RSA-3072 signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicIdentity {
    key: RsaPublicKey,
    spki: Vec<u8>,
    fingerprint: Fingerprint,
}

impl PublicIdentity {
    /// Reads a public key (SPKI, DER; RFC 5280 section 4.1) and applies the policy: RSA with
    /// exactly [`RSA_BITS`], exponent 65537, canonical encoding.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] says which rule was broken.
    pub fn from_spki(der: &[u8]) -> Result<Self, InvalidKey> {
        let key = parse_key(der)?;
        Ok(Self {
            key,
            spki: der.to_vec(),
            fingerprint: Fingerprint(Sha256::digest(der).into()),
        })
    }

    /// The key as it travels.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of [`Self::spki`]. It names the person.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Checks that this identity signed `statement`: RSASSA-PSS (RFC 8017 section 8.1) with
    /// SHA-256, MGF1-SHA-256 and a salt of 32 bytes.
    ///
    /// # Errors
    ///
    /// [`BadSignature`], whatever the cause.
    pub fn verify(&self, statement: &Statement, signature: &[u8]) -> Result<(), BadSignature> {
        let hash = Sha256::digest(statement.as_bytes());
        self.key
            .verify(Pss::<Sha256>::new_with_salt(PSS_SALT), &hash, signature)
            .map_err(|_| BadSignature)
    }
}

/// The fingerprint alone: it says who, and a modulus says nothing to a reader.
impl fmt::Debug for PublicIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicIdentity({})", self.fingerprint)
    }
}

/// Reads a key that keeps the policy, for signatures or for encryption.
pub(crate) fn parse_key(der: &[u8]) -> Result<RsaPublicKey, InvalidKey> {
    if der.len() > MAX_SPKI {
        return Err(InvalidKey::TooLarge(der.len()));
    }
    let key = RsaPublicKey::from_public_key_der(der).map_err(|_| InvalidKey::Malformed)?;
    let bits = key.n().bits_vartime() as usize;
    if bits != RSA_BITS {
        return Err(InvalidKey::Size(bits));
    }
    if key.e() != &BoxedUint::from(EXPONENT) {
        return Err(InvalidKey::Exponent);
    }
    let canonical = key.to_public_key_der().map_err(|_| InvalidKey::Malformed)?;
    if canonical.as_bytes() != der {
        return Err(InvalidKey::NotCanonical);
    }
    Ok(key)
}
