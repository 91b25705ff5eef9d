//! What a person keeps of its conversations, for itself alone.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use chat_identity::pae;
use rand::CryptoRng;
use rsa::pkcs8::EncodePrivateKey as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::Identity;
use crate::message_key::derive;
use crate::padding::{pad, unpad};

/// What the key is for, in its derivation and beside every entry.
const PURPOSE: &[u8] = b"chat/2 history";

/// 96 bits, as GCM wants them.
const NONCE: usize = 12;

/// Seals and opens entries of one person's history. Whoever has the identity's private key can make it, and nobody
/// else: so a passphrase that protects the key store protects the history as well.
pub struct HistoryKey(Aes256Gcm);

impl Identity {
    /// The key of this person's history.
    pub fn history_key(&self) -> HistoryKey {
        let private = self.signing_key().to_pkcs8_der();
        let private = private.expect("a key that was read or made can be written");
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(private.as_bytes()).into());
        let info = pae(&[PURPOSE, &self.public().fingerprint().0]);
        HistoryKey(Aes256Gcm::new((&*derive(&secret, &info)).into()))
    }
}

impl HistoryKey {
    /// Seals an entry. Its length shows in the buckets of messages only; the nonce is random, which is safe for far
    /// more entries than a person writes.
    pub fn seal(&self, rng: &mut impl CryptoRng, entry: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let padded = pad(entry);
        let payload = Payload {
            msg: &padded,
            aad: PURPOSE,
        };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.expect("an entry is far below the limit of GCM, 64 GiB");
        [&nonce[..], &sealed].concat()
    }

    /// Opens an entry; `None` for one that was changed, or is another person's.
    pub fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: PURPOSE,
        };
        let padded = self.0.decrypt(&Nonce::from(*nonce), payload).ok()?;
        unpad(Zeroizing::new(padded))
    }
}

/// Without the key.
impl std::fmt::Debug for HistoryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HistoryKey").finish_non_exhaustive()
    }
}
