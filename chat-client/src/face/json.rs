//! `--json`: one event a line, as an object. `docs/client-lines.md` is the contract.

use std::fmt::Write as _;

use crate::escape::is_hidden;
use crate::session::Line;

/// The line for programs: its word under `event`, its fields by their names. What a terminal would obey or a reader
/// not see is escaped, though JSON would let some of it stand.
pub fn render(line: &Line) -> String {
    let json = serde_json::to_string(line).expect("a line has string keys");
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(shown, "\\u{unit:04x}").expect("a String takes everything");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}
