//! What participants own is opened by one module of the stage, `foreign`: a path may lead anywhere,
//! to a pipe that nobody writes to or to a file of the user.

use super::Breach;
use super::tree::{Source, before_tests};

/// Where the stage opens other things, and which.
const OTHERS: [(&str, &str); 10] = [
    ("crates/stage/src/foreign/", "what participants own"),
    (
        "crates/stage/src/building.rs",
        "the directories that builds are made in and kept in",
    ),
    ("crates/stage/src/record/", "the report of a play"),
    (
        "crates/stage/src/isolation/",
        "namespaces, and sockets of the machine",
    ),
    (
        "crates/stage/src/last_resort.rs",
        "the harness' own terminal",
    ),
    (
        "crates/stage/src/driver/scans/surfaces.rs",
        "the report of a play",
    ),
    (
        "crates/stage/src/participant/fixtures.rs",
        "what the user gives participants",
    ),
    (
        "crates/stage/src/participant/interpreter.rs",
        "the first line of a program of the user",
    ),
    (
        "crates/stage/src/participant/programs.rs",
        "programs of the user",
    ),
    (
        "crates/stage/src/participant/spawn.rs",
        "programs of this machine",
    ),
];

/// What opens, lists, changes or asks for something by its path.
const OPENING: [&str; 21] = [
    ".canonicalize(",
    ".exists()",
    ".is_dir()",
    ".is_file()",
    ".read_dir()",
    "File::create",
    "File::open",
    "File::options",
    "OpenOptions",
    "fs::copy",
    "fs::create_dir",
    "fs::hard_link",
    "fs::metadata",
    "fs::read(",
    "fs::read_dir",
    "fs::read_to_string",
    "fs::remove",
    "fs::rename",
    "fs::symlink_metadata",
    "fs::write",
    "openat",
];

/// Lines of the stage that open something where nobody has said what, and places that open
/// nothing any more.
pub(super) fn opened(sources: &[Source]) -> Vec<Breach> {
    let stage = sources.iter().filter(|source| is_of_stage(&source.path));
    let (mut breaches, mut found) = (Vec::new(), Vec::new());
    for Source { path, text } in stage {
        let own = OTHERS.iter().find(|(place, _)| path.starts_with(place));
        for (number, word) in lines(text) {
            match own {
                Some((place, _)) => found.push(*place),
                None => breaches.push(Breach::at(path, number, why(word))),
            }
        }
    }
    let stale = OTHERS.iter().filter(|(place, _)| !found.contains(place));
    breaches.extend(stale.map(|(place, what)| {
        Breach::of(
            place,
            format!("it no longer opens {what}: remove it from the list in tidy"),
        )
    }));
    breaches
}

pub(super) fn is_of_stage(path: &str) -> bool {
    let is_test =
        path.contains("/tests/") || path.ends_with("tests.rs") || path.contains("/testing/");
    path.starts_with("crates/stage/src/") && path.ends_with(".rs") && !is_test
}

/// The lines that open something, but what the kernel itself shows of processes.
fn lines(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    before_tests(text).filter_map(|(number, line)| {
        let code = line.split("//").next().unwrap_or(line);
        let word = OPENING.iter().find(|word| code.contains(**word))?;
        (!code.contains("\"/proc/")).then_some((number, *word))
    })
}

fn why(word: &str) -> String {
    format!("`{word}` may open what a participant owns: only crates/stage/src/foreign may do that")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaches of a stage in which every place that may opens something, and this file as well.
    fn said(path: &str, text: &str) -> Vec<String> {
        let own = OTHERS.iter().map(|(place, _)| {
            let path = if place.ends_with(".rs") {
                (*place).to_owned()
            } else {
                format!("{place}a.rs")
            };
            let text = "let file = File::open(path)?;\n".to_owned();
            Source { path, text }
        });
        let extra = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let sources: Vec<Source> = own.chain([extra]).collect();
        opened(&sources).iter().map(ToString::to_string).collect()
    }

    const DRIVER: &str = "crates/stage/src/driver/a.rs";

    #[test]
    fn who_opens_what_a_participant_may_own_is_found() {
        for word in OPENING {
            let found = said(DRIVER, &format!("//! A.\nlet file = {word}(path);\n"));
            assert_eq!(found.len(), 1, "{word}");
            assert!(
                found[0].starts_with("crates/stage/src/driver/a.rs:2: `"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_the_kernel_shows_and_what_tests_do_is_no_breach() {
        let text = "let file = File::open(format!(\"/proc/{pid}/maps\"));\n";
        assert_eq!(said(DRIVER, text), [""; 0]);
        let text = "//! A.\n// File::open\n#[cfg(test)]\nfs::write(path, text);\n";
        assert_eq!(said(DRIVER, text), [""; 0]);
        assert_eq!(
            said("crates/harness/src/a.rs", "File::open(path);\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_place_that_opens_nothing_any_more_is_struck_off() {
        let found = opened(&[]);
        assert_eq!(found.len(), OTHERS.len());
    }
}
