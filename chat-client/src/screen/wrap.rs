//! Text in a given number of columns.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

/// One letter, of however many parts.
#[derive(Clone, Debug)]
struct Letter {
    text: String,
    style: Style,
    columns: usize,
}

/// The rows of a text: broken at blanks where there are any, inside words where a word is too long. All but the first
/// begin with so many blanks, so that none of them looks like another entry.
pub(super) fn wrap(spans: &[Span<'_>], indent: usize, width: usize) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    let mut row: Vec<Letter> = Vec::new();
    let mut used = 0;
    for letter in letters(spans) {
        if letter.text == "\n" {
            end(&mut rows, &mut row, indent);
            used = indent;
            continue;
        }
        if used + letter.columns > width && !row.is_empty() {
            let word = row.iter().rposition(|letter| letter.text == " ");
            // A word that begins the row is broken.
            let rest = match word {
                Some(blank) if letter.text != " " => row.split_off(blank + 1),
                Some(_) | None => Vec::new(),
            };
            end(&mut rows, &mut row, indent);
            row = rest;
            used = indent + row.iter().map(|letter| letter.columns).sum::<usize>();
            if letter.text == " " {
                continue;
            }
        }
        used += letter.columns;
        row.push(letter);
    }
    end(&mut rows, &mut row, indent);
    rows
}

fn letters<'a>(spans: &'a [Span<'_>]) -> impl Iterator<Item = Letter> + 'a {
    spans.iter().flat_map(|span| {
        span.content.graphemes(true).map(|letter| Letter {
            text: letter.to_owned(),
            style: span.style,
            columns: columns(letter),
        })
    })
}

/// Ends a row: letters of one style are one span again.
fn end(rows: &mut Vec<Line<'static>>, row: &mut Vec<Letter>, indent: usize) {
    let blanks = if rows.is_empty() { 0 } else { indent };
    let mut spans = vec![Span::raw(" ".repeat(blanks))];
    for letter in row.drain(..) {
        match spans.last_mut() {
            Some(last) if last.style == letter.style => {
                last.content.to_mut().push_str(&letter.text);
            }
            _ => spans.push(Span::styled(letter.text, letter.style)),
        }
    }
    rows.push(Line::from(spans));
}

/// As much of a text as fits, with a sign where something is left out.
pub(super) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.graphemes(true) {
        if columns(&short) + columns(letter) + 1 > width {
            break;
        }
        short.push_str(letter);
    }
    short.push('…');
    short
}

/// Columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    Span::raw(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, indent: usize, width: usize) -> Vec<String> {
        let rows = wrap(&[Span::raw(text)], indent, width);
        rows.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(
            rows("the code is ORCHID", 2, 12),
            ["the code is ", "  ORCHID"]
        );
        assert_eq!(rows("abcdefgh", 1, 3), ["abc", " de", " fg", " h"]);
        assert_eq!(rows("a\nb", 2, 10), ["a", "  b"]);
        assert_eq!(rows("", 2, 10), [""]);
    }

    #[test]
    fn nothing_is_lost_and_no_row_is_too_wide() {
        let text = "a 漢字 of some l\u{301}ength 👨\u{200d}👩\u{200d}👧 and averyverylongword";
        for width in 6..30 {
            let rows = rows(text, 2, width);
            let letters = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(letters(&rows.concat()), letters(text));
            assert!(
                rows.iter().all(|row| columns(row.trim_end()) <= width),
                "{rows:?}"
            );
        }
    }
}
