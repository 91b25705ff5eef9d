//! Trying a key on a record, in the modes in which AES is used: block by block, chained, and as a
//! stream behind a nonce. Where the record's ciphertext begins is not known, so each place is tried.

use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use aes::{Aes128, Aes256, Block};
use ghash::GHash;
use ghash::universal_hash::UniversalHash as _;

use super::texts::{PIECE, Texts};

const BLOCK: usize = 16;

/// Bytes of a nonce in front of a stream, and of a tag behind it.
const NONCE: usize = 12;
const TAG: usize = 16;

/// Blocks of a stream that are looked at: a text begins before that.
const STREAM: usize = 32;

/// How a key opens a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Ecb,
    Cbc,
    Ctr,
    Gcm,
}

impl Mode {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ecb => "ECB",
            Self::Cbc => "CBC",
            Self::Ctr => "CTR",
            Self::Gcm => "GCM",
        }
    }
}

/// A key, ready to be tried.
pub(super) enum Cipher {
    Short(Box<Aes128>),
    Long(Box<Aes256>),
}

impl Cipher {
    /// Of 16 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Some(Self::Short(Box::new(Aes128::new_from_slice(key).ok()?))),
            32 => Some(Self::Long(Box::new(Aes256::new_from_slice(key).ok()?))),
            _ => None,
        }
    }

    pub(super) fn bits(&self) -> u32 {
        match self {
            Self::Short(_) => 128,
            Self::Long(_) => 256,
        }
    }

    fn encrypt(&self, blocks: &mut [Block]) {
        match self {
            Self::Short(cipher) => cipher.encrypt_blocks(blocks),
            Self::Long(cipher) => cipher.encrypt_blocks(blocks),
        }
    }

    fn decrypt(&self, blocks: &mut [Block]) {
        match self {
            Self::Short(cipher) => cipher.decrypt_blocks(blocks),
            Self::Long(cipher) => cipher.decrypt_blocks(blocks),
        }
    }

    /// What this counter block and those that follow it stand for.
    fn stream(&self, first: u128, blocks: &mut Vec<Block>, count: usize) {
        blocks.clear();
        let counters = (0..count as u128).map(|n| Block::from(first.wrapping_add(n).to_be_bytes()));
        blocks.extend(counters);
        self.encrypt(blocks);
    }
}

/// What came of a key and a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// A text that was said.
    Text { name: String, mode: Mode },
    /// Something else whose tag is right: it may be a record itself.
    Sealed(Vec<u8>),
}

/// Tries a key on a record. Its streams may end at any of these places.
pub(super) fn open(
    cipher: &Cipher,
    record: &[u8],
    ends: &[usize],
    texts: &Texts<'_>,
) -> Option<Opened> {
    let text = blocks(cipher, record, texts).or_else(|| streams(cipher, record, texts));
    let text = text.map(|(name, mode)| Opened::Text { name, mode });
    text.or_else(|| tagged(cipher, record, ends).map(Opened::Sealed))
}

/// Block by block, and chained: each sixteen bytes for themselves, at every place.
fn blocks(cipher: &Cipher, record: &[u8], texts: &Texts<'_>) -> Option<(String, Mode)> {
    let sealed = record
        .windows(BLOCK)
        .filter_map(|one| Block::try_from(one).ok());
    let mut plain: Vec<Block> = sealed.collect();
    cipher.decrypt(&mut plain);
    let halves = |block: [u8; BLOCK]| {
        let [one, two] = block.as_chunks::<PIECE>().0 else {
            return false;
        };
        texts.may_be(*one) || texts.may_be(*two)
    };
    for (at, block) in plain.iter().enumerate() {
        if halves((*block).into()) {
            let all = plain.iter().skip(at).step_by(BLOCK);
            let all: Vec<u8> = all.flat_map(|block| block.iter().copied()).collect();
            if let Some(name) = texts.named(&all) {
                return Some((name.to_owned(), Mode::Ecb));
            }
        }
        let Some(before) = at.checked_sub(BLOCK).and_then(|from| record.get(from..)) else {
            continue;
        };
        let mut chained: [u8; BLOCK] = (*block).into();
        chained
            .iter_mut()
            .zip(before)
            .for_each(|(one, other)| *one ^= other);
        if halves(chained) {
            let all = plain.iter().skip(at).step_by(BLOCK).flatten();
            let all: Vec<u8> = all.zip(before).map(|(one, other)| one ^ other).collect();
            if let Some(name) = texts.named(&all) {
                return Some((name.to_owned(), Mode::Cbc));
            }
        }
    }
    None
}

