//! Text from others made harmless and visible, reversibly.
//!
//! A terminal obeys what it is sent: received text could clear the screen, write to the
//! clipboard or turn a name around. So everything that is not plainly visible is shown as a
//! backslash escape, and the backslash itself too, so that no two texts look alike.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

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

/// A part of a text as people are shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is shown: as it was written, or an escape that stands for one character.
    pub text: String,
    /// Whether it is such an escape.
    pub is_escape: bool,
}

/// The text for people's eyes: letters and emoji of several parts as they are, and escapes for what a terminal would
/// obey or what could hide something. Not reversible. Line feeds stay; a tab is four blanks.
pub fn visible(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |text: &str, is_escape: bool| match pieces.last_mut() {
        Some(last) if last.is_escape == is_escape => last.text.push_str(text),
        _ => pieces.push(Piece {
            text: text.to_owned(),
            is_escape,
        }),
    };
    let mut before = None;
    let mut letters = text.graphemes(true).peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().and_then(|next| next.chars().next());
        if FLAGS.contains(&letter) {
            push(letter, false);
        } else if matches!(letter, "\n" | "\r\n") {
            push("\n", false);
        } else if letter == "\t" {
            push("    ", false);
        } else {
            let mut marks = 0;
            let mut rest = letter.chars().peekable();
            while let Some(c) = rest.next() {
                let next = rest.peek().copied();
                marks += usize::from(c.width() == Some(0) && !is_hidden(c));
                let shown = marks <= MOST_MARKS
                    && (!hides(c) || joins(c, before, next, after))
                    && !(is_selector(c) && before.is_none_or(is_selector));
                if shown {
                    push(c.encode_utf8(&mut [0; 4]), false);
                } else {
                    push(&c.escape_unicode().to_string(), true);
                }
                before = Some(c);
            }
        }
        before = letter.chars().last();
    }
    pieces
}

/// Marks on one letter: no language has more, and many more cover the lines around.
const MOST_MARKS: usize = 6;

/// The three flags that are written with tags; any other tags hide something.
const FLAGS: [&str; 3] = [
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// Says how an emoji looks; of the others, none is needed in a chat, and a row of them can carry anything.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

fn hides(c: char) -> bool {
    is_hidden(c) || matches!(c, '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a joiner does what it is there for: inside an emoji of several parts (UAX 29), or between two letters of a
/// script that is written with joiners (UAX 31).
fn joins(c: char, before: Option<char>, next: Option<char>, after: Option<char>) -> bool {
    let is_joined = |c: Option<char>| c.is_some_and(|c| is_of_joining_script(c) && !hides(c));
    let is_part = c == '\u{200d}' && next.is_some_and(|next| next.width() > Some(0));
    let is_between = is_joined(before) && next.is_none() && is_joined(after);
    is_part || (matches!(c, '\u{200c}' | '\u{200d}') && is_between)
}

/// Arabic, Syriac and their kin; the scripts of India; Burmese and Khmer.
fn is_of_joining_script(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// A backslash that begins no escape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\\{0} is not an escape: use \\\\ \\n \\r \\t or \\u{{1b}}")]
pub struct InvalidEscape(String);

impl InvalidEscape {
    /// Shows what followed the backslash, a few characters of it.
    fn at(after: &str) -> Self {
        Self(after.chars().take(6).collect())
    }
}
