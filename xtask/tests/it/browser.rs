//! Report pages in a real browser. Where there is none the test says so and is skipped; in CI
//! it fails.

#![expect(clippy::disallowed_methods, reason = "these tests start node")]

use std::path::PathBuf;
use std::process::Command;

use crate::runs::{Runs, root};

/// What is missing, in words; the browser where nothing is.
fn browser() -> Result<PathBuf, String> {
    let places = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    let chromium = places.iter().map(PathBuf::from).find(|path| path.is_file());
    let chromium = chromium.ok_or("chromium is not installed")?;
    let modules = root().join("target/tools/browser/node_modules/playwright-core");
    if !modules.is_dir() {
        return Err(format!(
            "{} is not there: `.ci/run` installs it",
            modules.display()
        ));
    }
    let node = Command::new("node").arg("--version").output();
    node.map_err(|error| format!("node cannot be started: {error}"))?;
    Ok(chromium)
}

/// Plays something into a directory of reports; the pages of the play and of its run.
fn played(runs: &Runs, arguments: &[&str]) -> (PathBuf, PathBuf) {
    let output = runs.xtask(arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let page = err.lines().find_map(|line| line.strip_prefix("page:  "));
    let run = PathBuf::from(page.unwrap_or_else(|| panic!("no page: {err}")));
    let text = std::fs::read_to_string(&run).unwrap();
    let link = text.split("href=\"").nth(1).unwrap();
    let play = run.parent().unwrap().join(link.split('"').next().unwrap());
    (play, run)
}

#[test]
fn report_pages_work_in_a_browser() {
    let chromium = match browser() {
        Ok(chromium) => chromium,
        Err(missing) if std::env::var_os("CI").is_some() => panic!("{missing}"),
        Err(missing) => {
            eprintln!("SKIPPED, NOT TESTED: {missing}");
            return;
        }
    };
    let runs = Runs::new();
    let (page, run) = played(&runs, &["test", "basics/three-clients"]);
    let leaking = "zoo/adapters/relay-logs-text.toml";
    let (leak, _) = played(
        &runs,
        &["test", "zoo/scenarios/tour.toml", "--adapter", leaking],
    );
    let scratch = tempfile::tempdir().unwrap();
    // Modules are looked for from where a script lies.
    let tools = root().join("target/tools/browser");
    let script = tools.join("page.test.mjs");
    std::fs::copy(root().join("xtask/tests/browser/page.test.mjs"), &script).unwrap();
    let tested = Command::new("node")
        .arg("--test")
        .arg(script.canonicalize().unwrap())
        .env("PAGE", page)
        .env("RUN", run)
        .env("LEAK", leak)
        .env("CHROMIUM", chromium)
        .env("SCRATCH", scratch.path())
        .output()
        .unwrap();
    assert!(
        tested.status.success(),
        "{}{}",
        String::from_utf8_lossy(&tested.stdout),
        String::from_utf8_lossy(&tested.stderr)
    );
}
