//! From a line that was printed to the pattern of all lines like it.

use regex::Regex;

/// No line that people read is longer, in bytes: a pattern of it would be large, and slow to compile.
const LONGEST: usize = 1024;

/// What is known of a line.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The capture that stands for it; nothing where it varies and says nothing.
    pub capture: Option<&'a str>,
    /// What is in the line.
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
/// stands as it is. Nothing for a line that is too long, or whose pattern does not compile.
pub fn pattern(line: &str, known: &[Known<'_>]) -> Option<String> {
    written(line, known).filter(|pattern| Whole::new(pattern).is_some())
}

/// The same, not compiled yet.
pub(crate) fn written(line: &str, known: &[Known<'_>]) -> Option<String> {
    if line.len() > LONGEST {
        return None;
    }
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
    Some(written)
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

/// Whether a name or a text is in a line.
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

/// A pattern that fits whole lines, as adapters mean it.
#[derive(Debug)]
pub(crate) struct Whole(Regex);

impl Whole {
    /// Nothing where it does not compile.
    pub(crate) fn new(pattern: &str) -> Option<Self> {
        Regex::new(&format!("^(?:{pattern})$")).ok().map(Self)
    }

    /// What it captures, where it fits.
    pub(crate) fn captured(&self, line: &str, capture: &str) -> Option<String> {
        let found = self.0.captures(line)?;
        let group = found.name(capture);
        Some(group.map_or_else(String::new, |group| group.as_str().to_owned()))
    }

    /// Whether it fits.
    pub(crate) fn fits(&self, line: &str) -> bool {
        self.0.is_match(line)
    }
}

/// Whether a pattern fits a whole line.
pub(crate) fn fits(pattern: &str, line: &str) -> bool {
    Whole::new(pattern).is_some_and(|whole| whole.fits(line))
}

#[cfg(test)]
mod tests {
    use super::{Known, Whole, pattern};

    #[test]
    fn a_line_that_is_too_long_or_whose_pattern_does_not_compile_has_none() {
        let carol = [Known::of("who", "carol")];
        let left = |tail: &str| pattern(&format!("* carol left {tail}"), &carol);
        assert!(left("the room").is_some());
        assert_eq!(left(&"1a".repeat(20_000)), None);
        // Each name of a capture stands once.
        let twice = [Known::of("who", "carol"), Known::of("who", "bob")];
        assert_eq!(pattern("carol and bob", &twice), None);
    }

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
            let pattern = of(line).unwrap();
            let whole = Whole::new(&pattern).unwrap();
            assert_eq!(
                whole.captured(other, "from").as_deref(),
                Some("eve"),
                "{pattern}"
            );
            assert_eq!(
                whole.captured(other, "text").as_deref(),
                Some("hm"),
                "{pattern}"
            );
            assert_eq!(whole.captured("something else", "text"), None, "{pattern}");
        }
    }
}
