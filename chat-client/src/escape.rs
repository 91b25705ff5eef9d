//! Text from others made harmless and visible, reversibly.
//!
//! A terminal obeys what it is sent: received text could clear the screen, write to the
//! clipboard or turn a name around. So everything that is not plainly visible is shown as a
//! backslash escape, and the backslash itself too, so that no two texts look alike.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

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
        || is_ignorable(c)
        // Line and paragraph separators, interlinear annotations.
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

/// Unicode's `Default_Ignorable_Code_Point`: what is shown as nothing by whoever does not know it. It contains
/// direction controls, joiners, fillers, variation selectors and tags, and room for those of later versions.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
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
            push_letter(letter, after, &mut push);
        }
    }
    pieces
}

/// One grapheme. What has no width is shown only where it does something to what is shown right before it.
fn push_letter(letter: &str, after: Option<char>, push: &mut impl FnMut(&str, bool)) {
    let (mut parts, mut marks) = (0, 0);
    let mut before = None;
    let mut rest = letter.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let shown = if is_joiner(c) {
            before.is_some_and(|before| joins(c, before, next, after)) && parts < MOST_PARTS
        } else if is_selector(c) {
            before.is_some_and(|before| selects(c, before))
        } else if is_hidden(c) {
            false
        } else if c.width() == Some(0) {
            marks += 1;
            before.is_some() && marks <= MOST_MARKS
        } else {
            parts += 1;
            parts <= MOST_PARTS
        };
        if shown {
            push(c.encode_utf8(&mut [0; 4]), false);
        } else {
            push(&c.escape_unicode().to_string(), true);
        }
        before = shown.then_some(c);
    }
}

/// Marks on one letter: no language has more, and many more cover the lines around.
const MOST_MARKS: usize = 6;

/// Parts with a width in one letter or emoji: two people with colours of their skin, a heart and a kiss. A terminal
/// shows any number of them as one.
const MOST_PARTS: usize = 6;

/// The three flags that are written with tags; any other tags hide something.
const FLAGS: [&str; 3] = [
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Says how an emoji looks; of the others, none is needed in a chat.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// Whether a selector changes how this character looks. Elsewhere it is shown as nothing, and a row of such can carry
/// anything.
fn selects(selector: char, before: char) -> bool {
    let width = |selector: char| String::from_iter([before, selector]).width();
    let is_square = matches!(before, '\u{1f200}'..='\u{1f2ff}');
    is_selector(selector) && width('\u{fe0f}') == 2 && (is_square || width('\u{fe0e}') == 1)
}

/// Whether a joiner does what it is there for: inside an emoji of several parts (UAX 29), or between two letters of a
/// script that is written with joiners (UAX 31).
fn joins(c: char, before: char, next: Option<char>, after: Option<char>) -> bool {
    let is_joined = |c: char| is_of_joining_script(c) && !is_hidden(c);
    let is_part = c == '\u{200d}' && next.is_some_and(|next| next.width() > Some(0));
    let is_between = is_joined(before) && next.is_none() && after.is_some_and(is_joined);
    is_part || is_between
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
