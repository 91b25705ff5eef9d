//! In `chat-harness`, only the stage and the run do I/O, read clocks and know the protocol.

use super::Breach;
use super::tree::{Source, before_tests};

/// Where all of it is allowed: the rim.
const RIM: [&str; 3] = [
    "chat-harness/src/bin/",
    "chat-harness/src/run/",
    "chat-harness/src/stage/",
];

/// What belongs to the rim.
const IMPURE: [&str; 9] = [
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
    "chat_protocol",
    "tokio::",
];

/// Files elsewhere that may use one of them, and why.
const EXCEPTIONS: [(&str, &str, &str); 10] = [
    (
        "chat-harness/src/adapter/parse.rs",
        "std::fs",
        "adapter::load reads one file",
    ),
    (
        "chat-harness/src/plan/verbs.rs",
        "std::fs",
        "a plan says how big a fixture is",
    ),
    (
        "chat-harness/src/scenario/check.rs",
        "std::fs",
        "a missing fixture is an error with a suggestion",
    ),
    (
        "chat-harness/src/scenario/parse.rs",
        "std::fs",
        "scenario::load and scenario::find read files",
    ),
    (
        "chat-harness/src/snapshot/store.rs",
        "std::fs",
        "snapshot::Store keeps files",
    ),
    (
        "chat-harness/src/timeline/clerk.rs",
        "std::fs",
        "the files of the one writer",
    ),
    (
        "chat-harness/src/timeline/clerk.rs",
        "std::thread",
        "the writer goes on while what is large is written",
    ),
    (
        "chat-harness/src/timeline/kept.rs",
        "std::fs",
        "the files of the one writer",
    ),
    (
        "chat-harness/src/timeline/writer.rs",
        "std::fs",
        "the one writer, used by the stage",
    ),
    (
        "chat-harness/src/timeline/writer.rs",
        "Instant::now",
        "events are dated where they are written",
    ),
];

/// Lines of a pure module that do what only the rim may.
pub(super) fn impure(path: &str, text: &str) -> Vec<Breach> {
    let ours = path.starts_with("chat-harness/src/") && path.ends_with(".rs");
    if !ours || RIM.iter().any(|rim| path.starts_with(rim)) {
        return Vec::new();
    }
    let found = |(number, line): (usize, &str)| {
        let word = used(line).find(|word| !is_excepted(path, word))?;
        let what =
            format!("`{word}` in a pure module: only stage/ and run/ may (DESIGN: the flow)");
        Some(Breach::at(path, number, what))
    };
    before_tests(text).filter_map(found).collect()
}

/// Exceptions that nobody needs any more.
pub(super) fn stale_exceptions(sources: &[Source]) -> Vec<Breach> {
    let needed = |path: &str, word: &str| {
        let mut files = sources.iter().filter(|source| source.path == path);
        files
            .any(|source| before_tests(&source.text).any(|(_, line)| used(line).any(|w| w == word)))
    };
    let stale = EXCEPTIONS
        .iter()
        .filter(|(path, word, _)| !needed(path, word));
    stale
        .map(|(path, word, _)| {
            let what =
                format!("needs no exception for `{word}` any more: take it out of tidy's list");
            Breach::of(path, what)
        })
        .collect()
}

fn is_excepted(path: &str, word: &str) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(file, what, _)| *file == path && *what == word)
}

fn used(line: &str) -> impl Iterator<Item = &'static str> {
    let code = line.split("//").next().unwrap_or(line);
    IMPURE.into_iter().filter(move |word| code.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_module_that_reads_files_is_found() {
        let text = "//! A.\nuse std::fs;\n";
        assert_eq!(
            impure("chat-harness/src/judge/mod.rs", text)[0].line,
            Some(2)
        );
        assert_eq!(impure("chat-harness/src/stage/mod.rs", text), []);
        assert_eq!(impure("chat-harness/src/scenario/parse.rs", text), []);
        assert_eq!(impure("chat-server/src/lib.rs", text), []);
    }

    #[test]
    fn comments_and_tests_may_speak_of_anything() {
        let text = "//! Not std::fs.\n#[cfg(test)]\nuse std::fs;\n";
        assert_eq!(impure("chat-harness/src/judge/mod.rs", text), []);
    }

    #[test]
    fn an_exception_without_a_user_is_stale() {
        assert_eq!(stale_exceptions(&[]).len(), EXCEPTIONS.len());
        let (path, word, _) = EXCEPTIONS[0];
        let source = Source {
            path: path.to_owned(),
            text: format!("use {word};\n"),
        };
        assert_eq!(stale_exceptions(&[source]).len(), EXCEPTIONS.len() - 1);
    }
}
