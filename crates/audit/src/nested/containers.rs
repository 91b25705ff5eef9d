//! What is compressed: gzip, zlib, zstd and zip, known by their first bytes, and deflate without
//! any.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use ruzstd::decoding::StreamingDecoder;

use super::{Transformation, Undone, deflate};
use crate::allowance::Allowance;

/// Bytes that come out of one container, at most.
const LARGEST: usize = 4 * 1024 * 1024;

/// How many times its own size a container is unpacked to, at most.
const RATIO: usize = 1000;

/// Shorter ones say too little.
const SHORTEST: usize = 16;

/// What each attempt costs, in bytes that are unpacked.
const ATTEMPT: usize = 256;

/// Bytes in front of the compressed ones of a zip member.
const ZIP_HEADER: usize = 30;

/// Bytes that are unpacked at once.
const PIECE: usize = 1024;

/// Takes from the front what a container needs, and gives what is in it, so many bytes at most.
type Unpack = dyn Fn(&mut &[u8], usize) -> Vec<u8>;

/// What containers with a header hold, wherever they begin, as far as they can be read.
pub(super) fn marked(bytes: &[u8], allowance: &mut Allowance) -> Vec<Undone> {
    let mut all = Vec::new();
    let mut keep = |transformation, at, read: &Unpack| {
        let packed = bytes.get(at..).unwrap_or_default();
        all.extend(undone(transformation, at, packed, allowance, read));
    };
    for at in memmem::find_iter(bytes, b"\x1f\x8b\x08") {
        keep(Transformation::Gzip, at, &|packed, most| {
            read(GzDecoder::new(packed), most)
        });
    }
    for at in memchr::memchr_iter(b'x', bytes) {
        if is_zlib(bytes.get(at..).unwrap_or_default()) {
            keep(Transformation::Zlib, at, &|packed, most| {
                read(ZlibDecoder::new(packed), most)
            });
        }
    }
    for at in memmem::find_iter(bytes, b"\x28\xb5\x2f\xfd") {
        keep(Transformation::Zstd, at, &|packed, most| {
            StreamingDecoder::new(packed).map_or_else(|_| Vec::new(), |zstd| read(zstd, most))
        });
    }
    for at in memmem::find_iter(bytes, b"PK\x03\x04") {
        keep(Transformation::Zip, at, &|packed, most| {
            *packed = member(packed).unwrap_or_default();
            read(DeflateDecoder::new(packed), most)
        });
    }
    all
}

/// What deflate without a header holds, at the beginning and wherever compressed text may
/// begin, where it is whole; but not what came out of a container already.
pub(super) fn bare(bytes: &[u8], known: &[Undone], allowance: &mut Allowance) -> Vec<Undone> {
    let known: BTreeSet<&[u8]> = known.iter().map(|one| &one.bytes[..]).collect();
    let mut all = Vec::new();
    let mut state = Decompress::new(false);
    let others = deflate::starts(bytes).filter(|at| *at > 0);
    for at in std::iter::once(0).chain(others) {
        if !allowance.may_attempt() {
            break;
        }
        let packed = bytes.get(at..).unwrap_or_default();
        let inside = whole(&mut state, packed, LARGEST.min(allowance.to_unpack()));
        allowance.attempted(work(&state));
        if inside.len() < SHORTEST || known.contains(&inside[..]) {
            continue;
        }
        if !allowance.unpack(inside.len()) {
            break;
        }
        all.push(Undone {
            transformation: Transformation::Deflate,
            at,
            bytes: inside,
        });
    }
    all
}

/// What deflates to the end, so many bytes at most; else nothing.
fn whole(state: &mut Decompress, packed: &[u8], most: usize) -> Vec<u8> {
    state.reset(false);
    let mut all = Vec::new();
    let mut out = [0; PIECE];
    let mut read = 0;
    while all.len() < most {
        let (before, rest) = (state.total_out(), packed.get(read..).unwrap_or_default());
        let Ok(status) = state.decompress(rest, &mut out, FlushDecompress::None) else {
            break;
        };
        read = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        let new = usize::try_from(state.total_out() - before).unwrap_or_default();
        all.extend_from_slice(out.get(..new).unwrap_or_default());
        match status {
            Status::StreamEnd => return all,
            Status::Ok if new > 0 => {}
            // No progress: the input ends in the middle. Without a header, only a stream that ends
            // properly is believed.
            Status::Ok | Status::BufError => break,
        }
    }
    Vec::new()
}

/// What the last attempt has read and made.
fn work(state: &Decompress) -> usize {
    usize::try_from(state.total_in() + state.total_out()).unwrap_or(usize::MAX)
}

/// As much as can be read and is worth it.
fn undone(
    transformation: Transformation,
    at: usize,
    packed: &[u8],
    allowance: &mut Allowance,
    read: &Unpack,
) -> Option<Undone> {
    // The attempt itself has a price: bytes that are full of false headers would cost time without
    // ever unpacking anything.
    if !allowance.may_attempt() || !allowance.unpack(ATTEMPT) {
        return None;
    }
    let most = LARGEST
        .min(packed.len().saturating_mul(RATIO))
        .min(allowance.to_unpack());
    let mut rest = packed;
    let bytes = read(&mut rest, most);
    allowance.attempted(packed.len() - rest.len());
    allowance.unpack(bytes.len());
    (bytes.len() >= SHORTEST).then_some(Undone {
        transformation,
        at,
        bytes,
    })
}

/// The two bytes of its header are a multiple of 31, and name deflate with a 32 KiB window.
fn is_zlib(bytes: &[u8]) -> bool {
    let header = bytes.first_chunk().map(|two| u16::from_be_bytes(*two));
    header.is_some_and(|header| header % 31 == 0 && header & 0x20 == 0)
}

/// The compressed bytes of a zip member that begins here.
fn member(bytes: &[u8]) -> Option<&[u8]> {
    let number = |at: usize| {
        let two = bytes.get(at..)?.first_chunk()?;
        Some(u16::from_le_bytes(*two))
    };
    let deflated = number(8)? == 8;
    let names = usize::from(number(26)?) + usize::from(number(28)?);
    bytes.get(ZIP_HEADER + names..).filter(|_| deflated)
}

/// As much as can be read.
fn read(decoder: impl Read, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What came out before an error is worth searching as well.
    decoder.take(most as u64).read_to_end(&mut bytes).ok();
    bytes
}
