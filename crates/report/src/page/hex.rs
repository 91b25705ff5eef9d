//! The bytes of a record, in rows; what was found in them is marked.

use std::ops::Range;

use timeline::hex;

/// Bytes in a row.
const ROW: usize = 16;

/// Columns of a full row of bytes.
const COLUMNS: usize = ROW * 3 - 1;

/// A row, or the place of rows that are left out.
#[derive(Debug)]
pub(super) enum HexRow {
    /// Some bytes.
    Bytes {
        /// Where they are in the record.
        offset: String,
        /// As digits.
        digits: Vec<Part>,
        /// What stands between digits and characters.
        gap: String,
        /// As characters.
        text: Vec<Part>,
    },
    /// So many bytes are left out.
    LeftOut(u64),
}

/// A part of a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: String,
    /// It is what was found.
    pub(super) is_found: bool,
}

/// The rows of a record of this length, of which about `most` bytes are shown: its front, its end
/// and what surrounds the first mark.
pub(super) fn rows(
    len: u64,
    most: u64,
    marks: &[Range<usize>],
    bytes: impl Fn(u64, u64) -> Vec<u8>,
) -> Vec<HexRow> {
    let mut rows = Vec::new();
    let mut shown = 0;
    for part in parts(len, most, marks.first()) {
        if part.start > shown {
            rows.push(HexRow::LeftOut(part.start - shown));
        }
        let content = bytes(part.start, part.end - part.start);
        let at = (part.start..).step_by(ROW);
        let chunks = content.chunks(ROW).zip(at);
        rows.extend(chunks.map(|(row, at)| self::row(row, at, marks)));
        shown = part.end;
    }
    if shown < len {
        rows.push(HexRow::LeftOut(len - shown));
    }
    rows
}

/// Which parts are shown. Rows of each begin where rows of the whole would.
fn parts(len: u64, most: u64, mark: Option<&Range<usize>>) -> Vec<Range<u64>> {
    if len <= most {
        return std::iter::once(0..len).collect();
    }
    let row = ROW as u64;
    let mark = mark.map(|mark| (mark.start as u64, mark.end as u64));
    let share = most / if mark.is_some() { 4 } else { 2 };
    let around = mark.map(|(start, end)| {
        let start = (start / row * row).saturating_sub(row);
        let end = end.min(start + 2 * share).next_multiple_of(row) + row;
        start..end.min(len)
    });
    let front = 0..share.next_multiple_of(row).min(len);
    let end = (len - share).next_multiple_of(row).min(len)..len;
    let mut all: Vec<Range<u64>> = around.into_iter().chain([front, end]).collect();
    all.sort_by_key(|part| part.start);
    let mut merged: Vec<Range<u64>> = Vec::new();
    for part in all {
        match merged.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    merged
}

fn row(row: &[u8], at: u64, marks: &[Range<usize>]) -> HexRow {
    let is_found = |nth: usize| {
        let place = usize::try_from(at)
            .unwrap_or(usize::MAX)
            .saturating_add(nth);
        marks.iter().any(|mark| mark.contains(&place))
    };
    let (mut digits, mut text): (Vec<Part>, Vec<Part>) = (Vec::new(), Vec::new());
    let add = |parts: &mut Vec<Part>, is_found, more: &str| match parts.last_mut() {
        Some(last) if last.is_found == is_found => last.text.push_str(more),
        _ => parts.push(Part {
            text: more.to_owned(),
            is_found,
        }),
    };
    for (nth, byte) in row.iter().enumerate() {
        let is_found_here = is_found(nth);
        if nth > 0 {
            add(&mut digits, is_found_here && is_found(nth - 1), " ");
        }
        add(&mut digits, is_found_here, &hex(&[*byte], ""));
        let shown = match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '·',
        };
        add(&mut text, is_found_here, shown.encode_utf8(&mut [0; 4]));
    }
    HexRow::Bytes {
        offset: format!("{at:04x}"),
        digits,
        gap: " ".repeat(COLUMNS + 2 - (row.len() * 3).saturating_sub(1)),
        text,
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{HexRow, parts, rows};

    /// What is found is in brackets.
    fn drawn(len: u64, most: u64, marks: &[Range<usize>]) -> Vec<String> {
        let bytes = |at: u64, len: u64| {
            let all = b"The code is MANGO-7. ".iter().copied().cycle();
            let (at, len) = (usize::try_from(at).unwrap(), usize::try_from(len).unwrap());
            all.skip(at).take(len).collect()
        };
        let rows = rows(len, most, marks, bytes);
        rows.iter()
            .map(|row| match row {
                HexRow::LeftOut(len) => format!("… {len}"),
                HexRow::Bytes {
                    offset,
                    digits,
                    gap,
                    text,
                } => {
                    let parts = |parts: &[super::Part]| {
                        let part = |one: &super::Part| match one.is_found {
                            true => format!("[{}]", one.text),
                            false => one.text.clone(),
                        };
                        parts.iter().map(part).collect::<String>()
                    };
                    format!("{offset} {}{gap}{}", parts(digits), parts(text))
                }
            })
            .collect()
    }

    #[test]
    fn what_was_found_is_marked_over_the_ends_of_rows() {
        let mark = 12..19;
        assert_eq!(
            drawn(21, 64, std::slice::from_ref(&mark)),
            [
                "0000 54 68 65 20 63 6f 64 65 20 69 73 20 [4d 41 4e 47]  The code is [MANG]",
                "0010 [4f 2d 37] 2e 20                                   [O-7]. ",
            ]
        );
    }

    #[test]
    fn of_a_long_record_both_ends_are_shown_and_what_was_found_in_its_middle() {
        let ends: Vec<_> = parts(1000, 64, None);
        assert_eq!(ends, [0..32, 976..1000]);
        let mark = 500..520;
        assert_eq!(parts(1000, 64, Some(&mark)), [0..16, 480..528, 992..1000]);
        // What lies together is one part.
        assert_eq!(parts(1000, 64, Some(&(20..30))), [0..48, 992..1000]);
        let rows = drawn(1000, 64, std::slice::from_ref(&mark));
        assert_eq!(rows.iter().filter(|row| row.starts_with("… ")).count(), 2);
        assert_eq!(
            rows.iter().filter(|row| row.contains('[')).count(),
            2,
            "{rows:#?}"
        );
    }
}
