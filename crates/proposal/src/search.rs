//! Regular expressions of this crate, each compiled once.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Captures, Regex};

/// What was compiled, by its text. All texts are of this crate's own.
static COMPILED: LazyLock<Mutex<BTreeMap<&'static str, Regex>>> = LazyLock::new(Mutex::default);

fn compiled(pattern: &'static str) -> Option<Regex> {
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Some(regex.clone());
    }
    let regex = Regex::new(pattern);
    debug_assert!(regex.is_ok(), "{pattern}");
    let regex = regex.ok()?;
    known.insert(pattern, regex.clone());
    Some(regex)
}

/// All places of a text that match, each with its groups.
pub(crate) fn all<'t>(pattern: &'static str, text: &'t str) -> Vec<Captures<'t>> {
    let found = compiled(pattern);
    found.map_or_else(Vec::new, |found| found.captures_iter(text).collect())
}

/// The first group of the first place.
pub(crate) fn first<'t>(pattern: &'static str, text: &'t str) -> Option<&'t str> {
    Some(compiled(pattern)?.captures(text)?.get(1)?.as_str())
}

/// Whether there is such a place.
pub(crate) fn any(pattern: &'static str, text: &str) -> bool {
    compiled(pattern).is_some_and(|found| found.is_match(text))
}
