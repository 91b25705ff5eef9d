//! What a program shows on a terminal, as lines.
//!
//! On the **main screen** a line is complete when the cursor leaves it: by a line feed, or
//! because the program moves elsewhere. What is painted again at the same place with the
//! same text is not shown again, and neither is what stood there when the program erased the
//! screen, or began to paint it from its first row. A line that was wrapped at the edge is one
//! line.
//!
//! On the **alternate screen**, where programs paint whole frames, every row is a line. It is
//! taken when the cursor leaves it, and a text counts once: rows move when a list scrolls. When
//! all stands still, it counts as often as it is there.
//!
//! Bytes are cut at line feeds and after each control sequence, so that what is seen does
//! not depend on how they arrive.

mod answers;
mod charset;
mod encoding;
mod repainting;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU16;

use vt100::Parser;

use self::answers::Answers;
use self::charset::Charset;
use self::encoding::{Encoding, with_replacements};
use self::repainting::Repainting;

/// The longest line that is kept whole.
const MAX_LINE: usize = 512 * 1024;

/// Line feed, vertical tab, form feed: terminals take all of them for a line feed.
const FEEDS: [u8; 3] = [0x0a, 0x0b, 0x0c];

/// So many lines are known again when a history is painted anew.
const LONGEST_HISTORY: usize = 1000;

/// Different rows of the alternate screen that are remembered.
const MAX_ROWS: usize = 100_000;

