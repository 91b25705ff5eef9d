//! Export for other programs.

use std::fmt;

use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::{RsaPrivateKey, RsaPublicKey};
use zeroize::Zeroizing;

use crate::Identity;

/// Both key pairs as PEM: PKCS#8 (RFC 5958) and SPKI (RFC 5280). The encryption key is the
/// newest one.
pub struct Pem {
    /// The key that signs. In clear.
    pub identity_private: Zeroizing<String>,
    /// Its public half.
    pub identity_public: String,
    /// The key that opens. In clear.
    pub encryption_private: Zeroizing<String>,
    /// Its public half.
    pub encryption_public: String,
}

impl Identity {
    /// The newest keys in the form that other programs read.
    pub fn to_pem(&self) -> Pem {
        let (identity, encryption) = (self.signing_key(), &self.newest().key);
        Pem {
            identity_private: private(identity),
            identity_public: public(identity.as_public_key()),
            encryption_private: private(encryption),
            encryption_public: public(encryption.as_public_key()),
        }
    }
}

/// The public halves alone.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pem")
            .field("identity_public", &self.identity_public)
            .field("encryption_public", &self.encryption_public)
            .finish_non_exhaustive()
    }
}

fn private(key: &RsaPrivateKey) -> Zeroizing<String> {
    key.to_pkcs8_pem(LineEnding::LF)
        .expect("a checked key has an encoding")
}

fn public(key: &RsaPublicKey) -> String {
    key.to_public_key_pem(LineEnding::LF)
        .expect("a checked key has an encoding")
}
