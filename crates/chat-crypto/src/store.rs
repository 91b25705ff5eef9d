//! The key store: one text that holds an identity, encrypted under a passphrase or in clear.
//!
//! JSON with a version. Encrypted, the keys are sealed with AES-256-GCM under a key that
//! Argon2id (RFC 9106) makes from the passphrase; its parameters stand in the file and are
//! part of the associated data, and are bounded when they are read.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_identity::{PublicIdentity, pae};
use chat_protocol::Blob;
use rand::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use crate::StoreError;
use crate::identity::{EncryptionSecret, Identity, Validity, spki};

/// The version that this crate writes and reads.
const VERSION: u64 = 1;

/// The longest text that is looked at: an identity has a few kilobytes for each key.
const MAX_STORE: usize = 256 * 1024;

/// Encryption keys count up by one every few weeks: more than this is no honest number.
const MAX_KEY_NUMBER: u32 = 1_000_000;

impl Identity {
    /// The key store's text. `None` for the passphrase writes the keys in clear, which is for
    /// tests and for those who protect the file by other means.
    pub fn to_store(&self, rng: &mut impl CryptoRng, pass_phrase: Option<&str>) -> String {
        let keys = Keys::of(self);
        let store = match pass_phrase {
            None => KeyStore::Clear {
                version: VERSION,
                keys,
            },
            Some(pass_phrase) => seal(rng, &keys, pass_phrase),
        };
        serde_json::to_string_pretty(&store).expect("a key store has string keys and no maps")
    }

    /// Reads a key store. A passphrase for a store in clear is not needed and not used.
    /// Whether the certificates are still valid is not checked here.
    ///
    /// # Errors
    ///
    /// [`StoreError`] says what is wrong, or missing.
    pub fn from_store(text: &str, pass_phrase: Option<&str>) -> Result<Self, StoreError> {
        if text.len() > MAX_STORE {
            return Err(StoreError::Malformed);
        }
        // First the version alone: another version may have another shape, and the user is to be told
        // that it is unknown, not that the file is broken.
        let head: Head = serde_json::from_str(text).map_err(|_| StoreError::Malformed)?;
        if head.version != VERSION {
            return Err(StoreError::UnknownVersion(head.version));
        }
        match serde_json::from_str(text).map_err(|_| StoreError::Malformed)? {
            KeyStore::Clear { keys, .. } => keys.check(),
            KeyStore::PassPhrase {
                kdf, nonce, sealed, ..
            } => {
                let pass_phrase = pass_phrase.ok_or(StoreError::NeedsPassPhrase)?;
                open(&kdf, &nonce, &sealed, pass_phrase)?.check()
            }
        }
    }
}

/// What every version of the text has.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "protection", rename_all = "kebab-case")]
enum KeyStore {
    Clear {
        version: u64,
        keys: Keys,
    },
    PassPhrase {
        version: u64,
        kdf: Kdf,
        nonce: Blob,
        sealed: Blob,
    },
}

/// How the passphrase becomes a key.
#[derive(Serialize, Deserialize)]
#[serde(tag = "algorithm", rename_all = "lowercase")]
enum Kdf {
    Argon2id {
        memory_kib: u32,
        passes: u32,
        lanes: u32,
        salt: Blob,
    },
}

impl Kdf {
    /// What this version writes: the second recommended option of RFC 9106 section 4 with one
    /// lane, about a fifth of a second.
    fn fresh(rng: &mut impl CryptoRng) -> Self {
        let mut salt = vec![0; 16];
        rng.fill_bytes(&mut salt);
        Self::Argon2id {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 1,
            salt: Blob(salt),
        }
    }

    /// The key, when the parameters are within bounds: a hostile file costs at most 256 MiB
    /// and a few seconds.
    fn key(&self, pass_phrase: &str) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let Self::Argon2id {
            memory_kib,
            passes,
            lanes,
            salt,
        } = self;
        let bounded = (8 * 1024..=256 * 1024).contains(memory_kib)
            && (1..=10).contains(passes)
            && (1..=4).contains(lanes)
            && (16..=64).contains(&salt.0.len());
        if !bounded {
            return Err(StoreError::Malformed);
        }
        let params = Params::new(*memory_kib, *passes, *lanes, Some(32))
            .map_err(|_| StoreError::Malformed)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(pass_phrase.as_bytes(), &salt.0, &mut *key)
            .map_err(|_| StoreError::Malformed)?;
        Ok(key)
    }

    /// The associated data: all that stands in clear beside the sealed keys.
    fn header(&self, nonce: &[u8]) -> Vec<u8> {
        let Self::Argon2id {
            memory_kib,
            passes,
            lanes,
            salt,
        } = self;
        let numbers = [memory_kib, passes, lanes].map(|n| u64::from(*n).to_le_bytes());
        let [memory_kib, passes, lanes] = &numbers;
        pae(&[
            b"chat/1 key store",
            &VERSION.to_le_bytes(),
            b"argon2id",
            memory_kib,
            passes,
            lanes,
            &salt.0,
            nonce,
        ])
    }
}

