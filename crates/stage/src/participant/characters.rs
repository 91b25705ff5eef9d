//! From the bytes of a line on a pipe to the text that a person would see.

use std::borrow::Cow;

/// What some programs write before all else, and some before each line: U+FEFF.
const BYTE_ORDER_MARK: char = '\u{feff}';

const BACKSPACE: char = '\u{8}';

/// The text of a whole line.
pub(super) fn line(bytes: &[u8]) -> String {
    shown(&String::from_utf8_lossy(bytes)).0
}

/// The text of a line that has not ended, up to the cursor, and the bytes of a character behind it
/// that is not whole yet.
pub(super) fn begun(bytes: &[u8]) -> (String, &[u8]) {
    let (whole, unfinished) = bytes.split_at(bytes.len() - unfinished(bytes));
    let (mut text, cursor) = shown(&String::from_utf8_lossy(whole));
    text.truncate(cursor);
    (text, unfinished)
}

/// What is seen of a text, and where the cursor is in it: a zero byte is nothing, and a
/// backspace lets the next character take the place of the last one.
fn shown(text: &str) -> (String, usize) {
    let text = text.trim_start_matches('\0');
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let text: Cow<'_, str> = if text.contains('\0') {
        text.replace('\0', "").into()
    } else {
        text.into()
    };
    if !text.contains(BACKSPACE) {
        let cursor = text.len();
        return (text.into_owned(), cursor);
    }
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    for c in text.chars() {
        if c == BACKSPACE {
            behind.extend(before.pop());
        } else {
            behind.pop();
            before.push(c);
        }
    }
    let mut text: String = before.into_iter().collect();
    let cursor = text.len();
    let behind: String = behind.into_iter().rev().collect();
    // Blanks that erase what stood there.
    text.push_str(behind.trim_end());
    (text, cursor)
}

/// How many bytes at the end may be the beginning of a character.
pub(super) fn unfinished(bytes: &[u8]) -> usize {
    let ends_too_soon = |length: &usize| {
        let tail = bytes.get(bytes.len() - length..).unwrap_or_default();
        std::str::from_utf8(tail)
            .is_err_and(|why| why.valid_up_to() == 0 && why.error_len().is_none())
    };
    (1..=bytes.len().min(3)).find(ends_too_soon).unwrap_or(0)
}
