//! What a program shows on a terminal, as lines.
//!
//! On the **main screen** a line is complete when the cursor leaves it: by a line feed, or
//! because the program moves elsewhere. What is painted again at the same place with the
//! same text is not shown again. A line that was wrapped at the edge is one line.
//!
//! On the **alternate screen**, where programs paint whole frames, every row is a line. It is
//! taken when the cursor leaves it, and a text counts once: rows move when a list scrolls.
//!
//! Bytes are cut at line feeds and after each control sequence, so that what is seen does
//! not depend on how they arrive.

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use vt100::{Callbacks, Parser};

/// The longest line that is kept whole.
const MAX_LINE: usize = 512 * 1024;

/// Line feed, vertical tab, form feed: terminals take all of them for a line feed.
const FEEDS: [u8; 3] = [0x0a, 0x0b, 0x0c];

/// Different rows of the alternate screen that are remembered.
const MAX_ROWS: usize = 100_000;

/// The screen of one program.
pub(crate) struct Screen {
    parser: Parser<Answers>,
    splitter: LineSplitter,
    /// What each row of the main screen was last taken for.
    taken: Vec<Option<String>>,
    /// What rows of the alternate screen were taken.
    painted: BTreeSet<String>,
    /// The beginning of the current line that has scrolled off.
    above: String,
    /// The beginning of the current line that was taken before its end.
    cut: String,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}

impl Screen {
    /// An empty screen.
    pub(crate) fn new(columns: NonZeroU16, rows: NonZeroU16) -> Self {
        Self {
            parser: Parser::new_with_callbacks(rows, columns, 0, Answers::default()),
            splitter: LineSplitter::Text,
            taken: vec![None; usize::from(rows.get())],
            painted: BTreeSet::new(),
            above: String::new(),
            cut: String::new(),
        }
    }

