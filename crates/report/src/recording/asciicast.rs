//! The file format: one JSON value a line, asciicast version 3.

use std::fmt::Write as _;

use serde_json::json;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventCode {
    /// The last process ended with this status.
    Exit,
    /// Typed.
    Input,
    /// A step begins.
    Marker,
    /// Shown.
    Output,
}

impl EventCode {
    fn letter(self) -> char {
        match self {
            Self::Exit => 'x',
            Self::Input => 'i',
            Self::Marker => 'm',
            Self::Output => 'o',
        }
    }
}

/// A recording as it grows.
#[derive(Debug)]
pub struct Asciicast {
    text: String,
    /// Microseconds since the play began, of the last line.
    last: u64,
}

impl Asciicast {
    /// With its first line. The size is in columns and rows.
    pub fn new((columns, rows): (u16, u16), title: &str) -> Self {
        let header = json!({
            "version": 3,
            "term": { "cols": columns, "rows": rows, "type": "xterm-256color" },
            "title": title,
        });
        Self {
            text: format!("{header}\n"),
            last: 0,
        }
    }

    /// Adds what happened `t` nanoseconds after the play began; nothing, when there is no
    /// output to show.
    pub fn push(&mut self, t: u64, code: EventCode, data: &str) {
        if data.is_empty() && code == EventCode::Output {
            return;
        }
        self.push_encoded(t, code, &json!(data).to_string());
    }

    /// As [`Self::push`], with data that is a JSON string already: what every recording of a
    /// play says is encoded once.
    pub(super) fn push_encoded(&mut self, t: u64, code: EventCode, data: &str) {
        // Differences of whole numbers: however long it is, nothing drifts apart.
        let now = (t / 1000).max(self.last);
        let since = now - self.last;
        self.last = now;
        let (seconds, rest, letter) = (since / 1_000_000, since % 1_000_000, code.letter());
        // Writing to a string does not fail.
        writeln!(self.text, "[{seconds}.{rest:06}, \"{letter}\", {data}]").ok();
    }

    /// The whole file.
    pub fn finish(self) -> String {
        self.text
    }
}
