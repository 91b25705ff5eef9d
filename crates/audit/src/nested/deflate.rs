//! Where deflate without a header may begin. Nothing marks it, so every byte is asked; what its
//! first block says of itself is seldom so by chance.

/// Literals at the beginning that must be text, where their codes are the fixed ones.
const LITERALS: u32 = 6;

/// In this order the lengths of the codes for lengths are transmitted: only their number matters here.
const MOST_LENGTHS: u64 = 19;

/// Bytes that a beginning is judged by.
const HEAD: usize = 16;

/// Shorter ones hold nothing that is searched for.
const SHORTEST: usize = 12;

/// Bytes of which one at least is no text: what is compressed looks like nothing at all.
const MIXED: usize = 24;

/// Places worth an attempt.
pub(super) fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let last = bytes.len().saturating_sub(SHORTEST);
    (0..last).filter(|at| head(bytes, *at).is_some_and(may_begin) && is_mixed(bytes, *at))
}

#[inline]
fn is_mixed(bytes: &[u8], at: usize) -> bool {
    let mut behind = bytes.iter().skip(at).take(MIXED);
    behind.any(|byte| !is_text(*byte))
}

#[inline]
fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// The bits there, the first one lowest.
#[inline]
fn head(bytes: &[u8], at: usize) -> Option<u128> {
    let behind = bytes.get(at..)?;
    // Most bytes are no beginning, which two bits say.
    let kind = behind.first()? >> 1 & 3;
    if kind == 0 || kind == 3 {
        return None;
    }
    if let Some(head) = behind.first_chunk::<HEAD>() {
        return Some(u128::from_le_bytes(*head));
    }
    let mut head = [0; HEAD];
    for (to, from) in head.iter_mut().zip(behind) {
        *to = *from;
    }
    Some(u128::from_le_bytes(head))
}

#[inline]
fn may_begin(head: u128) -> bool {
    match head >> 1 & 3 {
        1 => begins_with_text(head >> 3),
        2 => has_whole_code(head >> 3),
        _ => false,
    }
}

/// Under the fixed codes: eight bits for each literal of ASCII, the highest first.
#[inline]
fn begins_with_text(bits: u128) -> bool {
    (0..LITERALS).all(|n| {
        let code = u8::try_from(bits >> (8 * n) & 0xff).unwrap_or_default();
        // Huffman codes are packed from their highest bit on, all else from the lowest; the fixed
        // code of a literal below 144 is the literal plus 0x30 (RFC 1951, section 3.2.6).
        is_text(code.reverse_bits().wrapping_sub(0x30))
    })
}

/// The codes for the lengths of codes use up all that there can be, neither more nor less.
#[inline]
fn has_whole_code(bits: u128) -> bool {
    let low = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
    let numbers = low(bits);
    let lengths = (numbers >> 10 & 15) + 4;
    if numbers & 31 > 29 || numbers >> 5 & 31 > 29 || lengths > MOST_LENGTHS {
        return false;
    }
    let mut rest = low(bits >> 14);
    let mut used = 0;
    for _ in 0..lengths {
        // Kraft's sum in units of 1/128: a code of length n takes 2^(7-n); length 0 is no code, and
        // the mask takes its 128 away.
        used += 128 >> (rest & 7) & 127;
        if used > 128 {
            return false;
        }
        rest >>= 3;
    }
    used == 128
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::starts;

    fn deflate(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::new(level));
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn every_text_is_worth_an_attempt() {
        for level in [1, 6, 9] {
            // Once alone would not become smaller, and stay as it is.
            for times in [2, 3, 40] {
                let text = "the vault code is QXZVKWBM-amber-falcon-0417; ".repeat(times);
                let packed = [b"....", &deflate(text.as_bytes(), level)[..]].concat();
                assert!(starts(&packed).any(|at| at == 4), "{level} {times}");
            }
        }
    }

    #[test]
    fn few_of_other_bytes_are() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let noise: Vec<u8> = (0..100_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[3]
            })
            .collect();
        let worth = starts(&noise).count();
        assert!(worth < 1500, "{worth}");
    }
}
