//! One number for each byte.

/// Each byte as a text, with something between two.
pub(super) fn each(bytes: &[u8], between: &str, as_text: impl Fn(u8) -> String) -> Vec<u8> {
    let texts: Vec<String> = bytes.iter().map(|byte| as_text(*byte)).collect();
    texts.join(between).into_bytes()
}

/// A letter for each half of a byte, the lower one first.
pub(super) fn halves(byte: u8) -> String {
    let letters = [byte & 15, byte >> 4].map(|half| char::from(b'a' + half));
    letters.iter().collect()
}
