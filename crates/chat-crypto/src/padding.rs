//! Padding to size buckets, so that a length says little about a content.
//!
//! Small contents are padded to a power of two from 256 to 4096. Above that Padmé decides
//! (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with
//! PURBs", 2019): only the highest bits of a length may be set, which costs less than 12 %.

use zeroize::Zeroizing;

const SMALL_BUCKETS: [u64; 5] = [256, 512, 1024, 2048, 4096];

/// Marks the end of the content, as in ISO/IEC 7816-4: one such byte, then zeros.
const MARKER: u8 = 0x80;

/// The length of a content of `len` bytes after padding, its marker included.
pub fn padded_len(len: usize) -> usize {
    let bucket = bucket((len as u64).saturating_add(1));
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// The smallest bucket that holds `len` bytes.
pub(crate) fn bucket(len: u64) -> u64 {
    let small = SMALL_BUCKETS.into_iter().find(|bucket| len <= *bucket);
    small.unwrap_or_else(|| padme(len))
}

/// Rounds up so that as many low bits are zero as the exponent's own length allows.
fn padme(len: u64) -> u64 {
    // Beside the leading bit, as many bits may be set as it takes to write the exponent: so a
    // length of n tells O(log log n) bits.
    let exponent = len.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_u64 << (exponent - kept)) - 1;
    len.checked_add(mask).map_or(u64::MAX, |sum| sum & !mask)
}

/// Content, marker, zeros.
pub(crate) fn pad(content: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = padded_len(content.len());
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(content);
    padded.push(MARKER);
    padded.resize(length, 0);
    padded
}

/// The content, when the padding is exactly what [`pad`] makes. It runs on authenticated
/// bytes only, so that it need not take the same time for every mistake.
pub(crate) fn unpad(mut padded: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
    // The last byte that is not zero is the marker: content may end with zeros, or with the marker's
    // value, and is still read back exactly.
    let length = padded.iter().rposition(|byte| *byte != 0)?;
    if padded.get(length) != Some(&MARKER) || padded_len(length) != padded.len() {
        return None;
    }
    padded.truncate(length);
    Some(padded)
}