/// Where counters of a nonce of twelve bytes begin: what comes first, and what GCM keeps for its tag.
const FIRST: [(usize, Mode); 3] = [(0, Mode::Ctr), (1, Mode::Ctr), (2, Mode::Gcm)];

/// As streams behind a nonce of twelve bytes, or behind a counter block of sixteen.
fn streams(cipher: &Cipher, record: &[u8], texts: &Texts<'_>) -> Option<(String, Mode)> {
    let mut stream = Vec::with_capacity(STREAM + 2);
    for at in 0..record.len().saturating_sub(NONCE + PIECE) {
        let rest = record.get(at..).unwrap_or_default();
        let count = STREAM.min(rest.len().div_ceil(BLOCK));
        cipher.stream(nonce(rest), &mut stream, count + 2);
        for (first, mode) in FIRST {
            let pad = stream.get(first..).unwrap_or_default();
            if let Some(name) = text(pad, rest.get(NONCE..).unwrap_or_default(), texts) {
                return Some((name, mode));
            }
        }
        if let Some((counter, sealed)) = rest.split_first_chunk::<BLOCK>() {
            cipher.stream(u128::from_be_bytes(*counter), &mut stream, count);
            if let Some(name) = text(&stream, sealed, texts) {
                return Some((name, Mode::Ctr));
            }
        }
    }
    None
}

/// The counter block of a nonce, at zero.
fn nonce(bytes: &[u8]) -> u128 {
    let nonce = bytes.first_chunk::<BLOCK>().copied().unwrap_or_default();
    u128::from_be_bytes(nonce) >> 32 << 32
}

fn text(stream: &[Block], sealed: &[u8], texts: &Texts<'_>) -> Option<String> {
    let pieces = stream.iter().flat_map(|block| block.as_chunks::<PIECE>().0);
    let mut pieces = pieces.zip(sealed.as_chunks::<PIECE>().0);
    let xor = |pad: &[u8; PIECE], sealed: &[u8; PIECE]| {
        (u64::from_ne_bytes(*pad) ^ u64::from_ne_bytes(*sealed)).to_ne_bytes()
    };
    if !pieces.any(|(pad, sealed)| texts.may_be(xor(pad, sealed))) {
        return None;
    }
    texts.named(&opened(stream, sealed)).map(str::to_owned)
}

fn opened(stream: &[Block], sealed: &[u8]) -> Vec<u8> {
    let stream = stream.iter().flatten();
    stream.zip(sealed).map(|(one, other)| one ^ other).collect()
}

/// What a key has sealed with GCM and no further data, from a nonce to one of these ends.
fn tagged(cipher: &Cipher, record: &[u8], ends: &[usize]) -> Option<Vec<u8>> {
    let mut zero = [Block::default()];
    cipher.encrypt(&mut zero);
    let [key] = zero;
    let hash = GHash::new(&key);
    let mut stream = Vec::new();
    for at in 0..record.len().saturating_sub(NONCE + TAG) {
        for end in ends {
            let Some(rest) = record.get(at..*end).filter(|rest| rest.len() > NONCE + TAG) else {
                continue;
            };
            let (sealed, tag) = rest.get(NONCE..)?.split_last_chunk::<TAG>()?;
            let mut hash = hash.clone();
            hash.update_padded(sealed);
            let bits = 8 * sealed.len() as u128;
            hash.update(&[bits.to_be_bytes().into()]);
            cipher.stream(nonce(rest) | 1, &mut stream, 1);
            let expected = opened(&stream, &hash.finalize());
            if expected == tag {
                cipher.stream(nonce(rest) | 2, &mut stream, sealed.len().div_ceil(BLOCK));
                return Some(opened(&stream, sealed));
            }
        }
    }
    None
}
