//! Crates that only compute take no process, socket, thread or clock from the standard library.
//! That they depend on nothing that has one, `edges` sees.

use super::Breach;
use super::edges;
use super::tree::before_tests;

/// What belongs to the stage and to the runs.
const IMPURE: [&str; 6] = [
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
];

/// Where frames of the reference protocol are decoded, and nowhere else in the harness.
const DECODER: &str = "crates/stage/src/links/decode.rs";

/// Lines of a pure crate that do what only the rim may.
pub(super) fn impure(path: &str, text: &str) -> Vec<Breach> {
    if !path.ends_with(".rs") || !edges::pure().any(|package| is_code_of(package, path)) {
        return Vec::new();
    }
    lines(path, text, &IMPURE, |word| {
        format!("`{word}` in a pure crate: only the stage and the runs may (DESIGN: the flow)")
    })
}

/// Lines of the stage that know the protocol and do not decode it.
pub(super) fn protocol(path: &str, text: &str) -> Vec<Breach> {
    if path == DECODER || !is_code_of("stage", path) {
        return Vec::new();
    }
    lines(path, text, &["chat_protocol"], |word| {
        format!("`{word}` is for {DECODER} alone: an implementation is known by its adapter")
    })
}

fn is_code_of(package: &str, path: &str) -> bool {
    let path = path.strip_prefix("crates/");
    let path = path.and_then(|path| path.strip_prefix(package));
    path.is_some_and(|path| path.starts_with("/src/"))
}

fn lines(
    path: &str,
    text: &str,
    words: &[&'static str],
    why: impl Fn(&str) -> String,
) -> Vec<Breach> {
    let found = |(number, line): (usize, &str)| {
        let code = line.split("//").next().unwrap_or(line);
        let word = words.iter().find(|word| code.contains(**word))?;
        Some(Breach::at(path, number, why(word)))
    };
    before_tests(text).filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_crate_that_reads_a_clock_is_found() {
        let text = "//! A.\nlet now = Instant::now();\n";
        assert_eq!(impure("crates/judge/src/lib.rs", text)[0].line, Some(2));
        assert_eq!(impure("crates/stage/src/lib.rs", text), []);
        assert_eq!(impure("chat-server/src/lib.rs", text), []);
    }

    #[test]
    fn comments_and_tests_may_speak_of_anything() {
        let text = "//! Not std::net.\n#[cfg(test)]\nuse std::net;\n";
        assert_eq!(impure("crates/judge/src/lib.rs", text), []);
    }

    #[test]
    fn a_stage_that_knows_the_protocol_is_found() {
        let text = "//! A.\nuse chat_protocol::Frame;\n";
        assert_eq!(
            protocol("crates/stage/src/links/tap/core.rs", text).len(),
            1
        );
        assert_eq!(protocol(DECODER, text), []);
    }
}
