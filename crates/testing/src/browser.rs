//! Scripts that drive a real browser. Where there is none the tests say so and are skipped; in CI they fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::has_installed;

/// Runs a script of browser tests, named from the root of the checkout, with these variables and a scratch directory of
/// its own.
///
/// # Panics
///
/// When a test of the script fails; in CI also when there is no browser.
#[expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    reason = "starts node, and fails as loudly as a test"
)]
pub fn in_a_browser(script: &str, variables: impl FnOnce(&Path) -> Vec<(&'static str, PathBuf)>) {
    let chromium = match browser() {
        Ok(chromium) => chromium,
        Err(missing) => {
            assert!(!has_installed(Some(missing)), "it is missing");
            return;
        }
    };
    let scratch = tempfile::tempdir().expect("a directory for scratch files");
    let script = root().join(script);
    // Modules are looked for from where a script lies.
    let copy = tools().join(script.file_name().unwrap_or_default());
    std::fs::copy(&script, &copy)
        .expect("the script is there, and beside the modules there is room for it");
    let tested = Command::new("node")
        .arg("--test")
        .arg(&copy)
        .current_dir(root())
        .envs(variables(scratch.path()))
        .env("CHROMIUM", chromium)
        .env("SCRATCH", scratch.path())
        .output()
        .expect("node was there a moment ago");
    if !tested.status.success() {
        let (out, err) = (
            String::from_utf8_lossy(&tested.stdout),
            String::from_utf8_lossy(&tested.stderr),
        );
        panic!("{out}{err}");
    }
}

/// The browser; in words what is missing.
#[expect(clippy::disallowed_methods, reason = "asks for node's version")]
fn browser() -> Result<PathBuf, String> {
    let places = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    let chromium = places.iter().map(PathBuf::from).find(|path| path.is_file());
    let chromium = chromium.ok_or("chromium is not installed")?;
    let modules = tools().join("node_modules/playwright-core");
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

/// Where node finds its modules.
fn tools() -> PathBuf {
    root().join("target/tools/browser")
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}
