//! Which texts can name a client.

/// Why a text cannot name a client.
pub(crate) fn bad_name(text: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    if text.is_empty() {
        Some("a name needs at least one character")
    } else if text.len() > 32 {
        Some("longer than 32 characters")
    } else if !text.chars().all(allowed) {
        Some("only a-z, 0-9, `_` and `-` are allowed")
    } else if text.starts_with(['_', '-']) {
        Some("must begin with a letter or a digit")
    } else if matches!(text, "relay" | "all" | "harness") {
        Some("this word is reserved")
    } else {
        None
    }
}