/// The screen of one program.
pub(crate) struct Screen {
    parser: Parser<Answers>,
    encoding: Encoding,
    splitter: LineSplitter,
    charset: Charset,
    /// What each row of the main screen was last taken for.
    taken: Vec<Option<String>>,
    /// Lines of the main screen since it was painted anew, also those that have scrolled off.
    painting: VecDeque<String>,
    /// What stood on the main screen before it was erased.
    repainting: Repainting,
    /// What stood there when the cursor went to the first row: nobody knows yet what for.
    at_home: Option<Repainting>,
    /// How often each text of the alternate screen was taken.
    painted: BTreeMap<String, usize>,
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
            encoding: Encoding::default(),
            splitter: LineSplitter::Text,
            charset: Charset::default(),
            taken: vec![None; usize::from(rows.get())],
            painting: VecDeque::new(),
            repainting: Repainting::default(),
            at_home: None,
            painted: BTreeMap::new(),
            above: String::new(),
            cut: String::new(),
        }
    }

    /// The lines that these bytes complete. Empty ones are left out: the line break that
    /// answers our Enter is among them.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let text = self.encoding.read(bytes);
        self.show(text.as_bytes())
    }

    fn show(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        let longest = usize::from(self.parser.screen().size().1.get());
        let mut rest = bytes;
        while !rest.is_empty() {
            let was = self.splitter;
            let (piece, more) = rest.split_at(self.splitter.next(rest, longest));
            match piece {
                b"J" if was == LineSplitter::Sequence => self.erase(&mut lines),
                b"H" | b"f" if was == LineSplitter::Sequence => self.go(piece, &mut lines),
                _ => self.piece(piece, &mut lines),
            }
            rest = more;
        }
        lines
    }

    /// What we owe the program: answers to its questions about the terminal.
    pub(crate) fn take_answers(&mut self) -> Vec<u8> {
        self.parser.callbacks_mut().take()
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

    /// Nothing was painted for a while, and the program waits: what is on the alternate screen
    /// more often than it was taken. Nothing that comes after this is painted again.
    pub(crate) fn stands_still(&mut self) -> Vec<String> {
        self.repainting = Repainting::default();
        if !self.parser.screen().alternate_screen() {
            return Vec::new();
        }
        let (cursor, _) = self.parser.screen().cursor_position();
        let rows = (0..self.rows()).filter(|row| *row != cursor);
        let mut standing: BTreeMap<String, usize> = BTreeMap::new();
        let mut lines = Vec::new();
        for row in rows {
            let text = self.row(row).trim_end().to_owned();
            let times = standing.entry(text.clone()).or_default();
            *times += 1;
            let times = *times;
            if !text.is_empty() && self.painted.get(&text).is_none_or(|taken| *taken < times) {
                self.count_row(text, times, &mut lines);
            }
        }
        lines
    }

    /// Takes the line in which the cursor stands; of the main screen, up to the cursor.
    pub(crate) fn take_cursor_line(&mut self) -> Option<String> {
        if !self.parser.screen().alternate_screen() {
            let length = self.partial().len();
            return Some(self.cut(length));
        }
        let text = self.cursor_line().trim_end().to_owned();
        let same = (0..self.rows()).filter(|row| self.row(*row).trim_end() == text);
        let times = same.count();
        let mut lines = Vec::new();
        if !text.is_empty() && self.painted.get(&text).is_none_or(|taken| *taken < times) {
            self.count_row(text, times, &mut lines);
        }
        lines.pop()
    }

    /// The last question to its terminal that was not answered.
    pub(crate) fn unanswered(&self) -> Option<&str> {
        self.parser.callbacks().unanswered()
    }

    /// What is left when the program has ended.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let rest = self.encoding.finish();
        let mut lines = self.show(rest.as_bytes());
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
        self.parser.process(&self.charset.translate(piece));
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

    /// The end of a control sequence that erases rows: what stood there may be painted again.
    fn erase(&mut self, lines: &mut Vec<String>) {
        let stood = self.standing();
        self.piece(b"J", lines);
        let is_erased = |(row, _): &&(u16, String)| self.row(*row).is_empty();
        let erased: Vec<(u16, String)> = stood.iter().filter(is_erased).cloned().collect();
        if erased.is_empty() {
            return;
        }
        for (row, _) in &erased {
            if let Some(taken) = self.taken.get_mut(usize::from(*row)) {
                *taken = None;
            }
        }
        self.repainting = Repainting::of(erased.iter().map(|(_, line)| line));
        if erased.len() == stood.len() {
            self.repainting.and(self.painting.drain(..));
        }
        self.at_home = None;
    }

    /// The end of a control sequence that moves the cursor: to paint all anew, or elsewhere.
    fn go(&mut self, piece: &[u8], lines: &mut Vec<String>) {
        let stood = self.standing();
        self.piece(piece, lines);
        let is_home = self.parser.screen().cursor_position() == (0, 0);
        self.at_home = is_home.then(|| Repainting::of(stood.iter().map(|(_, line)| line)));
    }

    /// The lines of the main screen that were taken as they stand, each with its last row.
    fn standing(&self) -> Vec<(u16, String)> {
        let screen = self.parser.screen();
        if screen.alternate_screen() {
            return Vec::new();
        }
        let (cursor, _) = screen.cursor_position();
        let ends = (0..self.rows()).filter(|row| !self.is_wrapped(*row));
        let lines = ends.map(|row| (row, self.line(row)));
        lines
            .filter(|(row, line)| {
                let taken = self.taken.get(usize::from(*row)).and_then(Option::as_ref);
                !line.trim().is_empty() && (*row != cursor || taken == Some(line))
            })
            .collect()
    }

    fn rows(&self) -> u16 {
        self.parser.screen().size().0.get()
    }

    /// Row of the cursor, and whether the alternate screen is shown.
    fn place(&self) -> (u16, bool) {
        let screen = self.parser.screen();
        (screen.cursor_position().0, screen.alternate_screen())
    }

    /// The next row goes on with the line of this one. The parser does not tell it where a wide
    /// character found no room in the last column.
    fn is_wrapped(&self, row: u16) -> bool {
        let screen = self.parser.screen();
        if screen.row_wrapped(row) {
            return true;
        }
        let last = screen.size().1.get() - 1;
        let is_wide = |cell: Option<&vt100::Cell>| cell.is_some_and(vt100::Cell::is_wide);
        let goes_on = is_wide(screen.cell(row.saturating_add(1), 0));
        goes_on && self.empty_cells_before(row, last + 1).count() == 1
    }

    /// The rows between are one line that was wrapped.
    fn continues(&self, from: u16, to: u16) -> bool {
        let (first, last) = (from.min(to), from.max(to));
        (first..last).all(|row| self.is_wrapped(row))
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
        let shown = self.parser.screen().contents_between(row, 0, row, column);
        with_replacements(shown)
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
        while first > 0 && self.is_wrapped(first - 1) {
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
        if let Some(stood) = self.at_home.take_if(|_| row == 0) {
            self.repainting = stood;
            self.repainting.and(self.painting.drain(..));
        }
        let Some(taken) = self.taken.get_mut(usize::from(row)) else {
            return;
        };
        if line.trim().is_empty() {
            return;
        }
        let is_in_place = taken.as_ref() == Some(&line);
        *taken = Some(line.clone());
        let is_old = self.repainting.takes(&line);
        if is_old || !is_in_place {
            if self.painting.len() == LONGEST_HISTORY {
                self.painting.pop_front();
            }
            self.painting.push_back(line.clone());
        }
        if !is_old && !is_in_place {
            lines.push(line);
        }
    }

    fn take_row(&mut self, row: String, lines: &mut Vec<String>) {
        let row = self.uncut(row).trim_end().to_owned();
        if !row.is_empty() && !self.painted.contains_key(&row) {
            self.count_row(row, 1, lines);
        }
    }

    /// A text of the alternate screen is taken, for so many times that it is there.
    fn count_row(&mut self, row: String, times: usize, lines: &mut Vec<String>) {
        if self.painted.len() < MAX_ROWS || self.painted.contains_key(&row) {
            self.painted.insert(row.clone(), times);
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
                let length = text
                    .take_while(|byte| **byte != 0x1b && !FEEDS.contains(byte))
                    .count();
                return uncut(bytes, length);
            }
        };
        1
    }
}

/// So many bytes at most, without a part of a character; one character at least. The parser does not read
/// the same from a character that comes in two parts.
fn uncut(bytes: &[u8], most: usize) -> usize {
    let is_within = |at: &usize| matches!(bytes.get(*at), Some(0x80..=0xbf));
    let before = (1..=most).rev().find(|at| !is_within(at));
    before
        .or_else(|| (most..).find(|at| !is_within(at)))
        .unwrap_or(most)
}
