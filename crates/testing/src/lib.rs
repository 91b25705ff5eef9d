//! What tests need of their machine, and what becomes of a claim that the machine cannot show.
//!
//! A test that returns early passes, and nobody learns that it has shown nothing. So a test that
//! needs a feature of the kernel asks [`can_show`] with what the code under test says of it:
//!
//! | code under test | a probe of its own | the test |
//! |---|---|---|
//! | has it | is not asked | goes on |
//! | lacks it | has it | fails: the code is wrong |
//! | lacks it | lacks it | is not shown here, and says so |
//! | lacks it | cannot tell | fails in CI; elsewhere it is not shown |
//!
//! What was not shown is appended to the file that [`FILE`] names. `cargo xtask ci` counts and
//! names it at its end.

pub mod browser;
pub mod junit;
mod probe;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

/// The environment variable with the path of the file for claims that were not shown.
pub const FILE: &str = "CHAT_NOT_SHOWN";

/// Something that not every machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Rules on files and signals that a process puts on itself.
    Landlock,
    /// Networks and process ids of one's own, without being root.
    Namespaces,
    /// Files of the machine that can be covered, without being root.
    Mounts,
}

impl Feature {
    fn name(self) -> &'static str {
        match self {
            Self::Landlock => "Landlock",
            Self::Namespaces => "user, network and PID namespaces",
            Self::Mounts => "mounts in a user namespace",
        }
    }
}

/// What becomes of a test.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Show,
    NotShown(String),
    Fail(String),
}

/// Whether the running test can show its claim on this machine. `found` is what the code under
/// test says of the feature. Where it is false and this returns false, the test ends.
///
/// # Panics
///
/// When the machine has the feature and the code does not see it; in CI also when no probe can
/// tell.
#[must_use]
pub fn can_show(feature: Feature, found: bool) -> bool {
    let probed = if found { None } else { probe::ask(feature) };
    settle(decide(feature, found, probed, is_ci()))
}

/// The same for what can be installed: `missing` says what is not. In CI it has to be there.
///
/// # Panics
///
/// When it is missing in CI.
#[must_use]
pub fn has_installed(missing: Option<String>) -> bool {
    settle(match missing {
        None => Decision::Show,
        Some(missing) if is_ci() => Decision::Fail(missing),
        Some(missing) => Decision::NotShown(missing),
    })
}

/// The same for programs of others, which may not be had even where CI installs what is missing.
#[must_use]
pub fn can_be_had(missing: Option<String>) -> bool {
    settle(missing.map_or(Decision::Show, Decision::NotShown))
}

fn decide(feature: Feature, found: bool, probed: Option<bool>, is_ci: bool) -> Decision {
    let name = feature.name();
    match probed {
        _ if found => Decision::Show,
        Some(true) => Decision::Fail(format!(
            "this machine has {name}, and the code under test does not see it"
        )),
        Some(false) => Decision::NotShown(format!("this machine has no {name}")),
        None if is_ci => Decision::Fail(format!(
            "no probe can tell whether this machine has {name}: install perl and unshare"
        )),
        None => Decision::NotShown(format!("this machine may have no {name}")),
    }
}

#[expect(
    clippy::panic,
    reason = "a claim that should have been shown fails its test"
)]
fn settle(decision: Decision) -> bool {
    match decision {
        Decision::Show => true,
        Decision::Fail(why) => panic!("{why}"),
        Decision::NotShown(why) => {
            let thread = std::thread::current();
            let line = format!("{}: {why}", thread.name().unwrap_or("a test"));
            #[expect(clippy::print_stderr, reason = "the reader of a test's output")]
            {
                eprintln!("NOT SHOWN HERE: {line}");
            }
            if let Some(file) = std::env::var_os(FILE) {
                note(Path::new(&file), &line);
            }
            false
        }
    }
}

/// Appends one line in one piece: tests of several programs write at the same time.
#[expect(
    clippy::expect_used,
    reason = "a claim that is lost would count as shown"
)]
fn note(file: &Path, line: &str) {
    let file = OpenOptions::new().create(true).append(true).open(file);
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
        .expect("the file for claims that were not shown takes a line");
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_only_the_code_under_test_misses_is_a_failure() {
        let of = |found, probed, is_ci| decide(Feature::Landlock, found, probed, is_ci);
        for is_ci in [false, true] {
            assert_eq!(of(true, None, is_ci), Decision::Show);
            assert!(matches!(of(false, Some(true), is_ci), Decision::Fail(_)));
            let lacking = of(false, Some(false), is_ci);
            assert!(matches!(lacking, Decision::NotShown(_)), "{lacking:?}");
        }
    }

    #[test]
    fn where_nobody_can_tell_ci_does_not_pass() {
        let of = |is_ci| decide(Feature::Mounts, false, None, is_ci);
        assert!(matches!(of(true), Decision::Fail(_)));
        assert!(matches!(of(false), Decision::NotShown(_)));
    }

    #[test]
    fn what_was_not_shown_is_one_line_for_each_claim() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("not-shown");
        note(&file, "a: no x");
        note(&file, "b: no y");
        let text = std::fs::read_to_string(file).unwrap();
        assert_eq!(text, "a: no x\nb: no y\n");
    }
}
