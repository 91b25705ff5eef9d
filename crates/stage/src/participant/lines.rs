//! One stream of a participant's output, cut into lines.

use bytes::BytesMut;

use crate::participant::characters;

/// The longest line that is kept whole; the rest of a longer one is left out of lines (the
/// bytes themselves are kept). An escaped text of 64 KiB fits.
const MAX_LINE: usize = 512 * 1024;

/// Collects bytes until a line is complete. A line feed ends one, and so does a carriage return,
/// alone or before a line feed.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: BytesMut,
    /// The line is over its limit: skip to its end.
    skipping: bool,
    /// A carriage return has ended a line: a line feed right behind it ends no other.
    after_return: bool,
}

impl Lines {
    /// The lines that these bytes complete, without their line breaks.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, rest) = bytes.split_at(end);
            self.extend(line);
            if let Some((line_break, rest)) = rest.split_first() {
                lines.extend(self.end(*line_break));
                bytes = rest;
            }
        }
        self.extend(bytes);
        lines
    }

    /// What is left when the stream ends without a line break.
    pub(crate) fn finish(&mut self) -> Option<String> {
        (!self.partial.is_empty()).then(|| self.take())
    }

    /// What there is of the line that is not complete yet, up to the cursor.
    pub(crate) fn partial(&self) -> String {
        let (text, _) = characters::begun(&self.partial);
        text
    }

    /// Takes the first so many bytes of the line that is not complete yet.
    pub(crate) fn cut(&mut self, length: usize) -> String {
        let (text, unfinished) = characters::begun(&self.partial);
        let (taken, rest) = text.split_at_checked(length).unwrap_or((&text, ""));
        let rest = [rest.as_bytes(), unfinished].concat();
        self.partial = BytesMut::from(rest.as_slice());
        taken.to_owned()
    }

    /// The line that ends here. A carriage return behind nothing that can be seen ends none:
    /// programs return to a prompt, and blank it out, before they write over it.
    fn end(&mut self, line_break: u8) -> Option<String> {
        let after_return = std::mem::take(&mut self.after_return);
        if line_break == b'\n' {
            return (!after_return || !self.partial.is_empty()).then(|| self.take());
        }
        let line = self.take();
        let is_shown = !line.trim().is_empty();
        self.after_return = is_shown || after_return;
        is_shown.then_some(line)
    }

    fn extend(&mut self, bytes: &[u8]) {
        self.after_return &= bytes.is_empty();
        if self.skipping {
            return;
        }
        let room = MAX_LINE.saturating_sub(self.partial.len());
        self.partial
            .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        self.skipping = bytes.len() > room;
    }

    fn take(&mut self) -> String {
        self.skipping = false;
        characters::line(&self.partial.split())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy as _, any, proptest};

    use super::{Lines, MAX_LINE};

    /// All lines of a program that has printed this and ended.
    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut all = Lines::default();
        let mut lines = all.push(bytes);
        lines.extend(all.finish());
        lines
    }

    #[test]
    fn lines_end_with_a_line_feed_a_carriage_return_or_both() {
        assert_eq!(lines(b"one\r\ntwo\n\nthree"), ["one", "two", "", "three"]);
        assert_eq!(
            lines(b"one\rtwo\r\n\r\nthree\r"),
            ["one", "two", "", "three"]
        );
        assert_eq!(
            lines(b"one\r\r\ntwo"),
            ["one", "two"],
            "Windows writes it so"
        );
        assert_eq!(lines(b"\r\n\r\n"), ["", ""]);
    }

    #[test]
    fn a_prompt_that_was_painted_and_erased_leaves_nothing_before_the_line() {
        assert_eq!(lines(b"\rbob: hi\n"), ["bob: hi"]);
        assert_eq!(lines(b"> \r  \rbob: hi\n> "), ["> ", "bob: hi", "> "]);
    }

    #[test]
    fn a_mark_at_the_start_and_padding_with_zeros_are_no_text() {
        assert_eq!(lines(b"\xef\xbb\xbfwelcome\n"), ["welcome"]);
        assert_eq!(
            lines(b"bob: hi\n\0\0\0\0bob: ho\0\0\n\0\0"),
            ["bob: hi", "bob: ho", ""]
        );
        let mut padded = Lines::default();
        padded.push(b"Name: \0\0\0");
        assert_eq!(padded.partial(), "Name: ");
    }

    #[test]
    fn an_unfinished_line_ends_where_the_cursor_is() {
        let mut prompt = Lines::default();
        assert!(prompt.push(b"Name:  \x08").is_empty());
        assert_eq!(prompt.partial(), "Name: ");
        assert_eq!(prompt.cut(6), "Name: ");
        assert_eq!(prompt.push(b"welcome\n"), ["welcome"]);
    }

    #[test]
    fn of_a_character_that_is_split_over_reads_nothing_is_seen_or_lost_before_it_is_whole() {
        let mut prompt = Lines::default();
        let (one, two) = "né".as_bytes().split_at(2);
        prompt.push(one);
        assert_eq!(prompt.partial(), "n");
        assert_eq!(prompt.cut(1), "n");
        prompt.push(two);
        assert_eq!(prompt.push(b"\n"), ["é"]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut lines = Lines::default();
        assert!(lines.push(&vec![b'x'; MAX_LINE + 10]).is_empty());
        let seen = lines.push(b"yyy\nnext\n");
        assert_eq!(seen.first().map(String::len), Some(MAX_LINE));
        assert_eq!(seen.get(1).map(String::as_str), Some("next"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_the_same_however_they_arrive(
            bytes in proptest::collection::vec(
                proptest::prop_oneof![
                    any::<u8>().prop_map(|byte| vec![byte]),
                    proptest::sample::select(vec!["\r\n", "\r", "\n", "\0", "\x08", "text", "\u{feff}", "\u{4e16}"])
                        .prop_map(|text| text.as_bytes().to_vec()),
                ],
                0..200,
            ),
        ) {
            let bytes = bytes.concat();
            let mut single = Lines::default();
            let mut seen: Vec<String> =
                bytes.chunks(1).flat_map(|byte| single.push(byte)).collect();
            seen.extend(single.finish());
            assert_eq!(seen, lines(&bytes));
        }
    }
}
