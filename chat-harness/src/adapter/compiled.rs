//! Regular expressions of adapters, compiled once: every play needs the same ones.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use regex::Regex;

/// More than a few adapters have; what comes behind is compiled each time.
const KEPT: usize = 1000;

static COMPILED: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());

/// Makes a pattern ready; `None` for one that is none.
pub(crate) fn compiled(pattern: &str) -> Option<Regex> {
    // Nothing can be left half done in it.
    let mut kept = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = kept.get(pattern) {
        return Some(regex.clone());
    }
    let regex = Regex::new(pattern).ok()?;
    if kept.len() < KEPT {
        kept.insert(pattern.to_owned(), regex.clone());
    }
    Some(regex)
}

#[cfg(test)]
mod tests {
    use super::compiled;

    #[test]
    fn a_pattern_means_the_same_each_time() {
        for _ in 0..2 {
            assert!(compiled("^a+$").unwrap().is_match("aa"));
            assert!(compiled("^b+$").unwrap().is_match("b"));
            assert!(compiled("(").is_none());
        }
    }
}
