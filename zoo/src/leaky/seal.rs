//! AES-256-GCM with a random nonce in front: for the link, and from end to end.

use std::io;
use std::path::Path;

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};

/// Bytes of a nonce.
const NONCE: usize = 12;

/// Bytes of a key that is sealed: nonce, key and tag.
pub(super) const SEALED_KEY: usize = NONCE + 32 + 16;

/// A key that some share and others do not have.
#[derive(Clone)]
pub(super) struct Key {
    cipher: Aes256Gcm,
    bytes: [u8; 32],
}

impl Key {
    /// The key in a file: 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds something else.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            io::Error::other(format!("cannot read the key {}: {error}", path.display()))
        })?;
        let bytes = from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        let none = || io::Error::other(format!("there is no key in {}", path.display()));
        Ok(Self::new(bytes.ok_or_else(none)?))
    }

    pub(super) fn new(bytes: [u8; 32]) -> Self {
        let cipher = Aes256Gcm::new((&bytes).into());
        Self { cipher, bytes }
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Nonce, ciphertext and tag.
    ///
    /// # Errors
    ///
    /// When it is beyond the limit of GCM.
    pub(super) fn seal(&self, plain: &[u8]) -> io::Result<Vec<u8>> {
        let nonce: [u8; NONCE] = rand::random();
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), plain);
        let sealed = sealed.map_err(|_| io::Error::other("too long to seal"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed; `None` when it was not sealed with this key.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.cipher.decrypt(&Nonce::from(*nonce), sealed).ok()
    }
}

/// What hexadecimal digits stand for; `None` when they are none.
pub(super) fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    bytes.collect()
}

/// To which length contents are padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
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

/// Lengths of so many bits are multiples of this: of the exponent E, as many low bits are zero
/// as it is larger than its own number of bits.
fn step_of_padme(length: usize) -> usize {
    let exponent = length.checked_ilog2().unwrap_or(0);
    let kept = exponent.checked_ilog2().map_or(0, |bits| bits + 1);
    1 << exponent.saturating_sub(kept)
}

/// The content behind its length, and zeros behind it: the length of what is sealed says
/// little.
pub(super) fn padded(content: &[u8], padding: Padding) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut padded = length.to_be_bytes().to_vec();
    padded.extend_from_slice(content);
    padded.resize(padding.padded(padded.len()), 0);
    padded
}

/// The reverse of [`padded`].
pub(super) fn unpadded(padded: &[u8]) -> Option<&[u8]> {
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
