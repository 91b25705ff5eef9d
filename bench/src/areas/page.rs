//! How long a large report page takes until a browser has it ready.

use std::path::Path;
use std::time::Duration;

use crate::error::BenchError;
use crate::{long_page, setup, tools};
use comparison::{Row, median};

const SCRIPT: &str = include_str!("ready.mjs");

/// Where the browser may be, by name.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const MESSAGES: usize = 2000;

/// Opens a page of 2 000 messages so often.
///
/// # Errors
///
/// When there is no browser or nothing to drive it, or when the page cannot be made.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Row, BenchError> {
    let browser = BROWSERS.iter().find_map(|name| tools::find(name));
    let browser = browser.ok_or_else(|| missing("chromium is not installed"))?;
    // Modules are looked for from where a script lies.
    let dir = root.join("target/tools/browser");
    let script = dir.join("ready.mjs");
    std::fs::write(&script, SCRIPT)
        .map_err(|error| missing(&format!("{}: {error}", script.display())))?;
    let scratch = setup::scratch()?;
    let page = long_page::write(root, scratch.path(), MESSAGES)?;
    let ran = tools::program("node", &dir)
        .arg(&script)
        .arg(browser)
        .arg(rounds.to_string())
        .arg(page)
        .output()
        .map_err(|error| missing(&format!("node cannot be started: {error}")))?;
    if !ran.status.success() {
        return Err(missing(String::from_utf8_lossy(&ran.stderr).trim()));
    }
    let times = String::from_utf8_lossy(&ran.stdout);
    let times = times.lines().filter_map(|line| line.parse().ok());
    Ok(Row {
        bench: "page",
        row: "2 000 messages, ready in a browser",
        ours: median(times.map(Duration::from_nanos).collect()).into(),
        reference: "1 s",
        theirs: Duration::from_secs(1).into(),
        goal: 1.0,
    })
}

fn missing(what: &str) -> BenchError {
    BenchError::Tool(format!(
        "{what}\nchromium, node and playwright-core are needed: `.ci/run` installs them"
    ))
}
