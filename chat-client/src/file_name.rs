//! File names from others made safe.
//!
//! The name in an offer is whatever its sender wrote: a path, a device, something hidden or
//! endless. Only its last part is used, and only as far as every system takes it as the name
//! of an ordinary, visible file.

use crate::escape::is_hidden;

/// Bytes of a safe name. With a number and the decoration of a partial file it stays within
/// the 255 bytes that file systems allow.
const MAX_SAFE: usize = 230;

/// Bytes of an ending that survives the cut of a long name.
const MAX_ENDING: usize = 20;

/// What Windows takes for a device, whatever the ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A name that can be created in a folder as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SafeName(String);

impl SafeName {
    /// Makes any name safe. A name that is safe already stays as it is.
    pub fn of(hostile: &str) -> Self {
        let last = hostile.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = last
            .chars()
            .filter(|c| !is_hidden(*c))
            .map(allowed)
            .collect();
        let bare = visible.trim_start_matches(['.', ' ']);
        let cut = shorten(bare.trim_end_matches(['.', ' ']));
        let cut = cut.trim_end_matches(['.', ' ']);
        Self(match cut {
            "" => "file".to_owned(),
            device if is_device(device) => format!("_{device}"),
            name => name.to_owned(),
        })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name to try when `taken` earlier ones exist: `plan.pdf`, `plan (1).pdf` and so on.
    pub fn numbered(&self, taken: u32) -> String {
        if taken == 0 {
            return self.0.clone();
        }
        let (stem, ending) = split_ending(&self.0);
        format!("{stem} ({taken}){ending}")
    }
}

/// Characters that mean something to a file system become `_`.
fn allowed(c: char) -> char {
    if r#"<>:"|?*"#.contains(c) { '_' } else { c }
}

/// Cuts a long name in its middle, so that the ending stays.
fn shorten(name: &str) -> String {
    if name.len() <= MAX_SAFE {
        return name.to_owned();
    }
    let (stem, ending) = split_ending(name);
    let stem = floor(stem, MAX_SAFE.saturating_sub(ending.len()));
    format!("{stem}{ending}")
}

/// The first part of the text, at most `limit` bytes, cut between characters.
pub(crate) fn floor(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit))
        .unwrap_or_default()
}

/// The stem, and the ending with its dot when there is a short one.
fn split_ending(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= MAX_ENDING => name.split_at(dot),
        Some(_) | None => (name, ""),
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_lowercase();
    let port = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    let mut number = port.unwrap_or_default().chars();
    let digit = |c: char| c.is_ascii_digit() || "\u{b9}\u{b2}\u{b3}".contains(c);
    DEVICES.contains(&stem.as_str())
        || (number.next().is_some_and(digit) && number.next().is_none())
}
