//! One stream of a participant's output, cut into lines.

use bytes::BytesMut;

/// The longest line that is kept whole; the rest of a longer one is left out of lines (the
/// bytes themselves are kept). An escaped text of 64 KiB fits.
const MAX_LINE: usize = 512 * 1024;

/// Collects bytes until a line is complete.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: BytesMut,
    /// The line is over its limit: skip to its end.
    skipping: bool,
}

impl Lines {
    /// The lines that these bytes complete, without their line breaks.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            self.extend(line);
            lines.push(self.take());
            bytes = rest.split_first().map_or(&[], |(_, rest)| rest);
        }
        self.extend(bytes);
        lines
    }

    /// What is left when the stream ends without a line break.
    pub(crate) fn finish(&mut self) -> Option<String> {
        (!self.partial.is_empty()).then(|| self.take())
    }

    /// What there is of the line that is not complete yet.
    pub(crate) fn partial(&self) -> String {
        String::from_utf8_lossy(&self.partial).into_owned()
    }

    /// Takes the first so many bytes of the line that is not complete yet.
    pub(crate) fn cut(&mut self, length: usize) -> String {
        let length = length.min(self.partial.len());
        String::from_utf8_lossy(&self.partial.split_to(length)).into_owned()
    }

    fn extend(&mut self, bytes: &[u8]) {
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
        let line = self.partial.split();
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        String::from_utf8_lossy(line).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, MAX_LINE};

    #[test]
    fn lines_do_not_depend_on_how_bytes_arrive() {
        let text = b"one\r\ntwo\n\nthree";
        let mut whole = Lines::default();
        let mut expected = whole.push(text);
        expected.extend(whole.finish());
        assert_eq!(expected, ["one", "two", "", "three"]);
        let mut single = Lines::default();
        let mut seen: Vec<String> = text.chunks(1).flat_map(|byte| single.push(byte)).collect();
        seen.extend(single.finish());
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut lines = Lines::default();
        assert!(lines.push(&vec![b'x'; MAX_LINE + 10]).is_empty());
        let seen = lines.push(b"yyy\nnext\n");
        assert_eq!(seen.first().map(String::len), Some(MAX_LINE));
        assert_eq!(seen.get(1).map(String::as_str), Some("next"));
    }
}
