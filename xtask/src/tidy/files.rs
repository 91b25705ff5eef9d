//! Rules about one file each.

use super::Breach;
use super::tree::before_tests;

/// The most lines that a file has before its tests.
const BUDGET: usize = 600;

/// Attributes that keep a test from telling the truth. Written in halves, so that this file
/// keeps its own rule.
const QUIET: [(&str, &str); 2] = [
    (
        concat!("#[", "ignore"),
        "a test that does not run proves nothing: mend it or delete it",
    ),
    (
        concat!("#[", "should_panic"),
        "any panic would do: match on the error instead",
    ),
];

/// What clippy's bans do not see: a value named by its path, and a field. In halves, as above.
const UNSAFE_RSA: [(&str, &str); 2] = [
    (
        concat!("Pkcs1v15", "Encrypt"),
        "PKCS#1 v1.5 is open to Bleichenbacher's attack: OAEP only",
    ),
    (
        concat!("blinded: ", "false"),
        "a private operation without blinding tells the key by its time",
    ),
];

/// Names that say nothing of what is inside.
const VAGUE: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

/// A file named for what it is to others, not for what it does.
pub(super) fn vague_name(path: &str) -> Option<Breach> {
    if !path.ends_with(".rs") {
        return None;
    }
    let vague = path
        .trim_end_matches(".rs")
        .split('/')
        .find(|part| VAGUE.contains(part))?;
    let what = format!("`{vague}` says nothing: name the file for what it does");
    Some(Breach::of(path, what))
}

/// A snapshot that waits for a decision.
pub(super) fn pending_snapshot(path: &str) -> Option<Breach> {
    let pending = path.ends_with(".snap.new") || path.ends_with(".pending-snap");
    pending.then(|| Breach::of(path, "a snapshot is pending: accept it or delete it"))
}

/// Whitespace that nobody sees but every diff, and a last line without its end.
pub(super) fn trailing_whitespace(path: &str, text: &str) -> Vec<Breach> {
    let ours = [".rs", ".toml", ".md", ".ci/run"]
        .iter()
        .any(|end| path.ends_with(end));
    if !ours || path.contains("/fixtures/") {
        return Vec::new();
    }
    let mut breaches: Vec<Breach> = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| line.ends_with([' ', '\t']))
        .map(|(_, number)| Breach::at(path, number, "whitespace at the end of the line"))
        .collect();
    if !text.is_empty() && !text.ends_with('\n') {
        breaches.push(Breach::of(path, "the last line does not end"));
    }
    breaches
}

/// Every module begins by saying what it is for.
pub(super) fn module_docs(path: &str, text: &str) -> Option<Breach> {
    let in_src = path.contains("/src/") && path.ends_with(".rs");
    let what = "begin with a line `//!` that says what the module is for";
    (in_src && !text.starts_with("//! ")).then(|| Breach::at(path, 1, what))
}

/// Tests that do not run, or that any panic satisfies.
pub(super) fn quiet_tests(path: &str, text: &str) -> Vec<Breach> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let found = |(line, number): (&str, usize)| {
        let (_, why) = QUIET
            .iter()
            .find(|(attribute, _)| line.trim_start().starts_with(attribute))?;
        Some(Breach::at(path, number, *why))
    };
    text.lines().zip(1..).filter_map(found).collect()
}

/// RSA as it must not be used.
pub(super) fn unsafe_rsa(path: &str, text: &str) -> Vec<Breach> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let found = |(line, number): (&str, usize)| {
        let (_, why) = UNSAFE_RSA.iter().find(|(word, _)| line.contains(word))?;
        Some(Breach::at(path, number, *why))
    };
    text.lines().zip(1..).filter_map(found).collect()
}

/// A file that does too much.
pub(super) fn budget(path: &str, text: &str) -> Option<Breach> {
    if !path.ends_with(".rs") || path.contains("/tests/") {
        return None;
    }
    let lines = before_tests(text).count();
    let what = format!("{lines} lines without tests, more than {BUDGET}: split it");
    (lines > BUDGET).then(|| Breach::of(path, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_names_are_found_as_files_and_directories() {
        assert!(vague_name("a/src/utils.rs").is_some());
        assert!(vague_name("a/tests/common/mod.rs").is_some());
        assert!(vague_name("a/src/utility_model.rs").is_none());
        assert!(vague_name("docs/common.md").is_none());
    }

    #[test]
    fn pending_snapshots_are_found() {
        assert!(pending_snapshot("scenarios/snapshots/a.transcript.snap.new").is_some());
        assert!(pending_snapshot("scenarios/snapshots/a.transcript.snap").is_none());
    }

    #[test]
    fn whitespace_at_the_end_is_found_with_its_line() {
        let breaches = trailing_whitespace("a.md", "fine\nnot \n");
        assert_eq!(breaches[0].line, Some(2));
        assert_eq!(trailing_whitespace("a.md", "no end").len(), 1);
        assert_eq!(trailing_whitespace("a.md", "fine\n"), []);
        assert_eq!(trailing_whitespace("scenarios/fixtures/a.md", "kept "), []);
    }

    #[test]
    fn a_module_without_docs_is_found() {
        assert!(module_docs("a/src/b.rs", "use std::fs;\n").is_some());
        assert!(module_docs("a/src/b.rs", "//! B.\n").is_none());
        assert!(module_docs("a/tests/it/b.rs", "use std::fs;\n").is_none());
    }

    #[test]
    fn quiet_tests_are_found() {
        for (attribute, _) in QUIET {
            let text = format!("#[test]\n    {attribute}]\nfn a() {{}}\n");
            assert_eq!(quiet_tests("a.rs", &text)[0].line, Some(2), "{text}");
        }
        assert_eq!(quiet_tests("a.rs", "#[test]\nfn a() {}\n"), []);
    }

    #[test]
    fn rsa_without_its_protection_is_found() {
        for (word, _) in UNSAFE_RSA {
            let text = format!("//! A.\nlet a = rsa::{word};\n");
            assert_eq!(unsafe_rsa("a/src/b.rs", &text)[0].line, Some(2), "{text}");
        }
        assert_eq!(unsafe_rsa("clippy.toml", UNSAFE_RSA[0].0), []);
    }

    #[test]
    fn the_budget_counts_no_tests() {
        let long = "//! A.\n".repeat(BUDGET + 1);
        assert!(budget("a/src/b.rs", &long).is_some());
        let tests = format!("//! A.\n#[cfg(test)]\n{long}");
        assert!(budget("a/src/b.rs", &tests).is_none());
    }
}
