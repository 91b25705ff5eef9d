//! The bytes of a record, beside what its recipient sees.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use report::scene::{Passed, Scene};
use timeline::hex;

use super::relay::sees;
use super::{FAINT, RELAY, STRONG, framed, write_lines};
use crate::wrap::wrap;

/// Columns of a row of so many bytes: offset, bytes, characters.
fn columns(bytes: usize) -> usize {
    8 + bytes * 4 + 2
}

/// Draws one record.
pub(crate) fn record(scene: &Scene, which: usize, place: Rect, buffer: &mut Buffer) {
    let Some(passed) = scene.passed.get(which) else {
        framed("the bytes: none yet", RELAY, place, buffer);
        return;
    };
    let record = &passed.record;
    let to = record.to.as_deref().unwrap_or("?");
    let title = format!(
        "#{} of {}: {} → {to}, {} bytes, {}",
        passed.number,
        scene.count(),
        record.link,
        record.len,
        record.kind
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
    write_lines(
        &dump(passed, in_row, usize::from(left.height)),
        left,
        buffer,
    );
    write_lines(&seen(passed, usize::from(right.width)), right, buffer);
}

/// The bytes as the relay has them; where there is no room for all, the sealed end.
fn dump(passed: &Passed, in_row: usize, rows: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled("as the relay has it", STRONG)];
    let all: Vec<(usize, &[u8])> = passed.bytes.chunks(in_row).enumerate().collect();
    let room = rows.saturating_sub(2);
    for (row, bytes) in all.iter().take(room) {
        let hex = hex(bytes, " ");
        let signs: String = bytes.iter().map(|byte| sign(*byte)).collect();
        let at = row * in_row;
        let pad = in_row * 3;
        lines.push(Line::raw(format!("{at:06x}  {hex:pad$} {signs}")));
    }
    let shown = (room.min(all.len()) * in_row) as u64;
    if let Some(more) = passed
        .record
        .len
        .checked_sub(shown)
        .filter(|more| *more > 0)
    {
        let (file, at) = &passed.record.place;
        lines.push(Line::styled(
            format!("{more} more in {file} from {}", at + shown),
            FAINT,
        ));
    }
    lines
}

fn sign(byte: u8) -> char {
    let is_plain = byte.is_ascii_graphic() || byte == b' ';
    if is_plain { char::from(byte) } else { '.' }
}

/// The other side of it.
fn seen(passed: &Passed, width: usize) -> Vec<Line<'static>> {
    let mut text = Vec::new();
    if let Some(sent) = &passed.sent {
        text.push(("what was sent".to_owned(), STRONG));
        text.push((sent.clone(), Style::new()));
    }
    for (who, line) in &passed.shown {
        text.push((format!("what {who} sees"), STRONG));
        text.push((line.clone(), Style::new()));
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
