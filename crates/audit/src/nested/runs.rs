//! Long words of one alphabet, decoded: what they say may be written in yet another way.

use super::{Transformation, Undone, number};

/// Shorter words say too little.
const SHORTEST: usize = 32;

/// The longest number that is turned into bytes: its cost grows with the square.
const LONGEST_NUMBER: usize = 8 * 1024;

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Every long word, in each alphabet that it may be of. All of them are parts of that of base64.
pub(super) fn decode(text: &[u8]) -> Vec<Undone> {
    let mut all = Vec::new();
    for (at, word) in long_words(text) {
        let url = word.iter().any(|byte| b"-_".contains(byte));
        let transformation = if url {
            Transformation::Base64Url
        } else {
            Transformation::Base64
        };
        all.push(undone(transformation, at, bits(word, 6, base64)));
        for (from, digits) in words(word, |byte| byte.is_ascii_hexdigit()) {
            let bytes = bits(digits, 4, hex);
            all.push(undone(Transformation::Hex, at + from, bytes));
        }
        for (from, letters) in words(word, |byte| base32(byte).is_some()) {
            let bytes = bits(letters, 5, base32);
            all.push(undone(Transformation::Base32, at + from, bytes));
        }
        for (from, digits) in words(word, |byte| byte.is_ascii_digit()) {
            let number = as_number(Transformation::BigInteger, at + from, digits, 10, hex);
            all.extend(number);
        }
        for (from, letters) in words(word, |byte| base58(byte).is_some()) {
            let number = as_number(Transformation::Base58, at + from, letters, 58, base58);
            all.extend(number);
        }
    }
    all
}

/// Words of base64, with their places. Where the last byte of as many as a word needs is none of
/// it, the word begins behind that byte or not at all: most bytes are never examined.
fn long_words(text: &[u8]) -> Vec<(usize, &[u8])> {
    let belongs = |byte: &u8| base64(*byte).is_some();
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(first) = text.get(from..from + SHORTEST) {
        if let Some(last) = first.iter().rposition(|byte| !belongs(byte)) {
            from += last + 1;
            continue;
        }
        let behind = text.get(from..).unwrap_or_default();
        let length = behind.iter().take_while(|byte| belongs(byte)).count();
        all.push((from, behind.get(..length).unwrap_or_default()));
        from += length;
    }
    all
}

fn undone(transformation: Transformation, at: usize, bytes: Vec<u8>) -> Undone {
    Undone {
        transformation,
        at,
        bytes,
    }
}

fn as_number(
    transformation: Transformation,
    at: usize,
    word: &[u8],
    base: u32,
    value: fn(u8) -> Option<u8>,
) -> Option<Undone> {
    let digits: Vec<u8> = word.iter().filter_map(|byte| value(*byte)).collect();
    (digits.len() <= LONGEST_NUMBER)
        .then(|| undone(transformation, at, number::bytes(&digits, base)))
}

/// Words of bytes that belong to an alphabet, with their places.
fn words(text: &[u8], belongs: impl Fn(u8) -> bool) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    let parts = text.split(move |byte| !belongs(*byte)).map(move |word| {
        let at = next;
        next += word.len() + 1;
        (at, word)
    });
    parts.filter(|(_, word)| word.len() >= SHORTEST)
}

/// Characters of so many bits each, laid together; what does not fill a byte is left out.
fn bits(word: &[u8], width: u32, value: fn(u8) -> Option<u8>) -> Vec<u8> {
    let (mut held, mut count) = (0u32, 0);
    let mut bytes = Vec::with_capacity(word.len());
    for value in word.iter().filter_map(|byte| value(*byte)) {
        // At most 7 bits are left over and at most 6 come in: 16 are room enough.
        held = (held << width | u32::from(value)) & 0xffff;
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(held >> count & 0xff).unwrap_or_default());
        }
    }
    bytes
}

#[inline]
fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[inline]
fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[inline]
fn base32(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

#[inline]
fn base58(byte: u8) -> Option<u8> {
    let place = BASE58.iter().position(|one| *one == byte);
    place.and_then(|place| u8::try_from(place).ok())
}