    /// The lines that these bytes complete. Empty ones are left out: the line break that
    /// answers our Enter is among them.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        let longest = usize::from(self.parser.screen().size().1.get());
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, more) = rest.split_at(self.splitter.next(rest, longest));
            self.piece(piece, &mut lines);
            rest = more;
        }
        lines
    }

    /// What we owe the program: answers to its questions about the terminal.
    pub(crate) fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.parser.callbacks_mut().owed)
    }

    /// The line in which the cursor stands, up to the cursor.
    pub(crate) fn partial(&self) -> String {
        let (row, column) = self.parser.screen().cursor_position();
        let mut line = self.before(row);
        line.push_str(&self.cells(row, column));
        if !line.is_empty() {
            // What was passed over and never written is blank, too.
            line.extend(self.empty_cells_before(row, column).map(|_| ' '));
        }
        self.uncut(line)
    }

    /// The whole line in which the cursor stands.
    pub(crate) fn cursor_line(&self) -> String {
        let (row, _) = self.parser.screen().cursor_position();
        self.uncut(self.before(row) + &self.row(row))
    }

    /// Takes the first so many bytes of the line in which the cursor stands.
    pub(crate) fn cut(&mut self, length: usize) -> String {
        let mut line = self.partial();
        if line.len() < length {
            line = self.cursor_line();
        }
        let (taken, _) = line.split_at_checked(length).unwrap_or((&line, ""));
        self.cut.push_str(taken);
        taken.to_owned()
    }

    /// What is left when the program has ended.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let mut lines = Vec::new();
        let (row, _) = self.parser.screen().cursor_position();
        if self.parser.screen().alternate_screen() {
            self.take_row(self.row(row), &mut lines);
        } else {
            self.take_line(row, &mut lines);
        }
        lines.pop()
    }

    /// Text without a line feed, a line feed, or a part of a control sequence.
    fn piece(&mut self, piece: &[u8], lines: &mut Vec<String>) {
        let before = self.place();
        let is_feed = matches!(piece, [feed] if FEEDS.contains(feed));
        let first = self.scrolling_row(before.0);
        let row = if is_feed && before.1 {
            self.row(before.0)
        } else {
            String::new()
        };
        if is_feed && !before.1 {
            self.take_line(before.0, lines);
        }
        self.parser.process(piece);
        let after = self.place();
        match (before.1, after.1) {
            (false, false) if is_feed => self.fed(before.0),
            (false, false) => {
                self.follow_scroll(first);
                if after.0 != before.0 && !self.continues(before.0, after.0) {
                    self.take_line(before.0, lines);
                }
            }
            (true, true) if is_feed => self.take_row(row, lines),
            (true, true) => {
                for left in left(before.0, after.0) {
                    self.take_row(self.row(left), lines);
                }
            }
            (false, true) | (true, false) => self.cut.clear(),
        }
    }

    /// Row of the cursor, and whether the alternate screen is shown.
    fn place(&self) -> (u16, bool) {
        let screen = self.parser.screen();
        (screen.cursor_position().0, screen.alternate_screen())
    }

    /// The rows between are one line that was wrapped.
    fn continues(&self, from: u16, to: u16) -> bool {
        let (first, last) = (from.min(to), from.max(to));
        (first..last).all(|row| self.parser.screen().row_wrapped(row))
    }

    /// A line feed has left this row of the main screen.
    fn fed(&mut self, row: u16) {
        self.above.clear();
        self.cut.clear();
        if usize::from(row) + 1 >= self.taken.len() {
            // The rows have moved; who scrolls does not paint in place.
            self.taken.fill(None);
        }
    }

    /// The uppermost row, where it belongs to the line of the cursor and may scroll off.
    fn scrolling_row(&mut self, cursor: u16) -> Option<String> {
        self.parser.callbacks_mut().scrolled = false;
        let is_last = usize::from(cursor) + 1 >= self.taken.len();
        (is_last && self.continues(0, cursor)).then(|| self.row(0))
    }

    fn follow_scroll(&mut self, first: Option<String>) {
        if !self.parser.callbacks().scrolled {
            return;
        }
        self.taken.fill(None);
        match first {
            Some(first) if self.above.len() < MAX_LINE => self.above.push_str(&first),
            Some(_) => {}
            None => self.above.clear(),
        }
    }

    /// The text of one row.
    fn row(&self, row: u16) -> String {
        self.cells(row, self.parser.screen().size().1.get())
    }

    /// The text of one row up to a column.
    fn cells(&self, row: u16, column: u16) -> String {
        self.parser.screen().contents_between(row, 0, row, column)
    }

    /// The cells next before a column that hold nothing.
    fn empty_cells_before(&self, row: u16, column: u16) -> impl Iterator<Item = u16> {
        let screen = self.parser.screen();
        let is_empty = move |column: &u16| {
            let cell = screen.cell(row, *column);
            cell.is_some_and(|cell| !cell.has_contents() && !cell.is_wide_continuation())
        };
        (0..column).rev().take_while(is_empty)
    }

    /// The text of the line that ends in this row of the main screen.
    fn line(&self, row: u16) -> String {
        self.before(row) + &self.row(row)
    }

    /// What stands before a row in the same line: on the main screen, lines are wrapped.
    fn before(&self, row: u16) -> String {
        if self.parser.screen().alternate_screen() {
            return String::new();
        }
        let mut first = row;
        while first > 0 && self.parser.screen().row_wrapped(first - 1) {
            first -= 1;
        }
        let above = if first == 0 { self.above.as_str() } else { "" };
        let rows = (first..row).map(|row| self.row(row));
        std::iter::once(above.to_owned()).chain(rows).collect()
    }

    fn uncut(&self, line: String) -> String {
        match line.strip_prefix(&self.cut) {
            Some(rest) => rest.to_owned(),
            None => line,
        }
    }

    fn take_line(&mut self, row: u16, lines: &mut Vec<String>) {
        let line = self.uncut(self.line(row));
        self.cut.clear();
        let Some(taken) = self.taken.get_mut(usize::from(row)) else {
            return;
        };
        if line.trim().is_empty() || taken.as_ref() == Some(&line) {
            return;
        }
        *taken = Some(line.clone());
        lines.push(line);
    }

    fn take_row(&mut self, row: String, lines: &mut Vec<String>) {
        let row = self.uncut(row).trim_end().to_owned();
        let is_new = !row.is_empty() && !self.painted.contains(&row);
        if is_new && self.painted.len() < MAX_ROWS {
            self.painted.insert(row.clone());
            lines.push(row);
        }
    }
}

/// The rows that a cursor has left, in the order of reading.
fn left(from: u16, to: u16) -> Vec<u16> {
    if from < to {
        (from..to).collect()
    } else {
        (to.saturating_add(1)..=from).collect()
    }
}

/// Where the next piece ends. It follows control sequences just far enough to know their end;
/// the parser alone knows what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineSplitter {
    Text,
    Escape,
    Sequence,
}

impl LineSplitter {
    /// Bytes of the next piece; at least one.
    fn next(&mut self, bytes: &[u8], longest: usize) -> usize {
        let Some(first) = bytes.first() else {
            return 0;
        };
        *self = match (*self, first) {
            (_, 0x1b) => Self::Escape,
            (Self::Escape, b'[') | (Self::Sequence, 0x20..=0x3f) => Self::Sequence,
            (Self::Escape, 0x20..=0x2f) => Self::Escape,
            (Self::Sequence | Self::Escape, _) => Self::Text,
            (Self::Text, feed) if FEEDS.contains(feed) => return 1,
            (Self::Text, _) => {
                let text = bytes.iter().take(longest);
                return text
                    .take_while(|byte| **byte != 0x1b && !FEEDS.contains(byte))
                    .count();
            }
        };
        1
    }
}

