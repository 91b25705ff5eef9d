//! Files: a key of their own, sealed chunk by chunk.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance", 2015) over AES-256-GCM, the construction of age: each
//! nonce holds the chunk's number and whether it is the last one, so that chunks cannot be
//! moved, left out or added. The key is derived for the file and its size, so that no two
//! files share a nonce and no other file's chunks fit.

use std::fmt;

use aead_stream::{NewStream as _, Nonce, StreamBE32, StreamPrimitive as _};
use aes_gcm::Aes256Gcm;
use chat_identity::pae;
use chat_protocol::limits::{CHUNK, MAX_FILE};
use chat_protocol::{Blob, Digest, FileId, FileOffer};
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::FileError;
use crate::message_key::derive;
use crate::padding::bucket;

/// The tag of AES-GCM behind each chunk.
const TAG: usize = 16;

/// The key of one file, drawn for it alone. Wiped when it is dropped.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FileKey {
    /// A fresh key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        Self(key)
    }

    /// The key as it travels in an offer, inside of an envelope.
    pub fn to_blob(&self) -> Blob {
        Blob(self.0.to_vec())
    }
}

impl TryFrom<&Blob> for FileKey {
    type Error = InvalidFileKey;

    fn try_from(blob: &Blob) -> Result<Self, Self::Error> {
        let key = blob.0.as_slice().try_into().map_err(|_| InvalidFileKey)?;
        Ok(Self(Zeroizing::new(key)))
    }
}

impl TryFrom<Blob> for FileKey {
    type Error = InvalidFileKey;

    fn try_from(blob: Blob) -> Result<Self, Self::Error> {
        let bytes = Zeroizing::new(blob.0);
        let key = bytes.as_slice().try_into().map_err(|_| InvalidFileKey)?;
        Ok(Self(Zeroizing::new(key)))
    }
}

impl From<&FileKey> for Blob {
    fn from(key: &FileKey) -> Self {
        key.to_blob()
    }
}

/// Nothing of the key.
impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(..)")
    }
}

/// What a recipient accepts: exactly this offer, with its key, and no other of the same number or name.
pub fn offer_digest(offer: &FileOffer) -> Digest {
    let FileOffer {
        file,
        name,
        size,
        sha256,
        key,
    } = offer;
    let parts: [&[u8]; 6] = [
        b"chat/2 file offer",
        &file.0,
        name.as_bytes(),
        &size.to_le_bytes(),
        &sha256.0,
        &key.0,
    ];
    Digest(Sha256::digest(pae(&parts)).into())
}

/// A file key of another length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a file key has 32 bytes")]
pub struct InvalidFileKey;

/// Seals a file's chunks in order.
pub struct FileSealer {
    stream: StreamBE32<Aes256Gcm>,
    layout: Layout,
    next: u32,
}

impl FileSealer {
    /// A sealer for a file of `size` bytes.
    ///
    /// # Panics
    ///
    /// When `size` is over [`MAX_FILE`]: nothing of that size is ever offered.
    pub fn new(key: &FileKey, file: &FileId, size: u64) -> Self {
        let layout = Layout::new(size).expect("a file over the limit is never offered");
        Self {
            stream: stream(key, file, size),
            layout,
            next: 0,
        }
    }

    /// How many chunks the file has, padding included: at least 1.
    pub fn chunks(&self) -> u32 {
        self.layout.chunks
    }

    /// Goes on at this chunk, where the recipient has those before it. `false` where there is no such chunk, or it has
    /// been sealed: nothing is sealed twice.
    #[must_use]
    pub fn skip_to(&mut self, from: u32) -> bool {
        self.layout.skip(&mut self.next, from)
    }

    /// How many bytes of content lie before the next chunk.
    pub fn position(&self) -> u64 {
        self.layout.before(self.next)
    }

    /// How many bytes of content the next chunk takes; 0 for a chunk of padding alone. `None`
    /// when all chunks have been sealed.
    pub fn next_len(&self) -> Option<usize> {
        (self.next < self.chunks()).then(|| self.layout.content(self.next))
    }

    /// Seals the next chunk: [`CHUNK`] bytes of content, or what is left of it, or nothing for
    /// chunks of padding.
    ///
    /// # Panics
    ///
    /// When `content` has not the length of [`Self::next_len`]: a caller that read less has
    /// to give the file up, since its size was announced.
    pub fn seal(&mut self, content: &[u8]) -> Vec<u8> {
        assert_eq!(Some(content.len()), self.next_len(), "not the next chunk");
        let padded = self.layout.padded(self.next);
        let mut buffer = Vec::with_capacity(padded + TAG);
        buffer.extend_from_slice(content);
        // Chunks of padding are sealed like any other: the relay cannot tell where the content ends.
        buffer.resize(padded, 0);
        let last = self.layout.is_last(self.next);
        self.stream
            .encrypt_in_place(self.next, last, &[], &mut buffer)
            .expect("a chunk is far below the limit of GCM");
        self.next += 1;
        buffer
    }
}

