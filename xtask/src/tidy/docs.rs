//! Rules about the documentation as a whole.

use std::collections::BTreeSet;

use super::Breach;
use super::tree::Source;

/// Commands that no page mentions as they are typed.
pub(super) fn unmentioned(commands: &[String], sources: &[Source]) -> Vec<Breach> {
    let missing = |command: &&String| {
        let typed = format!("cargo xtask {command}");
        !sources
            .iter()
            .filter(|source| is_page(source))
            .any(|page| page.text.contains(&typed))
    };
    let breach = |command| Breach::of("docs/", format!("no page mentions `cargo xtask {command}`"));
    commands.iter().filter(missing).map(breach).collect()
}

/// Where code lies: a page that names a path under one of these means a file of this repository.
const CODE: [&str; 7] = [
    "bench/",
    "chat-client/",
    "chat-server/",
    "crates/",
    "workspace-hack/",
    "xtask/",
    "zoo/",
];

/// Underscores that only names of tests have: they are claims.
const OF_A_CLAIM: usize = 3;

/// Names of tests on pages, where no code has such a name: the page promises what nobody checks.
pub(super) fn without_test(sources: &[Source]) -> Vec<Breach> {
    let code = sources.iter().filter(|source| source.path.ends_with(".rs"));
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let known: BTreeSet<&str> = code
        .flat_map(|source| source.text.split(move |c| !is_of_name(c)))
        .filter(|word| is_claim(word))
        .collect();
    let pages = sources.iter().filter(|source| is_page(source));
    let named = pages.flat_map(|page| {
        let lines = (1..).zip(page.text.lines());
        lines.flat_map(move |(line, text)| {
            let quoted = text.split('`').skip(1).step_by(2);
            let names = quoted.filter_map(|name| name.rsplit("::").next());
            names.map(move |name| (page, line, name))
        })
    });
    named
        .filter(|(_, _, name)| is_claim(name) && !known.contains(name))
        .map(|(page, line, name)| {
            let what = format!("no test is called `{name}`: name the one that shows this");
            Breach::at(&page.path, line, what)
        })
        .collect()
}

fn is_claim(name: &str) -> bool {
    let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.matches('_').count() >= OF_A_CLAIM && name.chars().all(is_lower)
}

/// What the changelog names was there.
fn is_page(source: &Source) -> bool {
    source.path.ends_with(".md") && source.path != "CHANGELOG.md"
}

/// Paths that pages name, and that are not there: moved, or renamed.
pub(super) fn stale(sources: &[Source]) -> Vec<Breach> {
    let pages = sources.iter().filter(|source| is_page(source));
    let named = pages.flat_map(|page| {
        let lines = (1..).zip(page.text.lines());
        lines.flat_map(move |(line, text)| paths(text).map(move |path| (page, line, path)))
    });
    named
        .filter(|(_, _, path)| !is_there(path, sources))
        .map(|(page, line, path)| {
            let what = format!("`{path}` is not there: say where it has gone");
            Breach::at(&page.path, line, what)
        })
        .collect()
}

/// Paths of code in a line, wherever they stand.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    let words = line.split(move |c| !is_of_path(c));
    words
        .map(|word| word.trim_start_matches("../").trim_end_matches('.'))
        .filter(|word| CODE.iter().any(|code| word.starts_with(code)))
        // A part in capitals stands for any name.
        .filter(|word| !word.contains("NAME"))
}

fn is_there(path: &str, sources: &[Source]) -> bool {
    let path = path.trim_end_matches('/');
    sources.iter().any(|source| {
        let rest = source.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_path_that_is_not_there_any_more_is_found() {
        let text = "See `crates/stage/src/gone.rs`, (../zoo/src/here.rs), zoo/src/, crates/a/NAME.rs\nand xtask/no.";
        let sources = [
            source("docs/tour.md", text),
            source("CHANGELOG.md", "crates/old moved"),
            source("zoo/src/here.rs", ""),
        ];
        assert_eq!(
            stale(&sources),
            [
                Breach::at(
                    "docs/tour.md",
                    1,
                    "`crates/stage/src/gone.rs` is not there: say where it has gone"
                ),
                Breach::at(
                    "docs/tour.md",
                    2,
                    "`xtask/no` is not there: say where it has gone"
                ),
            ]
        );
    }

    #[test]
    fn a_test_that_a_page_names_and_that_is_not_there_is_found() {
        let page = "See `it::who_ends_is_told`, `who_is_not_there`, `a_key = \"x\"`\nand `who_is_not_here`.";
        let sources = [
            source("docs/foreign.md", page),
            source("CHANGELOG.md", "`it_was_called_so`"),
            source(
                "a.rs",
                "fn who_ends_is_told() {} cases! { who_is_not_there }",
            ),
        ];
        let what = "no test is called `who_is_not_here`: name the one that shows this";
        let found = Breach::at("docs/foreign.md", 2, what);
        assert_eq!(without_test(&sources), [found]);
    }

    #[test]
    fn a_command_without_a_page_is_found() {
        let page = Source {
            path: "docs/tour.md".to_owned(),
            text: "Type `cargo xtask demo`.".to_owned(),
        };
        let commands = ["demo".to_owned(), "fly".to_owned()];
        let breaches = unmentioned(&commands, &[page]);
        assert_eq!(
            breaches,
            [Breach::of("docs/", "no page mentions `cargo xtask fly`")]
        );
    }
}