/// What a terminal says when it is asked.
#[derive(Debug, Default)]
struct Answers {
    owed: Vec<u8>,
    /// A row has scrolled off the top.
    scrolled: bool,
}

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        i1: Option<u8>,
        _i2: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        let asked = params.first().and_then(|first| first.first());
        let asked = asked.copied().unwrap_or_default();
        let (rows, columns) = screen.size();
        let (row, column) = screen.cursor_position();
        let at = format!("{};{}", row + 1, column.min(columns.get() - 1) + 1);
        let answer = match (i1, c, asked) {
            (None, 'n', 5) => "\x1b[0n".to_owned(),
            (None, 'n', 6) => format!("\x1b[{at}R"),
            (Some(b'?'), 'n', 6) => format!("\x1b[?{at}R"),
            // A VT102: what every program expects at least.
            (None, 'c', 0) => "\x1b[?6c".to_owned(),
            (Some(b'>'), 'c', 0) => "\x1b[>0;95;0c".to_owned(),
            (None, 't', 18) => format!("\x1b[8;{rows};{columns}t"),
            _ => return,
        };
        self.owed.extend_from_slice(answer.as_bytes());
    }

    fn on_scroll(&mut self, _: vt100::capture::RowContents<'_>, is_alternate: bool) {
        self.scrolled |= !is_alternate;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use proptest::prelude::{Strategy as _, any, proptest};

    use super::Screen;

    fn screen(columns: u16, rows: u16) -> Screen {
        Screen::new(
            NonZeroU16::new(columns).unwrap(),
            NonZeroU16::new(rows).unwrap(),
        )
    }

    /// All lines of a program that has printed this and ended.
    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut screen = screen(40, 10);
        let mut lines = screen.push(bytes);
        lines.extend(screen.finish());
        lines
    }

    #[test]
    fn lines_end_with_a_line_feed_and_empty_ones_are_left_out() {
        assert_eq!(lines(b"one\r\n\r\ntwo\r\nthree"), ["one", "two", "three"]);
    }

    #[test]
    fn what_was_overwritten_was_not_shown() {
        assert_eq!(lines(b"10 %\r20 %\r30 %\r\n"), ["30 %"]);
        assert_eq!(
            lines(b"> \r\x1b[Kalice: hi\r\n> \x08\x08\x1b[Kbob: ho\r\n"),
            ["alice: hi", "bob: ho"]
        );
    }

    #[test]
    fn colours_and_titles_are_no_text() {
        assert_eq!(
            lines(b"\x1b]0;chat\x07\x1b[1;31malice\x1b[0m: hi\r\n"),
            ["alice: hi"]
        );
    }

    #[test]
    fn a_line_that_was_wrapped_is_one_line_even_when_its_beginning_has_scrolled_off() {
        for length in [39, 40, 41, 399, 400, 1_000] {
            let long: String = "abcdefghijklmnopqrstuvwxyz"
                .chars()
                .cycle()
                .take(length)
                .collect();
            let text = format!("first\r\n{long}\r\nlast\r\n");
            assert_eq!(lines(text.as_bytes()), ["first", &long, "last"], "{length}");
        }
        let short_after_long = format!("{}\r\nnext\r\n{}\r\n", "x".repeat(900), "y".repeat(50));
        assert_eq!(lines(short_after_long.as_bytes())[2], "y".repeat(50));
    }

    #[test]
    fn a_repetition_further_down_is_shown_and_one_in_place_is_not() {
        assert_eq!(lines(b"hi\r\nhi\r\n"), ["hi", "hi"]);
        let twice = b"\x1b[H\x1b[2Jmenu\r\nhi\r\n\x1b[H\x1b[2Jmenu\r\nhi\r\nho\r\n";
        assert_eq!(lines(twice), ["menu", "hi", "ho"]);
        let scrolled: String = "hi\r\n".repeat(30);
        assert_eq!(lines(scrolled.as_bytes()).len(), 30);
    }

    #[test]
    fn a_line_printed_above_a_pinned_prompt_is_shown() {
        // Up over the prompt, insert a row, print, down to the prompt again.
        let text = b"> typing\r\x1b[L\x1b[Kalice: hi\x1b[B\r> typing";
        assert_eq!(lines(text).first().map(String::as_str), Some("alice: hi"));
    }

    #[test]
    fn rows_of_the_alternate_screen_are_shown_once_wherever_they_stand() {
        let frame = |rows: &[&str]| -> String {
            let painted = rows.iter().enumerate();
            let rows: String = painted
                .map(|(n, row)| format!("\x1b[{};1H{row}\x1b[K", n + 1))
                .collect();
            format!("{rows}\x1b[10;1H> ")
        };
        let text = [
            "\x1b[?1049h".to_owned(),
            frame(&["alice: one"]),
            frame(&["alice: one", "bob: two"]),
            frame(&["bob: two", "alice: three"]),
        ];
        let mut screen = screen(40, 10);
        let lines = screen.push(text.concat().as_bytes());
        assert_eq!(lines, ["alice: one", ">", "bob: two", "alice: three"]);
        assert_eq!(screen.partial(), "> ");
    }

    #[test]
    fn a_row_is_not_taken_before_the_cursor_has_left_it() {
        let mut screen = screen(40, 10);
        screen.push(b"\x1b[?1049h");
        assert!(screen.push(b"\x1b[2;1Hmessage alice he").is_empty());
        assert_eq!(screen.push(b"llo\x1b[9;1H"), ["message alice hello"]);
    }

    #[test]
    fn questions_are_answered() {
        let mut screen = screen(40, 10);
        screen.push(b"abc\x1b[6n");
        assert_eq!(screen.take_answers(), b"\x1b[1;4R");
        screen.push(b"\x1b[5n\x1b[c\x1b[>c\x1b[18t");
        let all = b"\x1b[0n\x1b[?6c\x1b[>0;95;0c\x1b[8;10;40t";
        assert_eq!(screen.take_answers(), all);
        assert!(screen.take_answers().is_empty());
    }

    #[test]
    fn a_prompt_that_was_taken_is_no_part_of_its_line() {
        let mut screen = screen(40, 10);
        assert!(screen.push(b"Name: ").is_empty());
        assert_eq!(screen.partial(), "Name: ");
        assert_eq!(screen.cut(6), "Name: ");
        assert_eq!(screen.partial(), "");
        assert_eq!(screen.push(b"ready\r\nName: x\r\n"), ["ready", "Name: x"]);
    }

    #[test]
    fn an_unfinished_line_ends_where_the_cursor_is() {
        let mut blank_too_many = screen(40, 10);
        blank_too_many.push(b"Name:  \x08");
        assert_eq!(blank_too_many.partial(), "Name: ");
        let mut with_a_hint = screen(40, 10);
        with_a_hint.push(b"\x1b[?1049h\x1b[4;1HName:\x1b[4;30HEsc: quit\x1b[4;7H");
        assert_eq!(
            with_a_hint.partial(),
            "Name: ",
            "the blank was never written"
        );
        assert!(with_a_hint.cursor_line().ends_with("Esc: quit"));
        let mut nothing = screen(40, 10);
        nothing.push(b"\x1b[4;7H");
        assert_eq!(nothing.partial(), "");
    }

    #[test]
    fn a_vertical_tab_and_a_form_feed_end_lines_too() {
        assert_eq!(
            lines(b"one\x0btwo\x0cthree"),
            ["one", "   two", "      three"]
        );
    }

    #[test]
    fn repeated_characters_are_repeated() {
        assert_eq!(lines(b"ab\x1b[3bc\r\n"), ["abbbbc"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_the_same_however_they_arrive(
            bytes in proptest::collection::vec(
                proptest::prop_oneof![
                    any::<u8>().prop_map(|byte| vec![byte]),
                    proptest::sample::select(vec![
                        "\x1b[H", "\x1b[2J", "\x1b[3;5H", "\x1b[A", "\x1b[?1049h", "\x1b[?1049l", "\x1b[K",
                        "\x1b[2L", "\x1b[7S", "\x1b[2;4r", "\x1b[99b", "\x1b[6n", "\r\n", "text", "\u{4e16}\u{754c}",
                    ])
                    .prop_map(|text| text.as_bytes().to_vec()),
                ],
                0..200,
            ),
        ) {
            let bytes = bytes.concat();
            let mut whole = screen(20, 5);
            let mut expected = whole.push(&bytes);
            expected.extend(whole.finish());
            let mut single = screen(20, 5);
            let mut seen: Vec<String> =
                bytes.chunks(1).flat_map(|byte| single.push(byte)).collect();
            seen.extend(single.finish());
            assert_eq!(seen, expected);
            assert_eq!(single.take_answers(), whole.take_answers());
        }
    }
}