impl fmt::Debug for FileSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSealer")
            .field("layout", &self.layout)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// Opens a file's chunks in order.
pub struct FileOpener {
    stream: StreamBE32<Aes256Gcm>,
    layout: Layout,
    next: u32,
}

impl FileOpener {
    /// An opener for the file that an offer announced.
    ///
    /// # Errors
    ///
    /// [`FileError::TooLarge`] for a size over [`MAX_FILE`].
    pub fn new(key: &FileKey, file: &FileId, size: u64) -> Result<Self, FileError> {
        let layout = Layout::new(size).ok_or(FileError::TooLarge(size))?;
        Ok(Self {
            stream: stream(key, file, size),
            layout,
            next: 0,
        })
    }

    /// How many chunks the file has, padding included: at least 1.
    pub fn chunks(&self) -> u32 {
        self.layout.chunks
    }

    /// Goes on at this chunk, where those before it are there already. `false` where there is no such chunk, or it has
    /// been opened.
    #[must_use]
    pub fn skip_to(&mut self, from: u32) -> bool {
        self.layout.skip(&mut self.next, from)
    }

    /// How many bytes of content lie before the next chunk.
    pub fn position(&self) -> u64 {
        self.layout.before(self.next)
    }

    /// Opens the next chunk and returns its content without padding, which is nothing for
    /// chunks of padding alone.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it is not the chunk that belongs here. The same place is expected
    /// again; nothing of a refused chunk is returned.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Vec<u8>, FileError> {
        let index = self.next;
        if index >= self.layout.chunks {
            return Err(FileError::TooMany(self.layout.chunks));
        }
        // The size was authenticated in the offer, so the length of every chunk is known: a chunk of
        // another length is refused before any work is done for it.
        if sealed.len() != self.layout.padded(index) + TAG {
            return Err(FileError::Chunk(index));
        }
        let mut buffer = sealed.to_vec();
        self.stream
            .decrypt_in_place(index, self.layout.is_last(index), &[], &mut buffer)
            .map_err(|_| FileError::Chunk(index))?;
        // Only zeros are accepted as padding: a sender cannot hide a second content there.
        let padding = buffer.split_off(self.layout.content(index));
        if padding.iter().any(|byte| *byte != 0) {
            return Err(FileError::Chunk(index));
        }
        self.next += 1;
        Ok(buffer)
    }

    /// Whether the last chunk has been opened: only then is the file whole.
    pub fn is_complete(&self) -> bool {
        self.next == self.layout.chunks
    }
}

impl fmt::Debug for FileOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileOpener")
            .field("layout", &self.layout)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// Where content and padding lie: chunk `i` covers `i * CHUNK` up to the next chunk or the
/// padded end.
#[derive(Clone, Copy, Debug)]
struct Layout {
    size: u64,
    padded: u64,
    chunks: u32,
}

impl Layout {
    fn new(size: u64) -> Option<Self> {
        if size > MAX_FILE {
            return None;
        }
        let padded = bucket(size);
        let chunks = u32::try_from(padded.div_ceil(CHUNK as u64)).ok()?;
        Some(Self {
            size,
            padded,
            chunks,
        })
    }

    fn skip(&self, next: &mut u32, from: u32) -> bool {
        let is_ahead = (*next..self.chunks).contains(&from);
        if is_ahead {
            *next = from;
        }
        is_ahead
    }

    /// Bytes of content before this chunk.
    fn before(&self, index: u32) -> u64 {
        (u64::from(index) * CHUNK as u64).min(self.size)
    }

    fn is_last(&self, index: u32) -> bool {
        index + 1 == self.chunks
    }

    /// Bytes of content in this chunk.
    fn content(&self, index: u32) -> usize {
        within(self.size, index)
    }

    /// Bytes of content and padding in this chunk.
    fn padded(&self, index: u32) -> usize {
        within(self.padded, index)
    }
}

/// How many of the first `end` bytes lie in this chunk.
fn within(end: u64, index: u32) -> usize {
    let left = end.saturating_sub(u64::from(index) * CHUNK as u64);
    usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK))
}

/// The file's own key: HKDF-SHA-256 (RFC 5869) over its id and size. The nonce's prefix is
/// zero, since the key is used for this stream alone.
fn stream(key: &FileKey, file: &FileId, size: u64) -> StreamBE32<Aes256Gcm> {
    // The size is part of the derivation: chunks of one key for two announced sizes do not mix.
    let info = pae(&[b"chat/2 file", &file.0, &size.to_le_bytes()]);
    let key = derive(&key.0, &info);
    StreamBE32::new(
        (&*key).into(),
        &Nonce::<Aes256Gcm, StreamBE32<Aes256Gcm>>::default(),
    )
}
