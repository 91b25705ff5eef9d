//! Numbers and words in what was sent, one after another.

use std::ops::Range;

use super::traffic::Span;

/// Bytes of a message that are examined.
pub(super) const MOST: usize = 16 * 1024;

/// The part of a message that is examined.
pub(super) fn bounded<'a>(span: &Span<'a>) -> &'a [u8] {
    span.bytes.get(..MOST).unwrap_or(span.bytes)
}

/// Every decimal number.
pub(super) fn decimals(bytes: &[u8]) -> Vec<Range<usize>> {
    runs(bytes, |byte| byte.is_ascii_digit())
        .filter(|run| {
            // Digits within a word are a part of it.
            let before = run.start.checked_sub(1).and_then(|at| bytes.get(at));
            let behind = bytes.get(run.end);
            [before, behind]
                .into_iter()
                .flatten()
                .all(|byte| !byte.is_ascii_alphabetic())
        })
        .collect()
}

/// Every word of letters, digits and the signs of base64 that is long enough to hold a
/// ciphertext.
pub(super) fn words(bytes: &[u8]) -> Vec<Range<usize>> {
    const SHORTEST: usize = 8;
    let is_in =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    runs(bytes, is_in)
        .filter(|run| run.len() >= SHORTEST)
        .collect()
}

fn runs(bytes: &[u8], is_in: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let begin = at + bytes.get(at..)?.iter().position(|byte| is_in(*byte))?;
        let rest = bytes.get(begin..)?.iter();
        at = begin + rest.take_while(|byte| is_in(**byte)).count();
        Some(begin..at)
    })
}
