//! How text is written in the lines of a client.

use std::borrow::Cow;
use std::fmt::Write as _;

closed_list! {
    /// How text is written in the lines of a client.
    #[derive(Default)]
    pub enum Escapes {
        /// verbatim; text with line breaks cannot be typed
        #[default]
        Raw,
        /// `\\`, `\n`, `\r`, `\t` and `\u{1b}`
        Backslash,
    }
}

impl Escapes {
    /// The text as it is typed; `None` where it cannot be: a line break in a raw line.
    pub fn escape(self, text: &str) -> Option<String> {
        match self {
            Self::Raw => (!text.contains(['\n', '\r', '\0'])).then(|| text.to_owned()),
            Self::Backslash => Some(text.chars().fold(String::new(), escape_one)),
        }
    }

    /// The text that a line means. An escape that nobody knows stands for itself.
    pub fn unescape(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Raw => Cow::Borrowed(text),
            Self::Backslash if !text.contains('\\') => Cow::Borrowed(text),
            Self::Backslash => Cow::Owned(unescape(text)),
        }
    }
}

fn escape_one(mut line: String, c: char) -> String {
    match c {
        '\\' => line.push_str("\\\\"),
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        c if c.is_control() => {
            write!(line, "\\u{{{:x}}}", u32::from(c)).expect("a string takes every text");
        }
        c => line.push(c),
    }
    line
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (c, length) = one_escape(after).unwrap_or(('\\', 0));
        plain.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// What follows a backslash, and how many bytes it takes.
fn one_escape(after: &str) -> Option<(char, usize)> {
    match after.chars().next()? {
        '\\' => Some(('\\', 1)),
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        'u' => {
            let (digits, _) = after.strip_prefix("u{")?.split_once('}')?;
            let good =
                (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let number = good.then(|| u32::from_str_radix(digits, 16).ok())??;
            Some((char::from_u32(number)?, digits.len() + 3))
        }
        _ => None,
    }
}
