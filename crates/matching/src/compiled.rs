//! Regular expressions of adapters, compiled once: every play needs the same ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;

/// More than a few adapters have; what comes behind is compiled each time.
const MOST: usize = 1000;

static COMPILED: Mutex<BTreeMap<String, Arc<Regex>>> = Mutex::new(BTreeMap::new());

/// Makes a pattern ready; `None` for one that is none. All share one: what a pattern learns of
/// the lines that it meets, it has learned for the next play.
pub fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    // Nothing can be left half done in it.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled.get(pattern) {
        return Some(Arc::clone(regex));
    }
    let regex = Arc::new(Regex::new(pattern).ok()?);
    if compiled.len() < MOST {
        compiled.insert(pattern.to_owned(), Arc::clone(&regex));
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
