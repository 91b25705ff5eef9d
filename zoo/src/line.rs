//! Lines that people type and programs print: reading one, and escaping text so that one
//! message is one line, as `docs/client-lines.md` says.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The longest line: a text of 64 KiB that is all escapes.
const MAX_LINE: u64 = 512 * 1024;

/// Stands for an empty list of names.
const NOBODY: &str = "nobody";

/// Names with commas; a word even when there is none.
pub(crate) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        NOBODY.to_owned()
    } else {
        names.join(",")
    }
}

/// The next line without its line break; `None` at the end.
///
/// # Errors
///
/// Those of the reader; also a line that is too long or not UTF-8.
pub(crate) async fn read_line(
    reader: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut bytes).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() as u64 >= MAX_LINE {
        return Err(io::Error::other("a line is too long"));
    }
    String::from_utf8(bytes).map(Some).map_err(io::Error::other)
}

/// One line from any text.
pub(crate) fn escape(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if c.is_control() => line.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => line.push(c),
        }
    }
    line
}

/// The text of a line; everything but escapes stays as it is.
pub(crate) fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let (c, length) = escaped(after).unwrap_or(('\\', 0));
        text.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The character that an escape stands for, and how many bytes the escape has.
fn escaped(after: &str) -> Option<(char, usize)> {
    if let Some(digits) = after.strip_prefix("u{") {
        let (digits, _) = digits.split_once('}')?;
        let c = u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)?;
        return Some((c, digits.len() + 3));
    }
    let c = match after.chars().next()? {
        '\\' => '\\',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    };
    Some((c, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_one_line_and_comes_back() {
        for text in [
            "",
            "\\",
            "\\n",
            "a\r\nb\t\u{1b}[31m",
            "ünï ⛵",
            "\\u{zz}",
            "\\x",
        ] {
            let line = escape(text);
            assert!(!line.chars().any(char::is_control), "{line}");
            assert_eq!(unescape(&line), text);
        }
    }
}
