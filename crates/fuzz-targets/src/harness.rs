//! What people give the harness: files that they wrote, and runs that somebody sent.

use std::path::Path;

/// A timeline that can be read is read as far as it goes.
pub fn timelines(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(events) = timeline::read(text) {
        assert!(events.len() <= text.lines().count());
        assert!(events.is_sorted_by_key(|event| event.t));
    }
}

/// Every problem of a scenario or adapter can be shown.
pub fn scenarios(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let path = Path::new("fuzzed.toml");
    // No fixture is there.
    let root = Path::new("/nonexistent");
    if let Err(problems) = scenario::parse(text, "fuzzed", path, root) {
        assert!(!problems.render(false).is_empty());
    }
    if let Err(problems) = scenario::adapter::parse(text, path) {
        assert!(!problems.render(false).is_empty());
    }
}
