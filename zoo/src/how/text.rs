//! What is done to characters and lines.

/// Every character by itself; what is no UTF-8 is replaced.
pub(super) fn each(bytes: &[u8], as_text: impl Fn(char) -> String) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(as_text).collect::<String>().into_bytes()
}

pub(super) fn utf16(bytes: &[u8], order: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    text.encode_utf16().flat_map(order).collect()
}

pub(super) fn utf32(bytes: &[u8], order: impl Fn(u32) -> [u8; 4]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    text.chars().flat_map(|c| order(u32::from(c))).collect()
}

/// In lines of so many bytes.
pub(super) fn lines(bytes: &[u8], length: usize) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.chunks(length).collect();
    lines.join(&b'\n')
}
