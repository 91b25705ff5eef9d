//! AES-256-GCM, preceded by a random nonce: for the link, and from end to end.

use std::io;
use std::path::Path;

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};

/// Bytes of a nonce.
const NONCE: usize = 12;

/// Bytes of a key that is sealed: nonce, key and tag.
pub(crate) const SEALED_KEY: usize = NONCE + 32 + 16;

/// A key that some share and others do not have; or none, which encrypts nothing.
#[derive(Clone)]
pub(crate) struct Key {
    /// Without a key, the result is the input.
    cipher: Option<Aes256Gcm>,
    bytes: [u8; 32],
}

impl Key {
    /// The key in a file: 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds something else.
    fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            io::Error::other(format!("cannot read the key {}: {error}", path.display()))
        })?;
        let bytes = from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        let none = || io::Error::other(format!("there is no key in {}", path.display()));
        Ok(Self::new(bytes.ok_or_else(none)?))
    }

    /// The key in a file, or none where there is no file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds something else.
    pub(crate) fn read_or_none(path: Option<&Path>) -> io::Result<Self> {
        path.map_or_else(|| Ok(Self::none()), Self::read)
    }

    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        let cipher = Some(Aes256Gcm::new((&bytes).into()));
        Self { cipher, bytes }
    }

    /// The key of those who encrypt nothing.
    pub(crate) fn none() -> Self {
        Self {
            cipher: None,
            bytes: [0; 32],
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.cipher.is_none()
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Nonce, ciphertext and tag.
    ///
    /// # Errors
    ///
    /// When it is beyond the limit of GCM.
    pub(crate) fn seal(&self, plain: &[u8]) -> io::Result<Vec<u8>> {
        let Some(cipher) = &self.cipher else {
            return Ok(plain.to_vec());
        };
        let nonce: [u8; NONCE] = rand::random();
        let sealed = cipher.encrypt(&Nonce::from(nonce), plain);
        let sealed = sealed.map_err(|_| io::Error::other("too long to seal"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The plaintext; `None` if it was not sealed with this key.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let Some(cipher) = &self.cipher else {
            return Some(sealed.to_vec());
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        cipher.decrypt(&Nonce::from(*nonce), sealed).ok()
    }
}

/// The bytes that hexadecimal digits stand for; `None` if they are not digits.
pub(crate) fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    bytes.collect()
}

/// To which length contents are padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// To the next power of two from 256 to 4096; beyond, to the next length of Padmé.
    Buckets,
    /// The same, but beyond 4096 to the next multiple of 256.
    LooseBuckets,
    /// To the next multiple of so many bytes.
    Multiple(usize),
    /// Not at all.
    None,
}

impl Padding {
    fn padded(self, length: usize) -> usize {
        let small = length.next_power_of_two().max(256);
        match self {
            Self::Buckets | Self::LooseBuckets if small <= 4096 => small,
            Self::Buckets => length.next_multiple_of(step_of_padme(length)),
            Self::LooseBuckets => length.next_multiple_of(256),
            Self::Multiple(bytes) => length.next_multiple_of(bytes.max(1)),
            Self::None => length,
        }
    }
}

/// Lengths of so many bits are multiples of this: with exponent E, as many low bits are zero
/// as it is larger than its own number of bits.
fn step_of_padme(length: usize) -> usize {
    let exponent = length.checked_ilog2().unwrap_or(0);
    let kept = exponent.checked_ilog2().map_or(0, |bits| bits + 1);
    1 << exponent.saturating_sub(kept)
}

/// The length of the content, the content, and zeros: the length of the ciphertext says
/// little.
pub(crate) fn padded(content: &[u8], padding: Padding) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut padded = length.to_be_bytes().to_vec();
    padded.extend_from_slice(content);
    padded.resize(padding.padded(padded.len()), 0);
    padded
}

/// The reverse of [`padded`].
pub(crate) fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_alone() {
        let key = Key::new([7; 32]);
        let sealed = key.seal(&padded(b"hello", Padding::Multiple(256))).unwrap();
        assert_eq!(sealed.len(), NONCE + 256 + 16);
        let opened = key.open(&sealed).unwrap();
        assert_eq!(unpadded(&opened), Some(&b"hello"[..]));
        assert!(Key::new([8; 32]).open(&sealed).is_none());
        assert!(key.open(b"short").is_none());
        assert_ne!(
            sealed,
            key.seal(&padded(b"hello", Padding::Multiple(256))).unwrap()
        );
    }

    #[test]
    fn without_a_key_everything_stays_as_it_is() {
        assert_eq!(Key::none().seal(b"hello").unwrap(), b"hello");
        assert_eq!(Key::none().open(b"hello").unwrap(), b"hello");
    }

    #[test]
    fn a_length_beyond_the_end_is_none() {
        assert_eq!(unpadded(&[0, 0, 0, 9, 1]), None);
        assert_eq!(unpadded(&[0]), None);
    }

    #[test]
    fn each_padding_has_lengths_of_its_own() {
        let of = |padding: Padding| [9, 257, 4096, 5000, 20_100].map(|one| padding.padded(one));
        assert_eq!(of(Padding::Buckets), [256, 512, 4096, 5120, 20_480]);
        assert_eq!(of(Padding::LooseBuckets), [256, 512, 4096, 5120, 20_224]);
        assert_eq!(of(Padding::Multiple(256)), [256, 512, 4096, 5120, 20_224]);
        assert_eq!(of(Padding::None), [9, 257, 4096, 5000, 20_100]);
    }
}
