//! Text from others made harmless and visible, reversibly.
//!
//! A terminal obeys what it is sent: received text could clear the screen, write to the
//! clipboard or turn a name around. So everything that is not plainly visible is shown as a
//! backslash escape, and the backslash itself too, so that no two texts look alike.

/// The text with every hidden character and every backslash escaped.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_hidden(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The text that [`escape`] was given.
///
/// # Errors
///
/// [`InvalidEscape`] for a backslash that begins none of `\\`, `\n`, `\r`, `\t`, `\u{1b}`.
pub fn unescape(text: &str) -> Result<String, InvalidEscape> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (c, length) = one_escape(after).ok_or_else(|| InvalidEscape::at(after))?;
        plain.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    Ok(plain)
}

/// The character that an escape stands for, and its length, both after the backslash.
fn one_escape(after: &str) -> Option<(char, usize)> {
    let simple = |c| Some((c, 1));
    match after.chars().next()? {
        '\\' => simple('\\'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'u' => {
            let (digits, _) = after.strip_prefix("u{")?.split_once('}')?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !plain || !(1..=6).contains(&digits.len()) {
                return None;
            }
            let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
            Some((c, digits.len() + 3))
        }
        _ => None,
    }
}

/// Whether a terminal would obey the character, or a reader not see it.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, joiners and fillers without a glyph.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            // Direction: marks, embeddings, overrides, isolates and their deprecated kin.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            // Line and paragraph separators, interlinear annotations, tags.
            | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A backslash that begins no escape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\\{0} is no escape: use \\\\ \\n \\r \\t or \\u{{1b}}")]
pub struct InvalidEscape(String);

impl InvalidEscape {
    /// Shows what followed the backslash, a few characters of it.
    fn at(after: &str) -> Self {
        Self(after.chars().take(6).collect())
    }
}
