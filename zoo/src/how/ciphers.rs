//! Ciphers that were broken centuries ago.

/// XORs with a key that repeats.
pub(super) fn xor(bytes: &[u8], key: &[u8]) -> Vec<u8> {
    let key = key.iter().cycle();
    bytes
        .iter()
        .zip(key)
        .map(|(byte, key)| byte ^ key)
        .collect()
}

/// Adds a key that repeats.
pub(super) fn add(bytes: &[u8], key: &[u8]) -> Vec<u8> {
    let key = key.iter().cycle();
    let pairs = bytes.iter().zip(key);
    pairs.map(|(byte, key)| byte.wrapping_add(*key)).collect()
}

/// Moves letters through the alphabet; the rest stays.
pub(super) fn caesar(bytes: &[u8], by: u8) -> Vec<u8> {
    bytes.iter().map(|byte| moved(*byte, by)).collect()
}

/// Shifts each letter by the next letter of the key; other characters use up none of it.
pub(super) fn vigenere(bytes: &[u8], key: &[u8]) -> Vec<u8> {
    let mut key = key.iter().cycle();
    let written = bytes.iter().map(|byte| {
        if !byte.is_ascii_alphabetic() {
            return *byte;
        }
        let by = key.next().map_or(0, |letter| letter.saturating_sub(b'a'));
        moved(*byte, by)
    });
    written.collect()
}

fn moved(byte: u8, by: u8) -> u8 {
    let first = match byte {
        b'a'..=b'z' => b'a',
        b'A'..=b'Z' => b'A',
        _ => return byte,
    };
    first + (byte - first + by) % 26
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_move_and_keep_their_case() {
        assert_eq!(caesar(b"Xyz-1", 3), b"Abc-1");
        assert_eq!(vigenere(b"attack at dawn", b"lemon"), b"lxfopv ef rnhr");
    }

    #[test]
    fn ciphers_with_numbers_can_be_undone() {
        let key = [3, 250, 17];
        assert_eq!(xor(&xor(b"some text", &key), &key), b"some text");
        let back: Vec<u8> = key.iter().map(|byte| 0_u8.wrapping_sub(*byte)).collect();
        assert_eq!(add(&add(b"some text", &key), &back), b"some text");
    }
}
