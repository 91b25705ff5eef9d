//! Line drawing: a character set of terminals in which letters stand for the parts of frames.

use std::borrow::Cow;

/// What `` ` `` to `~` are when lines are drawn.
const DRAWN: [char; 31] = [
    '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼',
    '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// Where in a control sequence the program is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    Escape,
    /// The set that is chosen next is the first, or the second.
    Chooses(bool),
    Sequence,
}

/// The character sets that a program has chosen.
#[derive(Debug, Default)]
pub(super) struct Charset {
    place: Place,
    /// Whether lines are drawn in the first set, and in the second.
    draws: [bool; 2],
    /// The second one is in use.
    is_second: bool,
}

impl Charset {
    /// The bytes as they are in UTF-8.
    pub(super) fn translate<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut translated: Option<Vec<u8>> = None;
        for (n, byte) in bytes.iter().enumerate() {
            match (self.next(*byte), &mut translated) {
                (None, None) => {}
                (None, Some(translated)) => translated.push(*byte),
                (Some(drawn), _) => {
                    let before = || bytes.get(..n).unwrap_or_default().to_vec();
                    let translated = translated.get_or_insert_with(before);
                    translated.extend(drawn.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        translated.map_or(Cow::Borrowed(bytes), Cow::Owned)
    }

    /// The part of a frame that a byte stands for.
    fn next(&mut self, byte: u8) -> Option<char> {
        let (place, draws) = match (self.place, byte) {
            (_, 0x1b) => (Place::Escape, None),
            (Place::Escape, b'(') => (Place::Chooses(false), None),
            (Place::Escape, b')') => (Place::Chooses(true), None),
            (Place::Escape, b'[') | (Place::Sequence, 0x20..=0x3f) => (Place::Sequence, None),
            (Place::Chooses(second), chosen) => (Place::Text, Some((second, chosen == b'0'))),
            (Place::Escape | Place::Sequence, _) => (Place::Text, None),
            (Place::Text, 0x0e | 0x0f) => {
                self.is_second = byte == 0x0e;
                (Place::Text, None)
            }
            (Place::Text, 0x60..=0x7e) if self.is_drawing() => {
                return DRAWN.get(usize::from(byte - 0x60)).copied();
            }
            (Place::Text, _) => (Place::Text, None),
        };
        self.place = place;
        if let Some((second, draws)) = draws {
            let [one, two] = &mut self.draws;
            *(if second { two } else { one }) = draws;
        }
        None
    }

    fn is_drawing(&self) -> bool {
        let [one, two] = self.draws;
        if self.is_second { two } else { one }
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    fn shown(pieces: &[&str]) -> String {
        let mut charset = Charset::default();
        let translated = pieces
            .iter()
            .map(|piece| charset.translate(piece.as_bytes()).into_owned());
        let translated: Vec<Vec<u8>> = translated.collect();
        String::from_utf8(translated.concat()).unwrap()
    }

    #[test]
    fn letters_are_parts_of_frames_where_lines_are_drawn() {
        assert_eq!(
            shown(&["\x1b(", "0lqk\x1b(Bok\x1b", "(0x"]),
            "\x1b(0┌─┐\x1b(Bok\x1b(0│"
        );
        assert_eq!(shown(&["\x1b)0lq\x0elq\x0flq"]), "\x1b)0lq\x0e┌─\x0flq");
        assert_eq!(shown(&["\x1b(0\x1b[10q"]), "\x1b(0\x1b[10q");
    }
}
