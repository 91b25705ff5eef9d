//! A place of its own for the runs of one test. In the repository's own `reports/` a test would
//! remove runs that a user has kept, and tests that run at the same time those of each other.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Removed with everything in it when the test ends.
pub(crate) struct Runs(TempDir);

impl Runs {
    pub(crate) fn new() -> Self {
        let runs = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(runs.scratch()).unwrap();
        runs
    }

    /// Where participants of these runs have their scratch directories.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.path().join(".scratch")
    }

    /// Participants that run, and what they have started, by what their environment says is their
    /// home: id and command.
    pub(crate) fn processes(&self) -> Vec<(i32, String)> {
        let home = format!("HOME={}/", self.scratch().display());
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        processes
            .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
            .filter(|pid| {
                let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                let mut variables = environment.split(|byte| *byte == 0);
                variables.any(|variable| variable.starts_with(home.as_bytes()))
            })
            .map(|pid| {
                let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
                (pid, command.unwrap_or_default().replace('\0', " "))
            })
            .collect()
    }

    /// Where the runs are.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What is behind `cargo xtask` at the root, in plain text, with nothing to read.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where these tests start xtask, to end it from outside"
    )]
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Command {
        let mut xtask = Command::new(assert_cmd::cargo::cargo_bin("xtask"));
        xtask
            .current_dir(root())
            .args(arguments)
            .arg("--reports")
            .arg(self.path())
            .env("NO_COLOR", "1")
            .env("TMPDIR", self.scratch())
            .stdin(Stdio::null());
        xtask
    }
}

/// What a run printed, but not that its cargo waited for the cargo of another test.
pub(crate) fn printed(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap();
    let lines = text.split_inclusive('\n');
    lines
        .filter(|line| !line.starts_with("    Blocking waiting for file lock"))
        .collect()
}

#[test]
fn runs_are_written_and_looked_up_where_the_command_line_says() {
    let runs = Runs::new();
    let said = |arguments: &[&str]| {
        let output = runs.xtask(arguments).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{err}");
        (String::from_utf8(output.stdout).unwrap(), err)
    };
    let (tested, err) = said(&["test", "basics/public"]);
    let place = format!("files: {}/", runs.path().display());
    assert!(err.contains(&place), "{err}");
    let run = runs.path().join("latest/basics/public");
    assert!(run.join("timeline.jsonl").is_file());
    for again in [&["report"][..], &["replay", "latest"]] {
        let (printed, _) = said(again);
        assert!(printed.contains("basics/public"), "{printed}");
        assert!(printed.ends_with(&tested), "{printed}");
    }
    let (repeated, _) = said(&["test", "--rerun", "latest"]);
    assert!(repeated.starts_with("nothing to repeat"), "{repeated}");
    let (shown, _) = said(&["demo", "basics/public"]);
    assert!(shown.contains(runs.path().to_str().unwrap()), "{shown}");
    let runs = std::fs::read_dir(runs.path()).unwrap().count();
    assert_eq!(runs, 4, "two runs, latest, and where participants write");
}
