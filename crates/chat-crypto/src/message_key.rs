//! From a secret to a cipher: wrap, unwrap, derive, encrypt, decrypt. Nothing here decides
//! anything about who may do it.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use chat_protocol::limits::RSA_BLOCK;
use hkdf::Hkdf;
use rand::CryptoRng;
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The secret of a key session.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The salt of every HKDF of this version.
const SALT: &[u8] = b"chat/2";

/// The cipher of one key session. Wiped when it is dropped (feature `zeroize` of `aes-gcm`).
pub(crate) struct MessageKey(Aes256Gcm);

impl MessageKey {
    /// HKDF-SHA-256 (RFC 5869) of the secret, with the session's binding as info.
    pub(crate) fn derive(secret: &Secret, binding: &[u8]) -> Self {
        Self(Aes256Gcm::new((&*derive(secret, binding)).into()))
    }

    /// AES-256-GCM (NIST SP 800-38D) with the counter as 96-bit nonce, big-endian. The caller
    /// never seals twice with one counter.
    pub(crate) fn seal(&self, counter: u64, header: &[u8], padded: &[u8]) -> Vec<u8> {
        let payload = Payload {
            msg: padded,
            aad: header,
        };
        self.0
            .encrypt(&nonce(counter), payload)
            .expect("a frame is far below the limit of GCM, 64 GiB")
    }

    /// The padded content, when header, counter and ciphertext are what was sealed.
    pub(crate) fn open(
        &self,
        counter: u64,
        header: &[u8],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload {
            msg: ciphertext,
            aad: header,
        };
        let padded = self.0.decrypt(&nonce(counter), payload).ok()?;
        Some(Zeroizing::new(padded))
    }
}

/// HKDF-SHA-256 (RFC 5869) from 32 secret bytes to 32 others.
pub(crate) fn derive(secret: &[u8; 32], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(SALT), secret)
        .expand(info, &mut *key)
        .expect("32 bytes are one block of HKDF-SHA-256");
    key
}

/// RSAES-OAEP with SHA-256 and MGF1-SHA-256 (RFC 8017 section 7.1).
pub(crate) fn wrap(
    rng: &mut impl CryptoRng,
    key: &RsaPublicKey,
    label: Vec<u8>,
    secret: &Secret,
) -> Vec<u8> {
    key.encrypt(rng, Oaep::<Sha256>::new_with_label(label), &**secret)
        .expect("32 bytes fit into OAEP with RSA-3072")
}

/// The reverse of [`wrap`], blinded with fresh randomness: the blinding hides the exponent
/// from whoever measures the time, and no result depends on it.
///
/// `None` for every failure alike: which one it was is what Manger's attack needs to know.
pub(crate) fn unwrap(key: &RsaPrivateKey, label: Vec<u8>, wrap: &[u8]) -> Option<Secret> {
    // The length check of RFC 8017, section 7.1.2, before any use of the private key.
    if wrap.len() != RSA_BLOCK {
        return None;
    }
    let padding = Oaep::<Sha256>::new_with_label(label);
    let secret = key.decrypt_blinded(&mut rand::rng(), padding, wrap).ok()?;
    let secret = Zeroizing::new(secret);
    secret.as_slice().try_into().map(Zeroizing::new).ok()
}

fn nonce(counter: u64) -> Nonce<aes_gcm::aead::consts::U12> {
    // The key belongs to one session, so a counter alone makes a nonce that never repeats: no random
    // part is needed.
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    nonce.into()
}
