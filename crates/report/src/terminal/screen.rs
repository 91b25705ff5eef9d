//! How much is written, and how wide.

/// Where lines are written, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Characters of a line; longer ones are wrapped. `usize::MAX` for a log.
    pub columns: usize,
    /// How much is shown.
    pub detail: Detail,
}

/// How much is shown of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Detail {
    /// What failed, and the sum.
    Quiet,
    /// So much that the last failure fits a small terminal.
    #[default]
    Usual,
    /// All that is known.
    Full,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            columns: usize::MAX,
            detail: Detail::Usual,
        }
    }
}

/// What is in front of the text of a labelled line.
const INDENT: usize = 17;

/// Fewer columns than these are not wrapped to.
const NARROWEST: usize = 40;

impl Screen {
    /// A line with a label, wrapped between words; of more than `rows` the rest is left out.
    pub(super) fn labelled(&self, label: &str, text: &str, rows: usize) -> String {
        self.hanging(&format!("   {label:<13} "), text, rows)
    }

    /// The same behind anything that is as wide as a label, or wider.
    pub(crate) fn hanging(&self, front: &str, text: &str, rows: usize) -> String {
        let columns = self.columns.max(NARROWEST);
        let shown = anstream::adapter::strip_str(front).to_string();
        let first = columns.saturating_sub(shown.chars().count());
        let rows = wrapped(text, first, columns.saturating_sub(INDENT), rows);
        let mut lines = String::new();
        for (nth, row) in rows.iter().enumerate() {
            if nth == 0 {
                lines.push_str(front);
            } else {
                lines.push_str(&" ".repeat(INDENT));
            }
            lines.push_str(row);
            lines.push('\n');
        }
        lines
    }
}

/// A text in rows; the last one ends in an ellipsis where there would be more.
fn wrapped(text: &str, first: usize, others: usize, most: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut width = 0;
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        for (nth, c) in word.chars().enumerate() {
            let room = if rows.len() == 1 { first } else { others };
            // A word goes to the next row as a whole, where it fits there.
            let needed = if nth == 0 { length.min(others) } else { 1 };
            if width > 0 && c != ' ' && width + needed > room && rows.len() < most {
                rows.push(String::new());
                width = 0;
            }
            if let Some(row) = rows.last_mut() {
                row.push(c);
            }
            width += 1;
        }
    }
    let room = if rows.len() == 1 { first } else { others };
    for row in &mut rows {
        row.truncate(row.trim_end().len());
    }
    if let Some(last) = rows.last_mut()
        && let Some((end, _)) = last.char_indices().nth(room)
    {
        last.truncate(end);
        last.pop();
        last.push('…');
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Detail, Screen, wrapped};

    #[test]
    fn a_text_is_wrapped_between_words_and_a_long_word_within() {
        assert_eq!(wrapped("one two three", 7, 9, 9), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 4, 6, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("one two three", 7, 9, 1), ["one tw…"]);
        assert_eq!(wrapped("", 7, 9, 2), [""]);
        assert_eq!(wrapped("a b", usize::MAX, usize::MAX, 1), ["a b"]);
    }

    #[test]
    fn no_line_is_wider_than_its_screen() {
        let screen = Screen {
            columns: 60,
            detail: Detail::Usual,
        };
        let text = "many words ".repeat(30);
        let lines = screen.labelled("got", &text, 4);
        assert_eq!(lines.lines().count(), 4);
        assert!(
            lines.lines().all(|line| line.chars().count() <= 60),
            "{lines}"
        );
        assert!(lines.ends_with("…\n"), "{lines}");
    }
}
