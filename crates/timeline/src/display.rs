//! How values look to people: text that others wrote, bytes, and lengths of time. Every report
//! and every screen shows them through these functions, so they look the same everywhere.

use std::fmt::Write as _;
use std::time::Duration;

/// Foreign text as one line that cannot do anything: each [hidden](is_hidden) character, a
/// line break or tab among them, becomes an escape such as `\n` or `\u{202e}`. All other text
/// stays as it is. It is for reading: a backslash stays a backslash, so it cannot be undone.
pub fn visible(text: &str) -> String {
    // Nearly always.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a terminal or browser would obey the character, or a reader could overlook it.
///
/// These are the Unicode categories Control (C0, DEL and C1), Format (bidi controls, joiners,
/// tags), Line Separator and Paragraph Separator, and everything that may be drawn as nothing
/// (`Default_Ignorable_Code_Point`: variation selectors, fillers, unassigned ranges reserved
/// for more of the kind). Anything less lets someone reorder a line, hide a payload in it or
/// make two names look alike. The price: emoji that are joined or styled show their parts.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        // Controls.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Soft hyphen, joiners, fillers and vowels without a glyph.
        | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        // Numbers and abbreviations that change how the signs behind them are drawn.
        | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        // Zero width, direction, line and paragraph separators.
        | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Variation selectors, shorthand and music, tags.
        | '\u{fe00}'..='\u{fe0f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Lower-case hexadecimal digits, with `between` between every two bytes.
pub fn hex(bytes: &[u8], between: &str) -> String {
    let mut digits = String::with_capacity(bytes.len() * (2 + between.len()));
    for (n, byte) in bytes.iter().enumerate() {
        if n > 0 {
            digits.push_str(between);
        }
        // Writing to a string does not fail.
        write!(digits, "{byte:02x}").ok();
    }
    digits
}

/// `1.042 s`; what is less than a millisecond is cut off.
pub fn seconds(length: Duration) -> String {
    format!("{}.{:03} s", length.as_secs(), length.subsec_millis())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    /// The set as the Unicode tables of others have it.
    const HIDDEN: &str = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]";

    #[test]
    fn hidden_is_what_unicode_calls_control_format_separator_or_ignorable() {
        let hidden = Regex::new(HIDDEN).unwrap();
        for c in '\0'..=char::MAX {
            let by_table = hidden.is_match(c.encode_utf8(&mut [0; 4]));
            assert_eq!(is_hidden(c), by_table, "{c:?}");
        }
    }

    #[test]
    fn a_line_break_is_shown_and_text_stays_text() {
        assert_eq!(visible("a\r\n\tb"), r"a\r\n\tb");
        assert_eq!(
            visible("gpj.\u{202e}exe\u{1b}[2J"),
            r"gpj.\u{202e}exe\u{1b}[2J"
        );
        for plain in ["", "a \\ \"b\"", "ünï 日本 🦀", "e\u{301}", "עברית"] {
            assert_eq!(visible(plain), plain);
        }
    }

    #[test]
    fn bytes_and_lengths_look_the_same_everywhere() {
        assert_eq!(hex(&[0, 0xa9, 0xff], ""), "00a9ff");
        assert_eq!(hex(&[0, 0xa9, 0xff], " "), "00 a9 ff");
        assert_eq!(hex(&[], " "), "");
        assert_eq!(seconds(Duration::from_micros(1_042_999)), "1.042 s");
    }

    /// Text of which a good part is hidden.
    fn hostile() -> impl Strategy<Value = String> {
        let all = prop_oneof![
            any::<char>(),
            proptest::char::range('\0', '\u{a0}'),
            proptest::char::range('\u{2000}', '\u{206f}'),
            proptest::char::range('\u{fe00}', '\u{ffff}'),
            proptest::char::range('\u{e0000}', '\u{e0fff}')
        ];
        proptest::collection::vec(all, 0..40).prop_map(|all| all.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left_and_nothing_visible_is_lost(text in hostile()) {
            let shown = visible(&text);
            prop_assert!(!shown.contains(is_hidden), "{shown:?}");
            prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
            prop_assert_eq!(shown.lines().count(), usize::from(!shown.is_empty()));
            prop_assert_eq!(visible(&shown), shown.clone());
            let mut rest = shown.chars();
            for c in text.chars().filter(|c| !is_hidden(*c)) {
                prop_assert!(rest.any(|one| one == c), "{c:?} of {text:?}");
            }
        }
    }
}
