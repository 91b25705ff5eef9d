//! Numbers to other bases than 16 and 64.

pub(super) const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(super) const BASE32_HEX: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// As PostScript writes it.
pub(super) const ASCII85: &[u8] =
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu";
/// Of RFC 1924.
pub(super) const BASE85: &[u8] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
/// Of ZeroMQ.
pub(super) const Z85: &[u8] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// RFC 4648, padded.
pub(super) fn base32(bytes: &[u8], alphabet: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for group in bytes.chunks(5) {
        let mut padded = [0; 8];
        for (place, byte) in padded.iter_mut().skip(3).zip(group) {
            *place = *byte;
        }
        let number = u64::from_be_bytes(padded);
        let digits = (group.len() * 8).div_ceil(5);
        let shifts = (0..8).map(|place| 35 - 5 * place);
        text.extend(
            shifts
                .take(digits)
                .map(|by| digit(alphabet, number >> by & 31)),
        );
        text.resize(text.len().next_multiple_of(8), b'=');
    }
    text
}

/// Four bytes become five digits; a shorter end becomes one digit more than it has bytes.
pub(super) fn base85(bytes: &[u8], alphabet: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for group in bytes.chunks(4) {
        let mut padded = [0; 4];
        for (place, byte) in padded.iter_mut().zip(group) {
            *place = *byte;
        }
        let mut number = u64::from(u32::from_be_bytes(padded));
        let mut digits = [0; 5];
        for place in digits.iter_mut().rev() {
            *place = digit(alphabet, number % 85);
            number /= 85;
        }
        text.extend(digits.iter().take(group.len() + 1));
    }
    text
}

/// The bytes as one big-endian number, as Bitcoin writes it.
pub(super) fn base58(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = number(bytes, 58);
    let digits = digits.iter().map(|value| digit(BASE58, u64::from(*value)));
    std::iter::repeat_n(b'1', zeros).chain(digits).collect()
}

/// The bytes as one decimal number, the first the highest.
pub(super) fn decimal(bytes: &[u8]) -> Vec<u8> {
    let digits = number(bytes, 10);
    digits.iter().map(|value| b'0' + value).collect()
}

/// The digits of the big-endian number that the bytes form, the highest first.
fn number(bytes: &[u8], base: u8) -> Vec<u8> {
    // Lowest first.
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            carry += u16::from(*digit) << 8;
            let [rest, _] = (carry % u16::from(base)).to_le_bytes();
            *digit = rest;
            carry /= u16::from(base);
        }
        while carry > 0 {
            let [rest, _] = (carry % u16::from(base)).to_le_bytes();
            digits.push(rest);
            carry /= u16::from(base);
        }
    }
    digits.reverse();
    digits
}

fn digit(alphabet: &[u8], value: u64) -> u8 {
    let place = usize::try_from(value).unwrap_or(usize::MAX);
    alphabet.get(place).copied().unwrap_or(b'?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // RFC 4648, section 10.
        assert_eq!(base32(b"foobar", BASE32), b"MZXW6YTBOI======");
        assert_eq!(base32(b"fooba", BASE32_HEX), b"CPNMUOJ1");
        // ZeroMQ, RFC 32.
        let hello = [0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b];
        assert_eq!(base85(&hello, Z85), b"HelloWorld");
        assert_eq!(base85(b"Man sure", ASCII85), b"9jqo^F*2M7");
        assert_eq!(base58(b"\0Hello World!"), b"12NEpo7TZRRrLZSi2U");
        assert_eq!(decimal(&[1, 0, 0]), b"65536");
        for alphabet in [ASCII85, BASE85, Z85] {
            assert_eq!(alphabet.len(), 85);
        }
    }
}
