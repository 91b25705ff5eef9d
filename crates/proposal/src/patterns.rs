//! From a line that was printed to the pattern of all lines like it.

use regex::Regex;

/// What is known of a line.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The capture that stands for it; nothing where it varies and says nothing.
    pub capture: Option<&'a str>,
    /// What stands in the line.
    pub value: &'a str,
}

impl<'a> Known<'a> {
    /// The name of somebody.
    pub(crate) fn of(capture: &'a str, value: &'a str) -> Self {
        let capture = Some(capture);
        Self { capture, value }
    }

    /// What varies and says nothing.
    pub(crate) fn varying(value: &'a str) -> Self {
        let capture = None;
        Self { capture, value }
    }

    fn group(self) -> String {
        // A text has blanks, a name has none.
        let inner = if self.value.contains(' ') {
            ".*"
        } else {
            r"[\w-]+"
        };
        match self.capture {
            Some(capture) => format!("(?<{capture}>{inner})"),
            None => inner.to_owned(),
        }
    }
}

/// The pattern of a line: what is known becomes a capture, once each, numbers may be other numbers, and the rest
/// stands as it is.
pub fn pattern(line: &str, known: &[Known<'_>]) -> String {
    let mut places: Vec<(usize, usize, String)> = Vec::new();
    for one in known {
        let place = whole_words(line, one.value).into_iter().find(|(from, to)| {
            places
                .iter()
                .all(|(other, end, _)| to <= other || from >= end)
        });
        places.extend(place.map(|(from, to)| (from, to, one.group())));
    }
    places.sort();
    let mut written = String::new();
    let mut end = 0;
    for (from, to, group) in places {
        written.push_str(&literal(line.get(end..from).unwrap_or_default()));
        written.push_str(&group);
        end = to;
    }
    written.push_str(&literal(line.get(end..).unwrap_or_default()));
    written
}

/// Where a value stands, and not as a part of a word.
fn whole_words(line: &str, value: &str) -> Vec<(usize, usize)> {
    let places = line
        .match_indices(value)
        .map(|(from, found)| (from, from + found.len()));
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    places
        .filter(|(from, to)| {
            let before = line.get(..*from).and_then(|text| text.chars().next_back());
            let after = line.get(*to..).and_then(|text| text.chars().next());
            !is_part(before) && !is_part(after)
        })
        .collect()
}

/// Whether a name or a text stands in a line.
pub(crate) fn holds(line: &str, value: &str) -> bool {
    !whole_words(line, value).is_empty()
}

fn literal(text: &str) -> String {
    let escaped = regex::escape(text);
    let mut written = String::new();
    for c in escaped.chars() {
        match c {
            '0'..='9' if written.ends_with(r"\d+") => {}
            '0'..='9' => written.push_str(r"\d+"),
            c => written.push(c),
        }
    }
    written
}

/// Whether a pattern fits a whole line, as adapters mean it; with what it captures.
pub(crate) fn captured(pattern: &str, line: &str, capture: &str) -> Option<String> {
    let whole = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    let found = whole.captures(line)?;
    Some(
        found
            .name(capture)
            .map_or_else(String::new, |group| group.as_str().to_owned()),
    )
}

/// Whether a pattern fits a whole line.
pub(crate) fn fits(pattern: &str, line: &str) -> bool {
    captured(pattern, line, "").is_some()
}

#[cfg(test)]
mod tests {
    use super::{Known, captured, pattern};

    #[test]
    fn a_line_becomes_the_pattern_of_all_lines_like_it() {
        let of = |line| {
            pattern(
                line,
                &[
                    Known::of("text", "hello, all of you"),
                    Known::of("from", "bob"),
                ],
            )
        };
        for (line, other) in [
            ("bob: hello, all of you", "eve: hm"),
            ("<bob> hello, all of you", "<eve> hm"),
            (
                "[12:03:59] bob (2): hello, all of you",
                "[1:4:05] eve (13): hm",
            ),
            (
                r#"{"from": "bob", "text": "hello, all of you"}"#,
                r#"{"from": "eve", "text": "hm"}"#,
            ),
            (
                "bobby? no, bob says hello, all of you!",
                "bobby? no, eve says hm!",
            ),
        ] {
            let pattern = of(line);
            assert_eq!(
                captured(&pattern, other, "from").as_deref(),
                Some("eve"),
                "{pattern}"
            );
            assert_eq!(
                captured(&pattern, other, "text").as_deref(),
                Some("hm"),
                "{pattern}"
            );
            assert_eq!(
                captured(&pattern, "something else", "text"),
                None,
                "{pattern}"
            );
        }
    }
}
