//! The bytes of a record, head and body apart, beside what its recipient reads.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use report::grouped;
use report::scene::{Passed, Record, Scene};
use timeline::hex;

use super::relay::sees;
use super::{FAINT, RELAY, STRONG, framed, write_lines};
use crate::model::{OpenRecord, rows};
use crate::wrap::wrap;

/// What only its recipient can read.
const SEALED: Style = Style::new().fg(Color::Cyan);

/// Columns of a row of so many bytes: offset, bytes, characters.
fn columns(bytes: usize) -> usize {
    8 + bytes * 4 + 2
}

/// Draws the last record.
pub(crate) fn last(scene: &Scene, place: Rect, buffer: &mut Buffer) {
    let Some(passed) = scene.passed.last() else {
        framed("the bytes: none yet", RELAY, place, buffer);
        return;
    };
    record(
        scene,
        passed,
        (&passed.bytes, passed.record.body_from()),
        place,
        buffer,
    );
}

/// Draws the record that is being inspected.
pub(crate) fn open(scene: &Scene, open: &OpenRecord, place: Rect, buffer: &mut Buffer) {
    if let Some(passed) = scene.passed.get(open.record) {
        let top = rows(&passed.record).get(open.row).copied();
        let top = top.unwrap_or_default();
        record(scene, passed, (&open.bytes, top), place, buffer);
    }
}

fn record(
    scene: &Scene,
    passed: &Passed,
    (bytes, top): (&[u8], u64),
    place: Rect,
    buffer: &mut Buffer,
) {
    let record = &passed.record;
    let title = format!(
        "{}, {}, {} ─ {} of {}",
        passed.way(),
        passed.size(),
        record.kind,
        passed.number,
        scene.count()
    );
    let inner = framed(&title, RELAY, place, buffer);
    let is_wide = usize::from(inner.width) >= columns(16) + 24;
    let in_row = if is_wide { 16 } else { 8 };
    let split = u16::try_from(columns(in_row) + 1).unwrap_or(inner.width);
    let left = Rect {
        width: split.min(inner.width),
        ..inner
    };
    let right = Rect {
        x: inner.x + left.width,
        width: inner.width - left.width,
        ..inner
    };
    let height = usize::from(left.height);
    write_lines(&dump(record, (bytes, top), in_row, height), left, buffer);
    write_lines(&seen(passed, usize::from(right.width)), right, buffer);
}

/// A part of a record: what it is called, how it looks, where it begins and ends.
type Part = (String, Style, u64, u64);

fn parts(record: &Record) -> Vec<Part> {
    let to = record.to.as_deref().unwrap_or("the recipient");
    let len = record.len;
    let part = |words: String, style, from, to| (words, style, from, to);
    let Some(head) = record.head else {
        let words = format!("all {} bytes that the relay gets", grouped(len));
        return vec![part(words, Style::new(), 0, len)];
    };
    let body = len.saturating_sub(head);
    let (word, style) = if record.is_sealed {
        ("sealed for", SEALED)
    } else {
        ("for", Style::new())
    };
    let parts = [
        part(
            format!("header, {} bytes, for the relay", grouped(head)),
            RELAY,
            0,
            head,
        ),
        part(
            format!("{word} {to}, {} bytes", grouped(body)),
            style,
            head,
            len,
        ),
    ];
    parts
        .into_iter()
        .filter(|(_, _, from, to)| from < to)
        .collect()
}

/// The bytes as the relay has them, from the top row on.
fn dump(
    record: &Record,
    (bytes, top): (&[u8], u64),
    in_row: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (words, style, from, to) in parts(record) {
        if to <= top {
            continue;
        }
        lines.push(Line::styled(format!("── {words} ──"), style.patch(STRONG)));
        let mut at = from.max(top);
        while at < to && lines.len() < height {
            let end = (at + in_row as u64).min(to);
            let Some(row) = part_of(bytes, at, end) else {
                let (file, begin) = &record.place;
                let text = format!("{} more in {file} from {}", record.len - at, begin + at);
                lines.push(Line::styled(text, FAINT));
                return lines;
            };
            lines.push(row_of(at, row, in_row, style));
            at = end;
        }
    }
    lines
}

fn part_of(bytes: &[u8], from: u64, to: u64) -> Option<&[u8]> {
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
    bytes.get(from..to)
}

fn row_of(at: u64, row: &[u8], in_row: usize, style: Style) -> Line<'static> {
    let signs: String = row.iter().map(|byte| sign(*byte)).collect();
    let (hex, pad) = (hex(row, " "), in_row * 3);
    Line::from(vec![
        Span::styled(format!("{at:06x}  "), FAINT),
        Span::styled(format!("{hex:pad$} {signs}"), style),
    ])
}

fn sign(byte: u8) -> char {
    let is_plain = byte.is_ascii_graphic() || byte == b' ';
    if is_plain { char::from(byte) } else { '.' }
}

/// The other side of it.
fn seen(passed: &Passed, width: usize) -> Vec<Line<'static>> {
    let mut text = Vec::new();
    if let Some(sent) = &passed.sent {
        text.push((format!("{} sent", passed.record.link), STRONG));
        text.push((sent.clone(), Style::new()));
    }
    for (who, what) in &passed.shown {
        text.push((format!("{who} read"), STRONG));
        text.push((what.clone(), Style::new()));
    }
    if passed.shown.is_empty() {
        text.push(("nobody has shown it yet".to_owned(), FAINT));
    }
    text.push(("the relay".to_owned(), STRONG));
    text.push(sees(&passed.record.sight));
    let lines = text.iter().flat_map(|(text, style)| {
        let lines = wrap(text, width);
        lines.into_iter().map(|line| Line::styled(line, *style))
    });
    lines.collect()
}
