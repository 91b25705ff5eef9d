//! What the stage may wait for without an end of its own is in a table, with what ends it and the
//! test that shows so: a participant may be involved.

use std::collections::BTreeSet;

use super::Breach;
use super::foreign::is_of_stage;
use super::tree::{Source, before_tests};

/// The page with the table, and its heading.
const PAGE: &str = "docs/foreign.md";
const HEADING: &str = "## Calls that may wait";

/// Calls that hold a thread until somebody else does something.
const WAITING: [&str; 9] = [
    ".join()",
    ".recv()",
    "block_in_place(",
    "process_vm_readv(",
    "read_to_end(",
    "recv_timeout(",
    "spawn_blocking(",
    "wait_blocking(",
    "waitid(",
];

/// What a row says of calls that wait for nobody who is played.
const HARMLESS: &str = "no participant";

/// A row: the files that it is about, and the tests that it names.
struct Row<'p> {
    line: usize,
    is_harmless: bool,
    files: Vec<&'p str>,
    tests: Vec<&'p str>,
}

/// Files of the stage that wait and are not in the table, files in it that do not wait, and tests that
/// are not there.
pub(super) fn unlisted(sources: &[Source]) -> Vec<Breach> {
    let page = sources.iter().find(|source| source.path == PAGE);
    let rows = page.map(|page| rows(&page.text)).unwrap_or_default();
    let mut breaches = Vec::new();
    let listed: BTreeSet<&str> = rows.iter().flat_map(|row| row.files.clone()).collect();
    let mut waits = BTreeSet::new();
    for source in sources.iter().filter(|source| is_of_stage(&source.path)) {
        let Some((line, word)) = first_wait(&source.text) else {
            continue;
        };
        waits.insert(source.path.as_str());
        if !listed.contains(source.path.as_str()) {
            let what = format!(
                "`{word}` may wait: say in {PAGE}, \"{HEADING}\", what ends it and which test shows that"
            );
            breaches.push(Breach::at(&source.path, line, what));
        }
    }
    for row in &rows {
        for file in row.files.iter().filter(|file| !waits.contains(*file)) {
            let what = format!("`{file}` waits for nothing: remove it from the table");
            breaches.push(Breach::at(PAGE, row.line, what));
        }
        for test in row.tests.iter().filter(|test| !is_there(test, sources)) {
            let what = format!("there is no test `{test}`");
            breaches.push(Breach::at(PAGE, row.line, what));
        }
        if row.tests.is_empty() && !row.is_harmless {
            breaches.push(Breach::at(PAGE, row.line, "this row names no test"));
        }
    }
    breaches
}

/// The rows of the table: what is in backticks is a file or a test.
fn rows(page: &str) -> Vec<Row<'_>> {
    let lines = page.lines().zip(1..);
    let section = lines
        .skip_while(|(line, _)| *line != HEADING)
        .skip(1)
        .take_while(|(line, _)| !line.starts_with("## "));
    let rows = section.filter(|(line, _)| line.starts_with("| `"));
    rows.map(|(text, line)| {
        let (files, tests) = text
            .split('`')
            .skip(1)
            .step_by(2)
            .partition(|word| word.contains('/'));
        let is_harmless = text.contains(HARMLESS);
        Row {
            line,
            is_harmless,
            files,
            tests,
        }
    })
    .collect()
}

/// The first call that may wait. What is awaited holds no thread.
fn first_wait(text: &str) -> Option<(usize, &'static str)> {
    before_tests(text).find_map(|(number, line)| {
        let code = line.split("//").next().unwrap_or(line);
        let is_import = code.starts_with("use ") || code.contains("fn ");
        let holds = |word: &&&str| {
            code.contains(**word) && !(**word == ".recv()" && code.contains(".await"))
        };
        let word = WAITING.iter().find(holds).filter(|_| !is_import)?;
        Some((number, *word))
    })
}

fn is_there(test: &str, sources: &[Source]) -> bool {
    let code = sources.iter().filter(|source| source.path.ends_with(".rs"));
    let (function, in_a_list) = (format!("fn {test}("), format!(" {test}: "));
    code.into_iter()
        .any(|source| source.text.contains(&function) || source.text.contains(&in_a_list))
}

#[cfg(test)]
mod tests {
    use super::{HEADING, PAGE, unlisted};
    use crate::tidy::tree::Source;

    fn found(table: &str, code: &str) -> Vec<String> {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let page = format!("# Page\n{HEADING}\n\n{table}\n## Next\n");
        let sources = [
            source(PAGE, &page),
            source("crates/stage/src/a.rs", code),
            source(
                "crates/stage/src/a/tests.rs",
                "fn it_ends() { thread.join() }",
            ),
        ];
        let breaches = unlisted(&sources);
        breaches.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_may_wait_stands_in_the_table_with_a_test_that_is_there() {
        let row = "| `crates/stage/src/a.rs` | a thread | its end | `it_ends` |";
        let (waits, awaits) = ("    thread.join();\n", "    inputs.recv().await;\n");
        assert_eq!(found(row, waits), Vec::<String>::new());
        let without = found("", waits);
        assert!(without[0].starts_with("crates/stage/src/a.rs:1: `.join()` may wait"));
        assert_eq!(found("", awaits), Vec::<String>::new());
        let struck = found(row, awaits);
        assert!(
            struck[0].ends_with("remove it from the table"),
            "{struck:?}"
        );
        let gone = found(&row.replace("it_ends", "it_goes"), waits);
        assert!(gone[0].ends_with("there is no test `it_goes`"), "{gone:?}");
        let none = found(&row.replace(" `it_ends` |", ""), waits);
        assert!(none[0].ends_with("this row names no test"), "{none:?}");
        let harmless = "| `crates/stage/src/a.rs` | no participant | | |";
        assert_eq!(found(harmless, waits), Vec::<String>::new());
    }
}
