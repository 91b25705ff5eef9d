//! Reading a timeline back.

use std::io;

use super::event::Event;

/// No play takes longer, in nanoseconds: three months.
const LATEST: u64 = 1 << 53;

/// No amount of a play is larger: so no sum of them overflows, whoever has written the timeline.
const LARGEST: u64 = 1 << 40;

/// Reads the text of a `timeline.jsonl`. A last line that was cut short is left out: the
/// harness may have been killed while it wrote.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidData`] with the number of a line that is no event, that has not the
/// number that its place gives it, goes back in time or tells of more than any play can have had.
pub fn read(text: &str) -> io::Result<Vec<Event>> {
    let whole = text.rfind('\n').map_or("", |end| text.split_at(end).0);
    let mut before = 0;
    whole
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let event: Event =
                serde_json::from_str(line).map_err(|error| invalid(index, &error.to_string()))?;
            if event.n != index as u64 {
                let why = format!("it says that it is number {}", event.n);
                return Err(invalid(index, &why));
            }
            let most = event.kind.amounts().into_iter().max().unwrap_or_default();
            if event.t > LATEST || most > LARGEST {
                return Err(invalid(index, "it reports more than is possible"));
            }
            if event.t < before {
                return Err(invalid(
                    index,
                    "its time is before that of the line above it",
                ));
            }
            before = event.t;
            Ok(event)
        })
        .collect()
}

fn invalid(index: usize, why: &str) -> io::Error {
    let message = format!("line {} of the timeline: {why}", index + 1);
    io::Error::new(io::ErrorKind::InvalidData, message)
}
