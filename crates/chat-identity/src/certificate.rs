//! Encryption keys, certified by the identity they belong to.

use std::fmt;

use chat_protocol::{Certificate, Fingerprint, Name};
use rsa::RsaPublicKey;

use crate::key::parse_key;
use crate::{InvalidCertificate, PublicIdentity, Statement};

/// A public encryption key that its owner's identity vouches for. Having one means that the
/// certificate was checked.
#[derive(Clone)]
pub struct EncryptionKey {
    owner: Fingerprint,
    number: u32,
    not_after: u64,
    key: RsaPublicKey,
}

impl EncryptionKey {
    /// Checks a certificate of the person with this name and identity, at the time `now` (Unix,
    /// seconds).
    ///
    /// # Errors
    ///
    /// [`InvalidCertificate`] says what is wrong with it. Dates come first and the signature
    /// last, so that an honest but old certificate gets an answer that helps.
    pub fn certified(
        certificate: &Certificate,
        (name, by): (&Name, &PublicIdentity),
        now: u64,
    ) -> Result<Self, InvalidCertificate> {
        if now < certificate.not_before {
            return Err(InvalidCertificate::NotYetValid);
        }
        if now > certificate.not_after {
            return Err(InvalidCertificate::Expired);
        }
        Self::vouched_for(certificate, (name, by))
    }

    /// The same at any time: whether a person with this identity says that this is its name.
    ///
    /// # Errors
    ///
    /// [`InvalidCertificate`] says what is wrong with it.
    pub fn vouched_for(
        certificate: &Certificate,
        (name, by): (&Name, &PublicIdentity),
    ) -> Result<Self, InvalidCertificate> {
        let Certificate {
            number,
            key: spki,
            not_before,
            not_after,
            signature,
        } = certificate;
        if *number == 0 {
            return Err(InvalidCertificate::Number);
        }
        if spki.0 == by.spki() {
            return Err(InvalidCertificate::IdentityKey);
        }
        let key = parse_key(&spki.0)?;
        let owner = by.fingerprint();
        let statement =
            Statement::certificate(name, &owner, *number, &spki.0, *not_before, *not_after);
        by.verify(&statement, &signature.0)?;
        Ok(Self {
            owner,
            number: *number,
            not_after: *not_after,
            key,
        })
    }

    /// Whose key it is.
    pub fn owner(&self) -> Fingerprint {
        self.owner
    }

    /// Its number among its owner's encryption keys, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Last second in which it may be used, Unix time.
    pub fn not_after(&self) -> u64 {
        self.not_after
    }

    /// The key itself.
    pub fn rsa(&self) -> &RsaPublicKey {
        &self.key
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey")
            .field("owner", &self.owner)
            .field("number", &self.number)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
