//! The file format: one JSON value a line, asciicast version 3.

use std::fmt::Write as _;

use serde_json::{Value, json};

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

/// The same recording in version 2: times count from its start, and nothing says how the last
/// process ended.
pub fn as_v2(recording: &str) -> String {
    let mut lines = recording.lines();
    let header = lines
        .next()
        .and_then(|line| serde_json::from_str::<Value>(line).ok());
    let header = header.unwrap_or_default();
    let term = |name: &str| header.pointer(&format!("/term/{name}"));
    let first = json!({
        "version": 2,
        "width": term("cols"),
        "height": term("rows"),
        "title": header.get("title"),
        "env": { "TERM": term("type") },
    });
    let mut text = format!("{first}\n");
    let mut t = 0.0;
    for line in lines {
        let Ok((since, code, data)) = serde_json::from_str::<(f64, String, Value)>(line) else {
            continue;
        };
        t += since;
        if code != "x" {
            writeln!(text, "[{t:.6}, \"{code}\", {data}]").ok();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Asciicast, EventCode, as_v2};

    #[test]
    fn version_2_says_the_same_with_times_from_the_start() {
        let mut cast = Asciicast::new((120, 34), "a \"title\"");
        cast.push(500_000_000, EventCode::Output, "hello\r\n");
        cast.push(750_000_000, EventCode::Marker, "s1 alice");
        cast.push(2_000_000_000, EventCode::Exit, "0");
        let header = r#"{"env":{"TERM":"xterm-256color"},"height":34,"title":"a \"title\"","version":2,"width":120}"#;
        assert_eq!(
            as_v2(&cast.finish()).lines().collect::<Vec<_>>(),
            [
                header,
                r#"[0.500000, "o", "hello\r\n"]"#,
                r#"[0.750000, "m", "s1 alice"]"#
            ]
        );
    }
}
