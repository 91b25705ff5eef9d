//! Trying a key on a record, in the modes in which AES is used: block by block, chained, and as a
//! stream behind a nonce. Where the record's ciphertext begins is not known, so each place is tried.

use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use aes::{Aes128, Aes192, Aes256, Block};
use ghash::GHash;
use ghash::universal_hash::UniversalHash as _;

use super::texts::{PIECE, Texts};

const BLOCK: usize = 16;

/// Bytes of a nonce in front of a stream, and of a tag behind it.
const NONCE: usize = 12;
const TAG: usize = 16;

/// Blocks of a stream that are examined: a text begins before that.
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
    Middle(Box<Aes192>),
    Long(Box<Aes256>),
}

impl Cipher {
    /// Of 16, 24 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Some(Self::Short(Box::new(Aes128::new_from_slice(key).ok()?))),
            24 => Some(Self::Middle(Box::new(Aes192::new_from_slice(key).ok()?))),
            32 => Some(Self::Long(Box::new(Aes256::new_from_slice(key).ok()?))),
            _ => None,
        }
    }

    pub(super) fn bits(&self) -> u32 {
        match self {
            Self::Short(_) => 128,
            Self::Middle(_) => 192,
            Self::Long(_) => 256,
        }
    }

    fn encrypt(&self, blocks: &mut [Block]) {
        match self {
            Self::Short(cipher) => cipher.encrypt_blocks(blocks),
            Self::Middle(cipher) => cipher.encrypt_blocks(blocks),
            Self::Long(cipher) => cipher.encrypt_blocks(blocks),
        }
    }

    fn decrypt(&self, blocks: &mut [Block]) {
        match self {
            Self::Short(cipher) => cipher.decrypt_blocks(blocks),
            Self::Middle(cipher) => cipher.decrypt_blocks(blocks),
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

/// What it costs to try a key on a record of so many bytes and ends, in blocks, at most.
pub(super) fn cost(bytes: usize, ends: usize) -> u64 {
    let stream = STREAM.min(bytes.div_ceil(BLOCK));
    (bytes * (2 * stream + 2 * ends + 2)) as u64
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
    let nonce = bytes.first_chunk::<NONCE>().copied().unwrap_or_default();
    nonce
        .iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
        << 32
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
///
/// A tag depends on all that stands between, and where that begins is not known. So what each block
/// adds to the tag is worked out from the end on: whatever begins one block earlier adds one block.
fn tagged(cipher: &Cipher, record: &[u8], ends: &[usize]) -> Option<Vec<u8>> {
    let nonces = record.windows(NONCE).map(|bytes| nonce(bytes) | 1);
    let mut masks: Vec<Block> = nonces.map(|first| first.to_be_bytes().into()).collect();
    cipher.encrypt(&mut masks);
    let powers = powers(cipher, record.len() / BLOCK + 3);
    let begins = ends.iter().find_map(|end| {
        let (sealed, tag) = record.get(NONCE..*end)?.split_last_chunk::<TAG>()?;
        let last_lengths = 1..=BLOCK.min(sealed.len());
        let begins = last_lengths.filter_map(|last| begin(sealed, last, *tag, (&powers, &masks)));
        begins.min().map(|at| (at, sealed.len()))
    });
    let (at, end) = begins?;
    let sealed = record.get(NONCE + at..NONCE + end)?;
    let mut stream = Vec::new();
    cipher.stream(
        nonce(record.get(at..)?) | 2,
        &mut stream,
        sealed.len().div_ceil(BLOCK),
    );
    Some(opened(&stream, sealed))
}

/// Where the nonce stands of which these bytes have the tag, if their last block has this length.
fn begin(
    sealed: &[u8],
    last: usize,
    tag: [u8; TAG],
    (powers, masks): (&[GHash], &[Block]),
) -> Option<usize> {
    let (blocks, rest) = sealed.split_at_checked(sealed.len() - last)?;
    let mut padded = Block::default();
    padded
        .iter_mut()
        .zip(rest)
        .for_each(|(to, from)| *to = *from);
    let mut sum = 0;
    let earlier = blocks
        .rchunks_exact(BLOCK)
        .filter_map(|block| Block::try_from(block).ok());
    for (nth, block) in std::iter::once(padded).chain(earlier).enumerate() {
        sum ^= times(powers, nth + 2, block);
        let length = BLOCK * nth + last;
        let bits = times(powers, 1, (8 * length as u128).to_be_bytes().into());
        let at = sealed.len() - length;
        let mask = masks.get(at).copied().unwrap_or_default();
        if (sum ^ bits ^ bits_of(mask)).to_be_bytes() == tag {
            return Some(at);
        }
    }
    None
}

/// What multiplies by the powers of the key's hash key, from the power 0 on, which nobody needs.
fn powers(cipher: &Cipher, count: usize) -> Vec<GHash> {
    let mut zero = [Block::default()];
    cipher.encrypt(&mut zero);
    let [mut power] = zero;
    let first = GHash::new(&power);
    let mut powers = vec![first.clone(), first.clone()];
    while powers.len() < count {
        let mut next = first.clone();
        next.update(&[power]);
        power = next.finalize();
        powers.push(GHash::new(&power));
    }
    powers
}

fn times(powers: &[GHash], power: usize, block: Block) -> u128 {
    let Some(mut by) = powers.get(power).cloned() else {
        return 0;
    };
    by.update(&[block]);
    bits_of(by.finalize())
}

fn bits_of(block: Block) -> u128 {
    u128::from_be_bytes(block.into())
}
