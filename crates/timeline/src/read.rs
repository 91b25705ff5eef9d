//! Reading a timeline back.

use std::io;

use super::event::Event;

/// Reads the text of a `timeline.jsonl`. A last line that was cut short is left out: the
/// harness may have been killed while it wrote.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidData`] with the number of a line that is no event.
pub fn read(text: &str) -> io::Result<Vec<Event>> {
    let whole = text.rfind('\n').map_or("", |end| text.split_at(end).0);
    whole
        .lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                let message = format!("line {} of the timeline: {error}", index + 1);
                io::Error::new(io::ErrorKind::InvalidData, message)
            })
        })
        .collect()
}
