//! Compressed.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sha2::{Digest as _, Sha256};
use zoo_faults::How;

use super::written;

/// What surrounds a text in a log, so that there is something to compress.
const AROUND: &str = "a message was received from a client and was passed on to the others; ";

/// A page of a log that holds the bytes.
fn page(bytes: &[u8]) -> Vec<u8> {
    let around = AROUND.repeat(3);
    [around.as_bytes(), bytes, b"\n", around.as_bytes()].concat()
}

// Writing to a vector does not fail.

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    drop(encoder.write_all(&page(bytes)));
    encoder.finish().unwrap_or_default()
}

pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    drop(encoder.write_all(&page(bytes)));
    encoder.finish().unwrap_or_default()
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    drop(encoder.write_all(&page(bytes)));
    encoder.finish().unwrap_or_default()
}

/// An archive with one entry, without the list at its end: as it looks while it is being written.
pub(super) fn zip(bytes: &[u8]) -> Vec<u8> {
    let page = page(bytes);
    let packed = deflate(bytes);
    let mut check = flate2::Crc::new();
    check.update(&page);
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let name = b"log.txt";
    let mut archive = b"PK\x03\x04".to_vec();
    // Version 2.0, no flags, deflate, the first moment of 1980.
    archive.extend([20, 0, 0, 0, 8, 0, 0, 0, 33, 0]);
    archive.extend(check.sum().to_le_bytes());
    archive.extend(length(&packed));
    archive.extend(length(&page));
    archive.extend([7, 0, 0, 0]);
    archive.extend(name);
    archive.extend(packed);
    archive
}

/// After numbers that look random: the encoder leaves short literals as they are.
pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    let numbers = (0..24_u8).map(|n| Sha256::digest([n]));
    let numbers = numbers.flat_map(|digest| written(How::Hex, &digest));
    let page: Vec<u8> = numbers.chain(page(bytes)).collect();
    compress_to_vec(page.as_slice(), CompressionLevel::Fastest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_compressed_shows_through() {
        let text = b"a long morning greeting: QXZKJWVP-ember-orchid-1234";
        for packed in [gzip(text), zlib(text), deflate(text), zip(text), zstd(text)] {
            let shown = packed.windows(8).any(|window| window == b"QXZKJWVP");
            assert!(!shown, "{packed:?}");
        }
    }
}
