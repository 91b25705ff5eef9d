//! One number for each byte.

/// Each byte as a text, with something between two.
pub(super) fn each(bytes: &[u8], between: &str, as_text: impl Fn(u8) -> String) -> Vec<u8> {
    let texts: Vec<String> = bytes.iter().map(|byte| as_text(*byte)).collect();
    texts.join(between).into_bytes()
}
