//! Bytes in groups: base64, base32 and base85, wherever in a group the string begins.

use crate::transformation::Transformation;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_HEX: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
const ASCII85: &[u8; 85] =
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu";
const BASE85: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const Z85: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// All of them, at every alignment.
pub(super) fn all(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    // Base64 has three bytes in a group, base32 five and base85 four: so many places are there in a
    // group at which a string can begin, and each looks different.
    let mut all = Vec::new();
    for skip in 0..3 {
        all.push((Transformation::Base64, bits(bytes, skip, 6, BASE64)));
        all.push((Transformation::Base64Url, bits(bytes, skip, 6, BASE64_URL)));
    }
    for skip in 0..5 {
        for (transformation, alphabet) in [
            (Transformation::Base32, BASE32),
            (Transformation::Base32Hex, BASE32_HEX),
        ] {
            let upper = bits(bytes, skip, 5, alphabet);
            all.push((transformation, upper.to_ascii_lowercase()));
            all.push((transformation, upper));
        }
    }
    for skip in 0..4 {
        for (transformation, alphabet) in [
            (Transformation::Ascii85, ASCII85),
            (Transformation::Base85, BASE85),
            (Transformation::Z85, Z85),
        ] {
            all.push((transformation, groups(bytes, skip, alphabet)));
        }
    }
    all
}

/// The characters of `width` bits each that depend on nothing but the string, when it stands
/// behind `skip` other bytes.
fn bits(bytes: &[u8], skip: usize, width: usize, alphabet: &[u8]) -> Vec<u8> {
    let first = (skip * 8).div_ceil(width);
    let end = (skip + bytes.len()) * 8 / width;
    let value = |character: usize| {
        let from = character * width - skip * 8;
        (from..from + width).fold(0, |value, bit| {
            let byte = bytes.get(bit / 8).map_or(0, |byte| usize::from(*byte));
            value << 1 | (byte >> (7 - bit % 8) & 1)
        })
    };
    let characters = (first..end).filter_map(|character| alphabet.get(value(character)));
    characters.copied().collect()
}

/// The whole groups of four bytes of the string, when it is behind `skip` other bytes.
fn groups(bytes: &[u8], skip: usize, alphabet: &[u8; 85]) -> Vec<u8> {
    let whole = bytes.get((4 - skip) % 4..).unwrap_or_default();
    let mut characters = Vec::new();
    for group in whole.as_chunks::<4>().0 {
        let mut rest = u32::from_be_bytes(*group) as usize;
        let mut five = [0; 5];
        for digit in five.iter_mut().rev() {
            *digit = alphabet.get(rest % 85).copied().unwrap_or_default();
            rest /= 85;
        }
        characters.extend_from_slice(&five);
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        // RFC 4648, section 10, without the characters that padding completes.
        assert_eq!(text(bits(b"foobar", 0, 6, BASE64)), "Zm9vYmFy");
        assert_eq!(text(bits(b"fooba", 0, 5, BASE32)), "MZXW6YTB");
        assert_eq!(text(bits(b"fooba", 0, 5, BASE32_HEX)), "CPNMUOJ1");
        // ZeroMQ RFC 32, and what Python's base64 module says.
        let hello = [0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b];
        assert_eq!(text(groups(&hello, 0, Z85)), "HelloWorld");
        assert_eq!(text(groups(b"Man is d", 0, ASCII85)), "9jqo^BlbD-");
        assert_eq!(text(groups(b"Man is d", 0, BASE85)), "O<`^zX>%ZC");
    }

    #[test]
    fn what_depends_on_neighbours_is_left_out() {
        let whole = bits(b"..foobar..", 0, 6, BASE64);
        let inner = bits(b"foobar", 2, 6, BASE64);
        assert!(whole.windows(inner.len()).any(|window| window == inner));
        assert_eq!(inner.len(), 7);
        assert_eq!(groups(b"xyzMan is", 1, Z85), groups(b"Man ", 0, Z85));
    }
}
