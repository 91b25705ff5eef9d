//! Bytes that are no UTF-8. The parser of terminals leaves them out; a person would see that something
//! is there.

use crate::participant::characters::unfinished;

/// What the parser is given in place of U+FFFD: a character of private use, as wide as that.
const STAND_IN: char = '\u{10fffd}';

/// The beginning of a character whose rest is yet to come.
#[derive(Debug, Default)]
pub(super) struct Encoding {
    begun: Vec<u8>,
}

impl Encoding {
    /// These bytes as text, but for a character at the end that is not whole yet.
    pub(super) fn read(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        self.begun = all.split_off(all.len() - unfinished(&all));
        text(&all)
    }

    /// What never became a character.
    pub(super) fn finish(&mut self) -> String {
        text(&std::mem::take(&mut self.begun))
    }
}

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.replace(
        char::REPLACEMENT_CHARACTER,
        STAND_IN.encode_utf8(&mut [0; 4]),
    )
}

/// A text of the screen as it is shown.
pub(super) fn with_replacements(text: String) -> String {
    if text.contains(STAND_IN) {
        text.replace(STAND_IN, "\u{fffd}")
    } else {
        text
    }
}