/// AES-256-GCM (NIST SP 800-38D) over the keys. The salt is fresh, so the key is, and a random
/// nonce never repeats under it.
fn seal(rng: &mut impl CryptoRng, keys: &Keys, pass_phrase: &str) -> KeyStore {
    let kdf = Kdf::fresh(rng);
    let mut nonce = [0; 12];
    rng.fill_bytes(&mut nonce);
    let key = kdf
        .key(pass_phrase)
        .expect("our own parameters are within bounds");
    // One allocation, so that growing leaves no copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(MAX_STORE));
    serde_json::to_writer(&mut *plain, keys).expect("keys have string keys and no maps");
    let payload = Payload {
        msg: plain.as_slice(),
        aad: &kdf.header(&nonce),
    };
    let sealed = Aes256Gcm::new((&*key).into())
        .encrypt(&Nonce::from(nonce), payload)
        .expect("a key store is far below the limit of GCM");
    KeyStore::PassPhrase {
        version: VERSION,
        kdf,
        nonce: Blob(nonce.to_vec()),
        sealed: Blob(sealed),
    }
}

fn open(kdf: &Kdf, nonce: &Blob, sealed: &Blob, pass_phrase: &str) -> Result<Keys, StoreError> {
    let nonce: [u8; 12] = nonce
        .0
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Malformed)?;
    let key = kdf.key(pass_phrase)?;
    let payload = Payload {
        msg: sealed.0.as_slice(),
        aad: &kdf.header(&nonce),
    };
    let plain = Aes256Gcm::new((&*key).into())
        .decrypt(&Nonce::from(nonce), payload)
        // A changed file fails in the same way: the tag cannot tell one from the other.
        .map_err(|_| StoreError::WrongPassPhrase)?;
    let plain = Zeroizing::new(plain);
    serde_json::from_slice(&plain).map_err(|_| StoreError::Malformed)
}

/// The secret part.
#[derive(Serialize, Deserialize)]
struct Keys {
    identity: SecretBytes,
    encryption: Vec<StoredEncryptionKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredEncryptionKey {
    key: SecretBytes,
    /// Stores that were written before certificates had a name hold one here; the rest of it is
    /// passed over.
    #[serde(alias = "certificate")]
    validity: Validity,
}

impl Keys {
    fn of(identity: &Identity) -> Self {
        let stored = |secret: &EncryptionSecret| StoredEncryptionKey {
            key: pkcs8(&secret.key),
            validity: secret.validity,
        };
        Self {
            identity: pkcs8(identity.signing_key()),
            encryption: identity.encryption_keys().iter().map(stored).collect(),
        }
    }

    /// The identity, when all parts keep the policy on keys and belong together.
    fn check(self) -> Result<Identity, StoreError> {
        let signing = self.identity.key()?;
        let public =
            PublicIdentity::from_spki(&spki(&signing)).map_err(|_| StoreError::Malformed)?;
        let mut encryption = Vec::new();
        let mut newest = 0;
        for stored in self.encryption {
            let secret = stored.check(&public)?;
            // Strictly ascending, so that the last key is the newest and no number means two keys.
            let number = secret.validity.number;
            if number <= newest || number > MAX_KEY_NUMBER {
                return Err(StoreError::Malformed);
            }
            newest = number;
            encryption.push(secret);
        }
        if encryption.is_empty() {
            return Err(StoreError::Malformed);
        }
        Ok(Identity::from_parts(signing, public, encryption))
    }
}

impl StoredEncryptionKey {
    fn check(self, owner: &PublicIdentity) -> Result<EncryptionSecret, StoreError> {
        let Self { key, validity } = self;
        let key = key.key()?;
        let public = PublicIdentity::from_spki(&spki(&key)).map_err(|_| StoreError::Malformed)?;
        // One key for both uses would let one be used against the other.
        if public.spki() == owner.spki() || validity.not_before > validity.not_after {
            return Err(StoreError::Malformed);
        }
        Ok(EncryptionSecret { key, validity })
    }
}

/// A private key in PKCS#8 (RFC 5958), DER: base64url in JSON, wiped when it is dropped.
struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    fn key(&self) -> Result<RsaPrivateKey, StoreError> {
        RsaPrivateKey::from_pkcs8_der(&self.0).map_err(|_| StoreError::Malformed)
    }
}

impl Serialize for SecretBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*self.0));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text.as_bytes())
            .map_err(de::Error::custom)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

fn pkcs8(key: &RsaPrivateKey) -> SecretBytes {
    let der = key.to_pkcs8_der().expect("a checked key has an encoding");
    SecretBytes(der.to_bytes())
}
